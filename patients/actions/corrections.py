"""A patient asks for a correction; a prescriber of the team answers it, once."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from common.sealed_fields import sealed
from patients.models import CorrectionRequest, Patient

ANSWER_WITHIN = timedelta(days=60)  # KAP-PAT-CORRECTION
LONGEST = 4_000


@transaction.atomic
def request_correction(
    *, patient: Patient, by: Actor, at: datetime, entry: str, wanted: str, id: UUID | None = None
) -> CorrectionRequest:
    """Write down what the patient asks for; the same request again when the id was used before.

    Raises InvalidInput beside an empty or too long text.
    """
    role = authorize(by, Permission.RECORD_CORRECTION, practice_id=patient.practice_id, patient=patient.pk)
    known = CorrectionRequest.objects.filter(pk=id).first() if id else None
    if known is not None:
        if known.patient_id != patient.pk:
            raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
        return known
    _check(entry=entry, wanted=wanted)
    day = at.astimezone(ZoneInfo(patient.practice.time_zone)).date()
    row = CorrectionRequest(
        **({"id": id} if id else {}),
        patient=patient,
        entry=entry.strip(),
        wanted=wanted.strip(),
        recorded_at=at,
        recorded_by_id=by.membership_id,
        due_on=day + ANSWER_WITHIN,
    )
    row.save(force_insert=True)
    audit.record(by, "patients.request_correction", at=at, subject=row, role=role)
    return row


@transaction.atomic
def answer_correction(
    *, correction: CorrectionRequest, by: Actor, at: datetime, outcome: str, answer: str
) -> CorrectionRequest:
    """Accept or deny, once. `answer` says what was amended, or why the entry stands; the patient gets it in writing."""
    patient = correction.patient
    role = authorize(by, Permission.DECIDE_CORRECTION, practice_id=patient.practice_id, patient=patient.pk)
    if outcome not in CorrectionRequest.Outcome.values:
        raise InvalidInput({"outcome": "Choose whether the record is amended."})
    _check(answer=answer)
    changed = CorrectionRequest.objects.filter(pk=correction.pk, decided_at=None).update(
        decided_at=at, decided_by_id=by.membership_id, outcome=outcome, **sealed(correction, answer=answer.strip())
    )
    if not changed:
        raise StaleState("This request was answered already. Reload to see it.")
    audit.record(by, "patients.answer_correction", at=at, subject=correction, role=role, detail={"outcome": outcome})
    correction.refresh_from_db()
    return correction


def _check(**texts: str) -> None:
    asks = {
        "entry": "Say which entry, such as: allergy to latex, entered in May.",
        "wanted": "Write what the entry should say.",
        "answer": "Write what was amended, or why the entry stands.",
    }
    wrong = {name: asks[name] for name, text in texts.items() if len(text.strip()) < 5}
    wrong |= {name: f"Shorten this to {LONGEST} characters." for name, text in texts.items() if len(text) > LONGEST}
    if wrong:
        raise InvalidInput(wrong)
