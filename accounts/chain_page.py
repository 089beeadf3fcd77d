"""Reads how long the chain is, how far it is anchored and what the last checks found."""

from dataclasses import dataclass
from datetime import datetime

from common.anchors import Anchor, is_anchored, newest_anchor
from common.models import ChainCheck, ChainLink

CHECKS_SHOWN = 20


@dataclass(frozen=True)
class ChainPage:
    """`links` in all; `anchor` the newest one outside or None; `checks` the newest first, one `under_way` or None."""

    links: int
    newest_link_at: str
    anchor: Anchor | None
    anchored_at: datetime | None
    is_anchored: bool
    checks: list[ChainCheck]

    @property
    def under_way(self) -> ChainCheck | None:
        return next((check for check in self.checks if check.done_at is None), None)

    @property
    def last(self) -> ChainCheck | None:
        return next((check for check in self.checks if check.done_at is not None), None)

    @property
    def behind(self) -> int:
        """Links that were added since the last anchor."""
        return self.links - (self.anchor.seq if self.anchor else 0)


def chain_page(at: datetime) -> ChainPage:
    head = ChainLink.objects.order_by("-seq").values("seq", "at").first() or {"seq": 0, "at": ""}
    anchor = newest_anchor()
    return ChainPage(
        links=head["seq"],
        newest_link_at=head["at"],
        anchor=anchor,
        anchored_at=datetime.fromisoformat(anchor.at) if anchor else None,
        is_anchored=is_anchored(at),
        checks=list(ChainCheck.objects.order_by("-asked_at")[:CHECKS_SHOWN]),
    )
