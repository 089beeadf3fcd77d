"""Saves drafts, submits questionnaires once, scores them, and raises risk items in the same transaction (R80)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.roles import Permission
from assessments.actions.raising import raise_risk
from assessments.definitions import Instrument
from assessments.drafts import new_draft
from assessments.hooks import submitted
from assessments.models import AnswerLink, Assessment, AssessmentSet, DayBefore
from assessments.practice_catalogue import catalogue_of
from assessments.scoring import InvalidAnswers, score_answers
from assessments.scoring.answers import clean_answers
from assessments.scoring.result import plain
from common import audit
from common.errors import InvalidInput, NotPermitted, StaleState
from common.sealed_fields import sealed
from common.statements import Statement, columns_of, row_of

ALREADY_SENT = "These answers were already sent."


def may_answer(by, assessment_set: AssessmentSet, link: AnswerLink | None, at: datetime) -> str:
    """The role of a clinician, or '' for the patient over a live link to this set; raises NotPermitted otherwise."""
    patient = assessment_set.patient
    if link is None or by.roles:
        return authorize(by, Permission.RECORD_ASSESSMENT, practice_id=patient.practice_id, patient=patient.pk)
    if link.assessment_set_id != assessment_set.pk:
        raise NotPermitted("link")
    if not AnswerLink.objects.answerable(at).filter(pk=link.pk).exists():
        raise StaleState("This link is not open any more.")
    return ""


def hold(assessment_set: AssessmentSet, **change) -> dict[str, Assessment]:
    """Lock an open set until the transaction ends and read its questionnaires, by instrument.

    The conditional update is the lock on both engines, so two questionnaires sent at once cannot each think that
    the other is still missing. Raises StaleState when the set is finished or cancelled.
    """
    held = AssessmentSet.objects.open().filter(pk=assessment_set.pk).update(**(change or {"occasion": F("occasion")}))
    if not held:
        raise StaleState("These questionnaires are already finished or cancelled.")
    rows = [row_of(Assessment, columns) for columns in _ASSESSMENTS.rows(of_set=assessment_set.pk)]
    return {row.instrument: row for row in rows}


_ASSESSMENTS = Statement(
    "assessments",
    lambda of_set: Assessment.objects.filter(assessment_set=of_set).values_list(*columns_of(Assessment)),
    of_set=UUID,
)


def _store(row: Assessment, **values) -> None:
    """Write into the draft, inserting it on its first answer; a submitted one raises StaleState."""
    if row.submitted_at is not None:
        raise StaleState(ALREADY_SENT)
    if row._state.adding:
        for name, value in values.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        return
    if not Assessment.objects.filter(pk=row.pk, submitted_at=None).update(**sealed(row, **values)):
        raise StaleState(ALREADY_SENT)
    for name, value in values.items():
        setattr(row, name, value)


@transaction.atomic
def start_assessment(
    *, assessment_set: AssessmentSet, instrument: str, by, at: datetime, link: AnswerLink | None = None
) -> Assessment:
    """The stored draft of one instrument of a set; made on first use, the same one afterwards."""
    role = may_answer(by, assessment_set, link, at)
    if instrument not in assessment_set.instruments:
        raise InvalidInput({"instrument": "This questionnaire is not part of the set."})
    existing = Assessment.objects.filter(assessment_set=assessment_set, instrument=instrument).first()
    draft = existing or hold(assessment_set).get(instrument)
    if draft is None:
        draft = new_draft(assessment_set, instrument, at)
        draft.save(force_insert=True)
        audit.record(by, "assessments.start", at=at, subject=draft, role=role, detail={"instrument": instrument})
    return draft


@transaction.atomic
def save_answers(
    *, assessment: Assessment, by, at: datetime, answers: dict, link: AnswerLink | None = None
) -> Assessment:
    """Keep what was answered so far. Raises InvalidInput per question, StaleState when already submitted."""
    role = may_answer(by, assessment.assessment_set, link, at)
    cleaned = _clean(_instrument_of(assessment), answers)
    row = hold(assessment.assessment_set).get(assessment.instrument) or assessment
    _store(row, answers=plain(cleaned), answered_at=at)
    audit.record(by, "assessments.save_answers", at=at, subject=row, role=role, detail={"answered": len(cleaned)})
    return row


def _instrument_of(assessment: Assessment) -> Instrument:
    return catalogue_of(assessment.assessment_set.patient.practice_id).of(assessment)


def _clean(instrument: Instrument, answers: dict) -> dict:
    """The checked answers without the open ones. A risk answer counts even where the form would not have asked."""
    try:
        cleaned = clean_answers(instrument, answers)
    except InvalidAnswers as error:
        raise InvalidInput(dict(error.errors)) from error
    return {key: value for key, value in cleaned.items() if value is not None}


@transaction.atomic
def submit_assessment(
    *,
    assessment: Assessment,
    by,
    at: datetime,
    answers: dict,
    link: AnswerLink | None = None,
    channel: str = "",
    allow_missing: bool = True,
    call_words: str | None = None,
) -> Assessment:
    """Submit once: score by the instrument's own rules, freeze, raise risk items, finish the set when it is the last.

    `call_words` is what a patient who asks to be called adds to that ('' for nothing); None when nobody asked.

    Returns the stored row (not always the object given). Raises InvalidInput per question (also for a required one
    left open when `allow_missing` is false), StaleState when it was submitted before: the answers are never shown
    back and nothing is stored twice (R72).
    """
    assessment_set = assessment.assessment_set
    role = may_answer(by, assessment_set, link, at)
    instrument = _instrument_of(assessment)
    cleaned = _clean(instrument, answers)
    if not allow_missing:
        _refuse_open_questions(instrument, cleaned)
    scored = _scored_values(instrument, cleaned)
    is_only = len(assessment_set.instruments) == 1 and not assessment_set.asks_day_before
    rows = hold(assessment_set, completed_at=at) if is_only else hold(assessment_set)
    row = rows.setdefault(assessment.instrument, assessment)
    _store(
        row,
        **scored,
        answers=plain(cleaned),
        answered_at=at,
        submitted_at=at,
        submitted_by_id=by.membership_id,
        link=link,
        channel=channel or (link.channel if link else "staff"),
    )
    risk = raise_risk(row, instrument, at, call_words)
    detail = {"instrument": row.instrument}
    audit.record_all(
        [
            audit.row(by, "assessments.submit", at=at, subject=row, role=role, detail=detail),
            *(audit.row(by, "assessments.raise_risk", at=at, subject=item, role=role) for item in risk),
        ]
    )
    if is_all_sent(assessment_set, rows) and not _waits_for_day_before(assessment_set):
        finish_set(assessment_set, by, at, link, is_marked=is_only)
    return row


def is_all_sent(assessment_set: AssessmentSet, rows: dict[str, Assessment]) -> bool:
    """Whether every questionnaire of the set is submitted; `rows` as `hold` gives them."""
    return all(code in rows and rows[code].submitted_at for code in assessment_set.instruments)


def _waits_for_day_before(assessment_set: AssessmentSet) -> bool:
    return assessment_set.asks_day_before and not DayBefore.objects.filter(assessment_set=assessment_set).exists()


def _refuse_open_questions(instrument: Instrument, cleaned: dict) -> None:
    asked = instrument.required_items(cleaned)
    open_ones = {
        one.key: "Please enter a number." if one.is_range else "Please choose an answer."
        for item in asked
        for one in item.open_questions(cleaned)
    }
    if open_ones:
        raise InvalidInput(open_ones)


def _scored_values(instrument: Instrument, cleaned: dict) -> dict:
    try:
        result = score_answers(instrument, cleaned)
    except InvalidAnswers as error:
        raise InvalidInput(dict(error.errors)) from error
    return {
        "instrument_version": result.version,
        "total": result.total,
        "subscales": plain(result.subscales),
        "severity": result.severity or "",
        "flags": [flag._asdict() for flag in result.flags],
        "is_complete": result.is_complete,
        "details": plain({**result.details, "missing": list(result.missing), "prorated": result.prorated}),
    }


def finish_set(
    assessment_set: AssessmentSet, by, at: datetime, link: AnswerLink | None, *, is_marked: bool = False
) -> None:
    """The caller holds the set, and perhaps marked it as complete with that. The link that was used says so."""
    if not is_marked:
        AssessmentSet.objects.filter(pk=assessment_set.pk).update(completed_at=at)
    assessment_set.completed_at = at
    if link is not None:
        AnswerLink.objects.filter(pk=link.pk).update(used_at=at)
    submitted.collect(assessment_set=assessment_set, by=by, at=at)
