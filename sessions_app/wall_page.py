"""What a display on the wall may show: room, initials, state, clock, next reading, one word of alarm, no name."""

from dataclasses import dataclass
from datetime import datetime

from sessions_app.board_page import BoardCard, BoardPage
from sessions_app.vital_limits import Severity


@dataclass(frozen=True)
class WallTile:
    """One room that is in use now. `alarm` is a word; `kind` colours the tile."""

    room: str
    initials: str
    state: str
    alarm: str
    kind: str
    first_dose_at: datetime | None
    due_at: datetime | None
    is_overdue: bool
    staff: str


@dataclass(frozen=True)
class WallPage:
    tiles: tuple[WallTile, ...]
    waiting: int
    warnings: tuple[str, ...]


def wall_of(page: BoardPage) -> WallPage:
    """The tiles of who is in the house, the most urgent first; how many are still to come today."""
    here = [card for card in page.cards if card.state.is_in_progress]
    tiles = sorted((_tile(card) for card in here), key=lambda tile: (URGENCY.index(tile.kind), tile.room))
    waiting = sum(card.state.value == "scheduled" for card in page.cards)
    return WallPage(tuple(tiles), waiting, tuple(one.sentence for one in page.supervision.warnings))


URGENCY = ("critical", "overdue", "warning", "caution", "calm")


def _tile(card: BoardCard) -> WallTile:
    severe = card.severity is not Severity.NORMAL
    kind = card.severity.value if severe else "calm"
    if card.is_overdue and card.severity is not Severity.CRITICAL:
        kind = "overdue"
    return WallTile(
        room=card.session.room.name if card.session.room else "No room",
        initials=initials_of(card.patient),
        state=card.state.label,
        alarm=card.severity.label if severe else "",
        kind=kind,
        first_dose_at=card.session.first_dose_at,
        due_at=card.due_at,
        is_overdue=card.is_overdue,
        staff=" · ".join(dict.fromkeys(entry.membership.initials for entry in card.staff)),
    )


def initials_of(patient) -> str:
    """First letters of the given and the family name."""
    return "".join(f"{name.strip()[:1].upper()}." for name in (patient.given_name, patient.family_name) if name.strip())
