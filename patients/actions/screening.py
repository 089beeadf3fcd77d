"""Records answers to the contraindication screen; each answer is a new row and the latest of an item counts."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput
from common.occurrence import settle
from patients.contraindications import ITEMS
from patients.models import ContraindicationAnswer, Patient


@transaction.atomic
def answer_contraindications(
    *,
    patient: Patient,
    by: Actor,
    at: datetime,
    answers: dict[str, tuple[str, str]],
    occurred_at: datetime | None = None,
    late_reason: str = "",
) -> list[ContraindicationAnswer]:
    """Record the given answers: item code → (yes, no or unknown; note). Items that are not named stay as they were.

    Raises InvalidInput for an unknown item or answer, beside the item, and when nothing is answered. Sources:
    docs/clinical/sources_screening.md.
    """
    role = authorize(by, Permission.EDIT_CHART, practice_id=patient.practice_id, patient=patient.pk)
    moment = settle(occurred_at, at, late_reason)
    problems = _problems(answers)
    if problems:
        raise InvalidInput(problems)
    rows = [
        ContraindicationAnswer(
            patient=patient,
            item=item,
            answer=answer,
            note=note.strip(),
            occurred_at=moment,
            recorded_at=at,
            recorded_by_id=by.membership_id,
            recorded_as=role.value,
            late_reason=late_reason.strip(),
        )
        for item, (answer, note) in answers.items()
    ]
    ContraindicationAnswer.objects.bulk_create(rows)
    audit.record(
        by, "patients.answer_contraindications", at=at, subject=patient, role=role, detail={"answered": len(rows)}
    )
    return rows


def _problems(answers: dict) -> dict[str, str]:
    if not answers:
        return {"": "Answer at least one item."}
    found = {}
    for item, (answer, note) in answers.items():
        if item not in ITEMS:
            found[item] = "This item is not part of the screen."
        elif answer not in ContraindicationAnswer.Answer.values:
            found[item] = "Choose yes, no or unknown."
        elif len(note.strip()) > 300:
            found[item] = "Shorten the note to 300 characters."
    return found
