"""Which kinds of event of a session a person may read: one list for the API, the summary on screen and its PDF."""

from accounts.roles import Permission
from sessions_app.room_kinds import room_kinds
from sessions_app.session_reach import SessionReach

OF_THE_DRUG = ("dose", "dose_time", "infusion_change", "dose_end", "remainder")
OF_THE_CARE_TEAM = ("adverse_event", "alarm_answer")


def kinds_for(reach: SessionReach) -> list[str]:
    """The kinds of event that this person may read of this session."""
    kinds = ["transition", *room_kinds(reach)]
    if reach.may(Permission.VIEW_DOSING):
        kinds += OF_THE_DRUG
    if reach.may(Permission.VIEW_VITALS) or reach.sees_clinical:
        kinds.append("reading")
    if reach.sees_clinical:
        kinds += OF_THE_CARE_TEAM
    return kinds
