"""Raises risk items in the transaction of the answer: answers about suicide, reliable worsening, "please call me"."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.roles import Permission
from assessments.definitions import Instrument
from assessments.models import AnswerLink, Assessment, AssessmentSet, RiskItem
from assessments.risk_codes import CALL_ME, MOST_WORDS, SUICIDE_CODES, WORSE
from assessments.trend import every_dose
from assessments.worsening import leaves_room, may_be_worse, watched_rule, worsening
from common import audit
from common.errors import InvalidInput, NotPermitted, StaleState
from common.statements import Statement

Severity = RiskItem.Severity


def raise_risk(assessment: Assessment, instrument: Instrument, at: datetime, call_words: str | None) -> list[RiskItem]:
    """One open item for every alert or urgent flag about suicide, for reliable worsening, and for a wish to be called;
    the caller writes their audit rows."""
    found = [
        (flag["code"], flag["severity"], flag["sentence"])
        for flag in assessment.flags
        if flag["severity"] in Severity.values and flag["code"].startswith(SUICIDE_CODES)
    ]
    if sentence := _worsening_of(assessment, instrument):
        found.append((WORSE + assessment.instrument, Severity.ALERT, sentence))
    items = [_item(assessment, at, *told) for told in found]
    if call_words is not None:
        items.append(_call(assessment, at, call_words))
    return RiskItem.objects.bulk_create(items) if items else []


def _item(assessment: Assessment, at: datetime, code: str, severity: str, sentence: str, words: str = "") -> RiskItem:
    return RiskItem(
        patient_id=assessment.patient_id,
        assessment=assessment,
        code=code,
        severity=severity,
        sentence=sentence[:240],
        patient_words=words,
        raised_at=at,
    )


def _call(assessment: Assessment, at: datetime, words: str, number: int = 1) -> RiskItem:
    code = CALL_ME if number == 1 else f"{CALL_ME}_{number}"
    return _item(assessment, at, code, Severity.ALERT, "The patient asks to be called.", _clean_words(words))


def _clean_words(words: str) -> str:
    words = words.strip()
    if len(words) > MOST_WORDS:
        raise InvalidInput({"call_words": f"Shorten this to {MOST_WORDS} characters."})
    return words


def _worsening_of(assessment: Assessment, instrument: Instrument) -> str:
    """The sentence, or '' also while an earlier worsening of the same questionnaire is still open."""
    rule = watched_rule(instrument)
    if rule is None or assessment.total is None or not leaves_room(rule, assessment.total):
        return ""
    earlier = _EARLIER.rows(patient=assessment.patient_id, instrument=assessment.instrument, but=assessment.pk)
    if not may_be_worse(rule, earlier, assessment.total):
        return ""
    about = {"patient_id": assessment.patient_id, "code": WORSE + assessment.instrument}
    if RiskItem.objects.open().filter(**about).exists():
        return ""
    first_dose_at = min((mark.at for mark in every_dose.collect(patient_id=assessment.patient_id)), default=None)
    return worsening(rule, instrument.name, earlier, first_dose_at, assessment.total)


_EARLIER = Statement(
    "earlier_totals",
    lambda patient, instrument, but: (
        Assessment.objects.submitted()
        .filter(patient=patient, instrument=instrument, total__isnull=False)
        .exclude(pk=but)
        .order_by("answered_at", "pk")
        .values_list("answered_at", "total")
    ),
    patient=UUID,
    instrument=str,
    but=UUID,
)


@transaction.atomic
def ask_for_call(*, assessment_set: AssessmentSet, by, at: datetime, link: AnswerLink | None, words: str) -> RiskItem:
    """A patient who has sent everything asks to be called; asked again while the first wish is open it is the same.

    Raises NotPermitted without the link to this very set, StaleState when nothing of it was sent or the link ended.
    """
    if link is None or by.roles:
        patient = assessment_set.patient
        authorize(by, Permission.RECORD_ASSESSMENT, practice_id=patient.practice_id, patient=patient.pk)
    elif link.assessment_set_id != assessment_set.pk:
        raise NotPermitted("link")
    elif AnswerLink.objects.filter(pk=link.pk).exclude(revoked_at=None, locked_at=None).exists():
        raise StaleState("This link is not open any more.")
    AssessmentSet.objects.select_for_update().get(pk=assessment_set.pk)
    sent = assessment_set.assessments.submitted().order_by("submitted_at", "pk").last()
    if sent is None:
        raise StaleState("Nothing was sent yet.")
    wishes = RiskItem.objects.filter(assessment__assessment_set=assessment_set, code__startswith=CALL_ME)
    still_open = wishes.open().first()
    if still_open is not None:
        return still_open
    item = _call(sent, at, words, number=wishes.count() + 1)
    item.save(force_insert=True)
    audit.record(by, "assessments.ask_for_call", at=at, subject=item)
    return item
