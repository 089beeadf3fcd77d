"""Break-the-glass: opening, closing and reviewing a look at a chart outside the care team (R13)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Permission
from common import audit
from common.business_days import next_business_day
from common.errors import InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from common.sealed_fields import sealed
from patients.emergency_rules import problems_of_opening
from patients.models import EmergencyAccess, Patient
from patients.models.emergency import LASTS
from patients.person_rules import fold
from patients.scope import is_on_team

WRONG_TRIES = 5
NOT_FOUND = "No patient of this practice has exactly this MRN or name together with this birth date. Check both."
PAUSED = "Several searches found nobody. Wait an hour, or call an administrator or a colleague of the care team."


def open_emergency_access(
    *, by: Actor, at: datetime, who: str, birth_date: date, category: str, reason: str, password: str
) -> EmergencyAccess:
    """Open one patient's chart for an hour, for looking only. `who` is the MRN or the whole name.

    Asks for the own password before anything is looked up. A search that finds nobody leaves a failed audit row,
    and five of them in an hour a pause.
    """
    role = authorize(by, Permission.OPEN_EMERGENCY, practice_id=by.practice_id)
    if problems := problems_of_opening(category, reason, [value for value, _ in EmergencyAccess.Category.choices]):
        raise InvalidInput(problems)
    reauthenticate(by, password)
    if _is_paused(by, at):
        raise InvalidInput(PAUSED)
    patient = _identified(by.practice_id, who, birth_date)
    if patient is None:
        audit.record(by, "patients.open_emergency_access", at=at, role=role, outcome="failed")
        raise InvalidInput({"who": NOT_FOUND})
    if is_on_team(by.membership_id, patient.pk):
        raise InvalidInput("You are on this patient's care team: open the chart from your patients.")
    return _open(patient, by, at, role, category=category, reason=reason.strip())


@transaction.atomic
def _open(patient: Patient, by: Actor, at: datetime, role, **told) -> EmergencyAccess:
    Membership.objects.select_for_update().get(pk=by.membership_id)
    access = EmergencyAccess.objects.open_at(at).filter(patient=patient, membership_id=by.membership_id).first()
    if access is not None:
        return access
    access = EmergencyAccess.objects.create(
        patient=patient,
        membership_id=by.membership_id,
        opened_at=at,
        expires_at=at + LASTS,
        review_due_on=next_business_day(timezone.localdate(at)),
        **told,
    )
    Membership.objects.filter(pk=by.membership_id).update(emergency_until=access.expires_at)
    by.membership.emergency_until = access.expires_at
    detail = {"emergency": str(access.pk), "category": access.category}
    audit.record(by, "patients.open_emergency_access", at=at, subject=access, role=role, detail=detail)
    return access


def close_emergency_access(*, access: EmergencyAccess, by: Actor, at: datetime) -> EmergencyAccess:
    """End one's own emergency access before its hour is over."""
    role = authorize(by, Permission.OPEN_EMERGENCY, practice_id=access.patient.practice_id)
    if access.membership_id != by.membership_id:
        raise NotPermitted("Whoever opened it closes it; it ends by itself within the hour.")
    with transaction.atomic():
        if not EmergencyAccess.objects.open_at(at).filter(pk=access.pk).update(closed_at=at):
            raise StaleState("This emergency access had already ended.")
        audit.record(by, "patients.close_emergency_access", at=at, subject=access, role=role)
    access.refresh_from_db()
    return access


def review_emergency_access(
    *, access: EmergencyAccess, by: Actor, at: datetime, outcome: str, review_words: str
) -> EmergencyAccess:
    """Say whether the look was justified. Never one's own; once for each access."""
    role = authorize(by, Permission.REVIEW_ACCESS, practice_id=access.patient.practice_id)
    if access.membership_id == by.membership_id:
        raise NotPermitted("An own emergency access is reviewed by somebody else.")
    if access.is_open(at):
        raise InvalidInput("It is still open. Close it first, or review it when it has ended.")
    if outcome not in EmergencyAccess.Outcome.values:
        raise InvalidInput({"outcome": "Choose what the review found."})
    if len(review_words.strip()) < 10:
        raise InvalidInput({"review_words": "Say in at least 10 characters what you looked at."})
    found = sealed(access, outcome=outcome, review_words=review_words.strip(), reviewed_at=at)
    with transaction.atomic():
        waiting = EmergencyAccess.objects.filter(pk=access.pk).to_review()
        if not waiting.update(**found, reviewed_by_id=by.membership_id):
            raise StaleState("This emergency access is reviewed already.")
        detail = {"outcome": outcome}
        audit.record(by, "patients.review_emergency_access", at=at, subject=access, role=role, detail=detail)
    access.refresh_from_db()
    return access


def claim_announcement(*, access: EmergencyAccess, by: Actor, at: datetime) -> bool:
    """Whether this worker is the one that mails the reviewers; the row of it is the claim."""
    with transaction.atomic():
        if not EmergencyAccess.objects.unannounced().filter(pk=access.pk).update(announced_at=at):
            return False
        audit.record(by, "patients.announce_emergency_access", at=at, subject=access)
    return True


def release_announcement(*, access: EmergencyAccess, by: Actor, at: datetime) -> None:
    """The mail could not be sent: the next sweep tries again."""
    with transaction.atomic():
        EmergencyAccess.objects.filter(pk=access.pk).update(announced_at=None)
        audit.record(by, "patients.announce_emergency_access", at=at, subject=access, outcome="failed")


def _identified(practice_id, who: str, birth_date: date) -> Patient | None:
    """Exactly one patient with this birth date and this MRN or whole name; two namesakes count as nobody."""
    wanted = fold(who)
    rows = Patient.objects.filter(practice_id=practice_id, birth_date=birth_date)
    found = [row for row in rows if wanted == fold(row.mrn) or wanted in _names(row)]
    return found[0] if len(found) == 1 else None


def _names(patient: Patient) -> set[str]:
    family = patient.family_name
    firsts = {patient.given_name, patient.preferred_name} - {""}
    return {fold(text) for first in firsts for text in (f"{first} {family}", f"{family}, {first}")}


def _is_paused(by: Actor, at: datetime) -> bool:
    tries = AuditEvent.objects.filter(
        practice_id=by.practice_id,
        actor_id=by.user_id,
        at__gt=at - timedelta(hours=1),
        action="patients.open_emergency_access",
        outcome="failed",
    )
    return tries.count() >= WRONG_TRIES
