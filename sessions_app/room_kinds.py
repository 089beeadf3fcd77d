"""The kinds of entry that may be corrected, with who may write them and who may read them."""

from dataclasses import dataclass

from accounts.roles import Permission
from sessions_app.models import AdverseEvent, Observation, RescueDrug, RoomConsent, RoomEntry, ScaleScore
from sessions_app.models.correctable import CorrectableRecord
from sessions_app.session_reach import SessionReach


@dataclass(frozen=True)
class EntryKind:
    """`name` is the kind in the timeline, `words` what a person calls it."""

    name: str
    model: type[CorrectableRecord]
    permission: Permission
    words: str


ENTRY_KINDS = {
    kind.name: kind
    for kind in (
        EntryKind("observation", Observation, Permission.RECORD_OBSERVATION, "observation"),
        EntryKind("adverse_event", AdverseEvent, Permission.RECORD_ADVERSE_EVENT, "adverse event"),
        EntryKind("scale", ScaleScore, Permission.RECORD_VITALS, "scale"),
        EntryKind("room_entry", RoomEntry, Permission.RECORD_OBSERVATION, "entry about who is in the room"),
        EntryKind("rescue_drug", RescueDrug, Permission.RECORD_ADVERSE_EVENT, "rescue drug"),
        EntryKind("room_consent", RoomConsent, Permission.RECORD_OBSERVATION, "consent in the room"),
    )
}


def room_kinds(reach: SessionReach) -> list[str]:
    """The kinds of this module that the person may read, adverse events apart: the page has those anyway.

    Who was in the room is supervision, so everybody who sees the session sees it; scales go with the vital signs; words
    of the room, rescue drugs and consents are for the care team.
    """
    kinds = ["room_entry"]
    if reach.may(Permission.VIEW_VITALS) or reach.sees_clinical:
        kinds.append("scale")
    if reach.sees_clinical:
        kinds += ["observation", "rescue_drug", "room_consent"]
    return kinds
