"""What the page of a session says of the room: who is there, what was agreed, quick entry, the way to correct."""

from dataclasses import replace

from django.urls import reverse

from sessions_app.models import Session
from sessions_app.quick_entry import QuickEntry, quick_entry_for
from sessions_app.room_kinds import ENTRY_KINDS
from sessions_app.session_reach import SessionReach
from sessions_app.states import State
from sessions_app.timed_scales import TimedScale, timed_scales
from sessions_app.timeline import TimelineEvent


class RoomOnPage:
    """Mixed into SessionPage."""

    @property
    def is_room_empty(self) -> bool:
        """Nobody of the staff is in the room while the drug works (KAP-ROOM-STAFF)."""
        return self.state is State.DOSING and not self.room.in_room

    @property
    def timed_scales(self) -> list[tuple[TimedScale, bool]]:
        """What the practice's protocol wants rated, and whether it is overdue while the patient is here."""
        ratings = [(event.values["instrument"], event.occurred_at) for event in self.room.standing("scale")]
        dues = timed_scales(self.facts.protocol, self.session.first_dose_at, ratings)
        return [(due, self.state.is_in_progress and due.is_overdue(self.at)) for due in dues]

    @property
    def touch_agreed(self) -> bool | None:
        return self.room.agreed("touch")

    @property
    def music_agreed(self) -> bool | None:
        return self.room.agreed("music")

    @property
    def quick(self) -> QuickEntry | None:
        """Two-tap entry, for whoever may write observations now."""
        return quick_entry_for(self) if self.may_observe else None


def linked(lines: list[TimelineEvent], session: Session, reach: SessionReach) -> tuple[TimelineEvent, ...]:
    """Lines with the way to correct them, where this person may and the session is not signed."""
    if session.signed_at is not None:
        return tuple(lines)
    may = {name for name, kind in ENTRY_KINDS.items() if reach.may(kind.permission)}
    return tuple(
        replace(line, link=reverse("sessions:correct_entry", args=[session.pk, line.entry_kind, line.entry_id]))
        if line.entry_kind in may
        else line
        for line in lines
    )


def standing_rows(rows) -> list:
    """Rows that no later one corrects and that are no withdrawals themselves."""
    corrected = {row.corrects_id for row in rows}
    return [row for row in rows if row.pk not in corrected and not row.is_withdrawal]
