"""Turns what was written down in the room into lines of the timeline; what was corrected stays, struck through."""

from common.occurrence import was_sent_later
from sessions_app.models import Observation, RescueDrug, RoomConsent, RoomEntry
from sessions_app.models.room_events import ALDRETE_ITEMS
from sessions_app.room_state import RoomState
from sessions_app.scales import severity_of, words_of_scale
from sessions_app.session_events import SessionEvent
from sessions_app.timeline import TimelineEvent
from sessions_app.vital_limits import Severity

ICONS = {
    "observation": "message-square",
    "scale": "gauge",
    "room_entry": "users",
    "rescue_drug": "pill",
    "room_consent": "handshake",
}
ORDER = {"scale": 61, "room_entry": 63, "room_consent": 64, "observation": 65, "rescue_drug": 67}
CHIPS = {Severity.WARNING: "caution", Severity.CAUTION: ""}


def room_lines(room: RoomState) -> list[TimelineEvent]:
    return [_line(event, room) for event in room.events]


def dose_words(dose, unit: str) -> str:
    return f"{dose.normalize():f} {RescueDrug.Unit(unit).label}"


def title_of(event: SessionEvent) -> str:
    """What the entry says, in one short line."""
    told = event.values
    if event.kind == "scale":
        return words_of_scale(told["instrument"], told["total"])
    if event.kind == "room_entry":
        return f"{told['person']} {RoomEntry.Went(told['went']).label.lower()}"
    if event.kind == "rescue_drug":
        route = RescueDrug.Route(told["route"]).label.lower()
        return f"Rescue drug: {told['name']} {dose_words(told['dose'], told['unit'])}, {route}"
    if event.kind == "room_consent":
        about = RoomConsent.About(told["about"]).label
        return f"{about}: {'agreed' if told['is_given'] else 'taken back'}"
    return Observation.What(told["what"]).label


def text_of(event: SessionEvent) -> str:
    told = event.values
    if event.kind == "scale":
        items = ", ".join(f"{name} {told[name]}" for name in ALDRETE_ITEMS if told[name] is not None)
        return " · ".join(part for part in (items, told["note"]) if part)
    if event.kind == "rescue_drug":
        return f"{told['reason']} · ordered by {told['ordered_by']}, given by {told['given_by']}"
    if event.kind == "room_consent":
        return told["words"]
    return told.get("text", "")


def correction_words(is_withdrawal: bool, reason: str) -> str:
    return f"{'Taken back' if is_withdrawal else 'Correction'}: {reason}" if reason else ""


def _line(event: SessionEvent, room: RoomState) -> TimelineEvent:
    told = event.values
    stands = room.stands(event)
    is_struck = event.id in room.corrected
    title, kind, word, word_kind = title_of(event), "", "", ""
    if is_struck:
        title, kind = f"Corrected later: {title}", "corrected"
    elif told["is_withdrawal"]:
        title = f"Taken back: {title}"
    elif event.kind == "scale":
        severity = severity_of(told["instrument"], told["total"])
        kind, word_kind = CHIPS.get(severity, ""), severity.value
        word = severity.label if severity is not Severity.NORMAL else ""
    elif event.kind == "rescue_drug":
        kind = "dose"
    word = "late-synced" if was_sent_later(event.late_reason) else "late entry"
    late = f" · {word}: {event.late_reason}" if event.late_reason and not told["corrects"] else ""
    parts = (text_of(event), correction_words(told["is_withdrawal"], told["correction_reason"]))
    return TimelineEvent(
        at=event.occurred_at,
        recorded_at=event.recorded_at,
        title=title,
        text=" · ".join(part for part in parts if part),
        meta=f"{event.recorded_by}, {event.recorded_as}{late}",
        icon_name=ICONS[event.kind],
        kind=kind,
        word=word,
        word_kind=word_kind,
        order=ORDER[event.kind],
        minutes=event.minutes,
        entry_kind=event.kind if stands else "",
        entry_id=event.id,
        is_struck=is_struck,
    )
