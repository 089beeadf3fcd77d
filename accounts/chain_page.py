"""Reads how far the chain is anchored and what its last checks found. No numbers of links: they would tell one practice
how busy another one of the same server is."""

from dataclasses import dataclass
from datetime import datetime

from common.anchors import is_anchored, newest_anchor
from common.models import ChainCheck

CHECKS_SHOWN = 20


@dataclass(frozen=True)
class ChainPage:
    """`anchored_at` is when the newest anchor was written, or None; `checks` the newest first."""

    anchored_at: datetime | None
    is_anchored: bool
    checks: list[ChainCheck]

    @property
    def under_way(self) -> ChainCheck | None:
        return next((check for check in self.checks if check.done_at is None), None)

    @property
    def last(self) -> ChainCheck | None:
        return next((check for check in self.checks if check.done_at is not None), None)


def chain_page(actor, at: datetime) -> ChainPage:
    anchor = newest_anchor()
    return ChainPage(
        anchored_at=datetime.fromisoformat(anchor.at) if anchor else None,
        is_anchored=is_anchored(at),
        checks=list(ChainCheck.objects.shown_to(actor.practice_id)[:CHECKS_SHOWN]),
    )
