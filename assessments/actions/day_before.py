"""What a patient tells on the day before a session: fasting, medicines, the way home (KAP-CHK-DAYBEFORE)."""

from datetime import datetime

from django.db import transaction

from assessments.actions.answering import ALREADY_SENT, finish_set, hold, is_all_sent, may_answer
from assessments.actions.giving import cancel_set
from assessments.models import AnswerLink, AssessmentSet, DayBefore
from assessments.models.day_before import MOST_NAME, MOST_NOTE
from common import audit
from common.errors import InvalidInput, StaleState
from patients.person_rules import PHONE


@transaction.atomic
def tell_day_before(
    *,
    assessment_set: AssessmentSet,
    by,
    at: datetime,
    will_fast: bool,
    medicines_changed: bool,
    has_driver: bool,
    medicines_note: str = "",
    driver_name: str = "",
    driver_phone: str = "",
    link: AnswerLink | None = None,
) -> DayBefore:
    """Store the answers once, and finish the set when every questionnaire of it was sent.

    The patient answers over `link`; without one a clinician writes down what the patient said. What changed, and who
    drives, is kept only with a yes. Raises InvalidInput per field, StaleState when it was told before.
    """
    role = may_answer(by, assessment_set, link, at)
    note, name, phone = medicines_note.strip(), driver_name.strip(), driver_phone.strip()
    _check(medicines_changed, note, has_driver, name, phone)
    rows = hold(assessment_set)
    if not assessment_set.asks_day_before or DayBefore.objects.filter(assessment_set=assessment_set).exists():
        raise StaleState(ALREADY_SENT)
    told = DayBefore(
        patient_id=assessment_set.patient_id,
        assessment_set=assessment_set,
        told_at=at,
        told_to_id=by.membership_id,
        link=link,
        will_fast=will_fast,
        medicines_changed=medicines_changed,
        medicines_note=note if medicines_changed else "",
        has_driver=has_driver,
        driver_name=name if has_driver else "",
        driver_phone=phone if has_driver else "",
    )
    told.save(force_insert=True)
    audit.record(by, "assessments.tell_day_before", at=at, subject=told, role=role)
    if is_all_sent(assessment_set, rows):
        finish_set(assessment_set, by, at, link)
    return told


def _check(medicines_changed: bool, note: str, has_driver: bool, name: str, phone: str) -> None:
    wrong = {}
    if medicines_changed and not note:
        wrong["medicines_note"] = "Write what changed: which medicine, and how."
    if len(note) > MOST_NOTE:
        wrong["medicines_note"] = f"Shorten this to {MOST_NOTE} characters."
    if has_driver and not 1 <= len(name) <= MOST_NAME:
        wrong["driver_name"] = f"Enter the name, in at most {MOST_NAME} characters."
    if has_driver and not PHONE.match(phone):
        wrong["driver_phone"] = "Enter a telephone number with digits, such as 555 010 0100."
    if wrong:
        raise InvalidInput(wrong)


@transaction.atomic
def leave_to_arrival(*, assessment_set: AssessmentSet, by, at: datetime) -> AssessmentSet:
    """The patient has arrived and is asked in person: part of the check-in, which is allowed by itself.

    Nothing happens to a set that is over, or whose day before was told. One that asks nothing else is cancelled.
    """
    waits = AssessmentSet.objects.open().filter(pk=assessment_set.pk, asks_day_before=True, day_before=None)
    if not waits.update(asks_day_before=False):
        return assessment_set
    assessment_set.asks_day_before = False
    audit.record(by, "assessments.leave_to_arrival", at=at, subject=assessment_set)
    if not assessment_set.instruments:
        return cancel_set(assessment_set=assessment_set, by=by, at=at, scheduled=True)
    if is_all_sent(assessment_set, hold(assessment_set)):
        finish_set(assessment_set, by, at, None)
    return assessment_set
