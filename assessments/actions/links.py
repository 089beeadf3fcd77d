"""The second step of a link: the birth date, five tries, then locked (R78)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from assessments.links import BIRTH_DATE_TRIES
from assessments.models import AnswerLink
from common import audit


@transaction.atomic
def check_birth_date(*, link: AnswerLink, by, at: datetime, birth_date: date) -> bool:
    """Whether the birth date fits; a wrong one counts, and the fifth wrong one locks the link for good.

    The try is counted before the date is looked at, so parallel guesses cannot pass the limit.
    """
    counted = (
        AnswerLink.objects.answerable(at)
        .filter(pk=link.pk, birth_date_tries__lt=BIRTH_DATE_TRIES)
        .update(birth_date_tries=F("birth_date_tries") + 1)
    )
    if not counted:
        return False
    fits = link.assessment_set.patient.birth_date == birth_date
    if fits:
        AnswerLink.objects.filter(pk=link.pk).update(birth_date_tries=0)
    else:
        AnswerLink.objects.filter(pk=link.pk, birth_date_tries__gte=BIRTH_DATE_TRIES).update(locked_at=at)
    audit.record(
        by,
        "assessments.check_birth_date",
        at=at,
        subject=link,
        patient_id=link.assessment_set.patient_id,
        outcome="done" if fits else "denied",
    )
    return fits
