"""The first page of a list of patients, read by a statement made once per scope, filter and order."""

from functools import lru_cache
from uuid import UUID

from accounts import emergency
from accounts.actor import Actor, stand_in
from common.statements import Statement
from patients.models import Patient
from patients.models.person import words_of

TOLD = (
    *("id", "mrn", "given_name", "family_name", "preferred_name", "pronouns", "birth_date", "sex_at_birth", "email"),
    *("phone", "mobile", "address", "time_zone", "email_allowed", "contact_by"),
    *("emergency_name", "emergency_phone", "emergency_relation"),
    *("discharged_from_care_at", "registered_at", "version"),
)


def listed(actor: Actor, search: str, in_care: bool | None):
    """What a list tells of the patients in the person's scope: those that match, in care or not."""
    patients = Patient.objects.visible_to(actor).matching(search)
    if in_care is not None:
        patients = patients.in_care() if in_care else patients.discharged()
    return patients.values(*TOLD)


def first_page(actor: Actor, search: str, in_care: bool | None, ordering: tuple[str, ...], number: int) -> list[dict]:
    """The first `number` rows of what `visible_to` gives this person."""
    words = words_of(search)
    if emergency.possible(actor):
        return list(listed(actor, search, in_care).order_by(*ordering)[:number])
    statement = _statement(actor.roles, len(words), in_care, ordering, number)
    told = {f"word{place}": word for place, word in enumerate(words)}
    rows = statement.rows(practice=actor.practice_id, membership=actor.membership_id, **told)
    return [dict(zip(TOLD, row, strict=True)) for row in rows]


@lru_cache(maxsize=64)
def _statement(roles, words: int, in_care: bool | None, ordering: tuple[str, ...], number: int) -> Statement:
    names = [f"word{place}" for place in range(words)]

    def make(practice: UUID, membership: UUID, **told: str):
        anybody = stand_in(roles, practice, membership)
        rows = listed(anybody, " ".join(told[name] for name in names), in_care)
        return rows.order_by(*ordering).values_list(*TOLD)[:number]

    kinds = {"practice": UUID, "membership": UUID, **dict.fromkeys(names, str)}
    return Statement("patients", make, unless=("membership",), is_planned=False, **kinds)
