"""Saves drafts, submits questionnaires once, scores them, and raises risk items in the same transaction (R80)."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.roles import Permission
from assessments.catalogue import get_instrument
from assessments.hooks import submitted
from assessments.models import AnswerLink, Assessment, AssessmentSet, RiskItem
from assessments.scoring import InvalidAnswers, score_result
from assessments.scoring.answers import clean_answers
from assessments.scoring.result import plain
from common import audit
from common.errors import InvalidInput, NotPermitted, StaleState


def _may_answer(by, patient, link: AnswerLink | None):
    """The role of a clinician, or '' for the patient over a live link; raises NotPermitted otherwise."""
    if link is not None and not by.roles:
        if link.assessment_set.patient_id != patient.pk:
            raise NotPermitted("link")
        return ""
    return authorize(by, Permission.RECORD_ASSESSMENT, practice_id=patient.practice_id, patient=patient.pk)


@transaction.atomic
def start_assessment(
    *, assessment_set: AssessmentSet, instrument: str, by, at: datetime, link: AnswerLink | None = None
) -> Assessment:
    """The draft of one instrument of a set; made on first use, the same one afterwards."""
    _may_answer(by, assessment_set.patient, link)
    if instrument not in assessment_set.instruments:
        raise InvalidInput({"instrument": "This questionnaire is not part of the set."})
    existing = assessment_set.assessments.filter(instrument=instrument).first()
    if existing:
        return existing
    if not assessment_set.is_open:
        raise StaleState("These questionnaires are already finished or cancelled.")
    draft = Assessment(
        patient_id=assessment_set.patient_id,
        assessment_set=assessment_set,
        instrument=instrument,
        instrument_version=get_instrument(instrument).version,
        started_at=at,
    )
    draft.save(force_insert=True)
    audit.record(by, "assessments.start", at=at, subject=draft, detail={"instrument": instrument})
    return draft


@transaction.atomic
def save_answers(
    *, assessment: Assessment, by, at: datetime, answers: dict, link: AnswerLink | None = None
) -> Assessment:
    """Keep what was answered so far. Raises InvalidInput per question, StaleState when already submitted."""
    _may_answer(by, assessment.patient, link)
    cleaned = _clean(assessment, answers)
    kept = Assessment.objects.filter(pk=assessment.pk, submitted_at=None).update(answers=plain(cleaned), answered_at=at)
    if not kept:
        raise StaleState("These answers were already sent.")
    audit.record(by, "assessments.save_answers", at=at, subject=assessment, detail={"answered": len(cleaned)})
    assessment.answers, assessment.answered_at = plain(cleaned), at
    return assessment


def _clean(assessment: Assessment, answers: dict) -> dict:
    try:
        return clean_answers(get_instrument(assessment.instrument), answers)
    except InvalidAnswers as error:
        raise InvalidInput(dict(error.errors)) from error


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
) -> Assessment:
    """Submit once: score by the instrument's own rules, freeze, raise risk items, finish the set when it is the last.

    Raises InvalidInput per question (also for a required one left open when `allow_missing` is false), StaleState
    when it was submitted before: the answers are never shown back and nothing is stored twice (R72).
    """
    role = _may_answer(by, assessment.patient, link)
    cleaned = _clean(assessment, answers)
    if not allow_missing:
        _refuse_open_questions(assessment, cleaned)
    scored = _scored_values(assessment, cleaned)
    stored = Assessment.objects.filter(pk=assessment.pk, submitted_at=None).update(
        **scored,
        answers=plain(cleaned),
        answered_at=at,
        submitted_at=at,
        submitted_by_id=by.membership_id,
        link=link,
        channel=channel or (link.channel if link else "staff"),
    )
    if not stored:
        raise StaleState("These answers were already sent.")
    assessment.refresh_from_db()
    audit.record(
        by, "assessments.submit", at=at, subject=assessment, role=role, detail={"instrument": assessment.instrument}
    )
    _raise_risk(assessment, by, at)
    _finish_set(assessment.assessment_set, by, at)
    return assessment


def _refuse_open_questions(assessment: Assessment, cleaned: dict) -> None:
    asked = get_instrument(assessment.instrument).required_items(cleaned)
    open_ones = {item.key: "Please choose an answer." for item in asked if cleaned.get(item.key) is None}
    if open_ones:
        raise InvalidInput(open_ones)


def _scored_values(assessment: Assessment, cleaned: dict) -> dict:
    result = score_result(assessment.instrument, cleaned)
    return {
        "instrument_version": result.version,
        "total": result.total,
        "subscales": plain(result.subscales),
        "severity": result.severity or "",
        "flags": [flag._asdict() for flag in result.flags],
        "is_complete": result.is_complete,
        "details": plain({**result.details, "missing": list(result.missing), "prorated": result.prorated}),
    }


def _raise_risk(assessment: Assessment, by, at: datetime) -> None:
    for flag in assessment.flags:
        if flag["severity"] not in RiskItem.Severity.values or not flag["code"].startswith(("SI_", "SUICIDE_")):
            continue
        item = RiskItem(
            patient_id=assessment.patient_id,
            assessment=assessment,
            code=flag["code"],
            severity=flag["severity"],
            sentence=flag["sentence"][:240],
            raised_at=at,
        )
        item.save(force_insert=True)
        audit.record(by, "assessments.raise_risk", at=at, subject=item, detail={"severity": item.severity})


def _finish_set(assessment_set: AssessmentSet, by, at: datetime) -> None:
    done = assessment_set.assessments.filter(submitted_at__isnull=False).count()
    if done < len(assessment_set.instruments):
        return
    finished = AssessmentSet.objects.filter(pk=assessment_set.pk, completed_at=None, cancelled_at=None).update(
        completed_at=at
    )
    if finished:
        assessment_set.completed_at = at
        assessment_set.links.filter(used_at=None).update(used_at=at)
        submitted.collect(assessment_set=assessment_set, by=by, at=at)
