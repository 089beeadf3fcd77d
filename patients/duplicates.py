"""People of the practice who may be the one that is about to be registered (KAP-PAT-DUP)."""

from datetime import date

from accounts.actor import Actor
from accounts.roles import Permission
from common.blockers import Blocker
from patients.models import Patient
from patients.models.person import on_team
from patients.person_rules import fold


def twins_of(by: Actor, birth_date: date, family_name: str) -> list[Patient]:
    """People of the practice with this birth date and, however it is spelled, this family name."""
    born_then = Patient.objects.filter(practice_id=by.practice_id, birth_date=birth_date)
    rows = born_then.annotate(is_mine=on_team(by.membership_id)).only("id", "mrn", "family_name", "birth_date")
    twins = [row for row in rows if fold(row.family_name) == fold(family_name)]
    for twin in twins:
        twin.is_known = twin.is_mine or by.reaches_practice(Permission.VIEW_IDENTITY)
    return twins


def duplicate_blockers(twins: list[Patient]) -> list[Blocker]:
    """What stands in the way of registering beside these people; an MRN is told only to who may see that person."""
    if not twins:
        return []
    known = ", ".join(twin.mrn for twin in twins if twin.is_known)
    where = f"as MRN {known}" if known else "in this practice; ask an administrator to add you to the care team"
    return [
        Blocker(
            "POSSIBLE_DUPLICATE",
            f"A patient with this family name and birth date is already registered {where}. "
            "If this is another person, say how you know.",
            "KAP-PAT-DUP",
            override=Permission.REGISTER_PATIENT.value,
            override_label="whoever registers",
        )
    ]
