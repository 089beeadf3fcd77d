"""Records a signed consent and its withdrawal; both are rows that never change."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit, idempotency
from common.errors import InvalidInput, StaleState
from common.occurrence import settle
from patients.hooks import consent_withdrawn
from patients.models import Consent, ConsentWithdrawal, Patient


@transaction.atomic
def record_consent(
    *,
    patient: Patient,
    by: Actor,
    at: datetime,
    scope: str,
    version: str,
    method: str,
    signed_name: str,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> Consent:
    """Record what the patient signed: scope, version of the text, how, under which name; `occurred_at` is when.

    A later consent of the same scope takes the place of the one before. Raises InvalidInput beside the field.
    """
    role = authorize(by, Permission.RECORD_CONSENT, practice_id=patient.practice_id, patient=patient.pk)
    values = {
        "scope": scope,
        "version": " ".join(version.split()),
        "method": method,
        "signed_name": " ".join(signed_name.split()),
    }
    known = idempotency.replayed(Consent.objects.all(), id, by=by, patient_id=patient.pk, **values)
    if known:
        return known
    problems = _problems(**values)
    if problems:
        raise InvalidInput(problems)
    consent = Consent.objects.create(
        **({"id": id} if id else {}),
        **values,
        patient=patient,
        occurred_at=settle(occurred_at, at, late_reason),
        recorded_at=at,
        recorded_by_id=by.membership_id,
        recorded_as=role.value,
        late_reason=late_reason.strip(),
    )
    detail = {"scope": scope, "version": values["version"]}
    audit.record(by, "patients.record_consent", at=at, subject=consent, role=role, detail=detail)
    return consent


@transaction.atomic
def withdraw_consent(
    *,
    consent: Consent,
    by: Actor,
    at: datetime,
    reason: str,
    occurred_at: datetime | None = None,
    late_reason: str = "",
) -> ConsentWithdrawal:
    """Record that the patient withdrew a consent, from now on or since `occurred_at`; the consent stays readable.

    What rests on it ends in the same transaction, with the patient's row locked against whoever is using it.
    """
    role = authorize(by, Permission.RECORD_CONSENT, practice_id=consent.patient.practice_id, patient=consent.patient_id)
    moment = settle(occurred_at, at, late_reason)
    if moment < consent.occurred_at:
        raise InvalidInput({"occurred_at": "This is before the consent was signed."})
    if len(reason.strip()) > 300:
        raise InvalidInput({"reason": "Shorten the reason to 300 characters."})
    patient = Patient.objects.select_for_update(of=("self",), no_key=True).get(pk=consent.patient_id)
    try:
        with transaction.atomic():
            withdrawal = ConsentWithdrawal.objects.create(
                consent=consent,
                reason=reason.strip(),
                occurred_at=moment,
                recorded_at=at,
                recorded_by_id=by.membership_id,
                recorded_as=role.value,
                late_reason=late_reason.strip(),
            )
            audit.record(
                by,
                "patients.withdraw_consent",
                at=at,
                subject=withdrawal,
                patient_id=consent.patient_id,
                role=role,
                detail={"scope": consent.scope, "consent": str(consent.pk)},
            )
    except IntegrityError as error:
        raise StaleState("This consent was already withdrawn.") from error
    consent_withdrawn.collect(patient=patient, scope=consent.scope, by=by, at=at)
    return withdrawal


def _problems(*, scope: str, version: str, method: str, signed_name: str) -> dict[str, str]:
    found = {}
    if scope not in Consent.Scope.values:
        found["scope"] = "Choose what the patient consented to."
    if method not in Consent.Method.values:
        found["method"] = "Choose how it was signed."
    if not version or len(version) > 20:
        found["version"] = "Enter the version printed on the consent text, at most 20 characters."
    if not signed_name or len(signed_name) > 160:
        found["signed_name"] = "Enter the name as it was signed."
    return found
