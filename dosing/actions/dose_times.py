"""Correcting when a dose was given: a new row beside the dose, and the sheet follows it. The ledger keeps its times."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput
from dosing.actions._sheet import claim, event_values, keep
from dosing.amounts import required_text
from dosing.dose_time_rules import wrong_time
from dosing.dose_times import doses_of, refuse_others, times_around
from dosing.models import Administration, DoseTimeCorrection


def correct_dose_time(
    *,
    administration: Administration,
    by: Actor,
    at: datetime,
    given_at: datetime,
    reason: str,
    findings: tuple[str, ...] = (),
    is_after_signature: bool = False,
    id: UUID | None = None,
) -> DoseTimeCorrection:
    """Say that a dose was given at `given_at`, by who gave or recorded it, or by the prescriber on the roster.

    The dose's row and the ledger's stay as they are; first and last dose of the sheet follow, and the sheet comes to
    the exceptions of the review. `findings` are the sentences that the person was shown (`dose_time_findings`).
    Raises InvalidInput for a time that cannot be (KAP-DOSE-TIME).
    """
    record = administration.dosing_record
    role = authorize(
        by, Permission.GIVE_DOSE, practice_id=record.practice_id, patient=record.patient_id, session=record.pk
    )
    refuse_others(administration, by)
    words = required_text("reason", reason, "Say why the time is corrected, in at least 5 characters.", 5)
    with transaction.atomic():
        record = claim(record)
        doses = doses_of(record)
        dose = next(row for row in doses if row.pk == administration.pk)
        if wrong := wrong_time(given_at, at, times_around(record, doses, dose)):
            raise InvalidInput({"given_at": wrong})
        correction = DoseTimeCorrection(
            **({"id": id} if id else {}),
            administration=dose,
            number=len(dose.corrections) + 1,
            was_at=dose.given_at,
            given_at=given_at,
            is_after_signature=is_after_signature,
            reason=words,
            findings=list(findings),
            **event_values(by, role, at=at, occurred_at=at, late_reason=""),
        )
        correction.save(force_insert=True)
        dose.corrections = (*dose.corrections, correction)
        keep(record, staff=(by.membership_id,), has_corrected_time=True, **_moments(doses))
        detail = {
            "administration": str(dose.pk),
            "was_at": correction.was_at.isoformat(),
            "given_at": given_at.isoformat(),
        }
        audit.record(by, "dosing.correct_dose_time", at=at, subject=record, role=role, detail=detail)
    return correction


def _moments(doses) -> dict:
    """First dose, last dose and end of the dosing as they stand now."""
    ends = [dose.ended_at for dose in doses]
    return {
        "first_dose_at": doses[0].given_at,
        "last_dose_at": doses[-1].given_at,
        "dosing_ended_at": None if None in ends else max(ends),
    }
