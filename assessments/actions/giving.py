"""Gives a patient questionnaires for one occasion, and links to answer them."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.roles import Permission
from assessments.catalogue import UnknownInstrument
from assessments.definitions import Instrument
from assessments.links import new_token, token_digest
from assessments.models import AnswerLink, AssessmentSet
from assessments.practice_catalogue import catalogue_of
from assessments.questions import is_rated
from common import audit
from common.errors import InvalidInput, StaleState


@transaction.atomic
def give_assessments(
    *,
    patient,
    by,
    at: datetime,
    occasion: str,
    instruments: list[str],
    due_at: datetime,
    expires_at: datetime | None = None,
    scheduled: bool = False,
    asks_day_before: bool = False,
) -> AssessmentSet:
    """A set of instruments (codes, in the order they are asked) for one occasion.

    `asks_day_before` also asks about fasting, medicines and the way home; such a set may have no instruments.
    `scheduled=True` is for sets that a plan makes itself; `by` may then be a system actor or the person whose act
    led to it. The set keeps the version of each instrument that holds now. Raises InvalidInput for an unknown code,
    one whose wording may not be given, or one that the practice retired.
    """
    role = (
        ""
        if scheduled
        else authorize(by, Permission.RECORD_ASSESSMENT, practice_id=patient.practice_id, patient=patient.pk)
    )
    if occasion not in AssessmentSet.Occasion.values:
        raise InvalidInput({"occasion": "Choose what the questionnaires are for."})
    asked = _known(instruments, patient.practice_id, may_be_empty=asks_day_before)
    given = AssessmentSet(
        patient=patient,
        occasion=occasion,
        instruments=[each.code for each in asked],
        versions={each.code: each.version for each in asked},
        asks_day_before=asks_day_before,
        created_at=at,
        created_by_id=by.membership_id,
        due_at=due_at,
        expires_at=expires_at,
    )
    given.save(force_insert=True)
    audit.record(by, "assessments.give", at=at, subject=given, role=role, detail={"instruments": given.instruments})
    return given


def _known(codes: list[str], practice_id, *, may_be_empty: bool = False) -> list[Instrument]:
    """Each once, in the order asked."""
    if not codes and not may_be_empty:
        raise InvalidInput({"instruments": "Choose at least one questionnaire."})
    catalogue, found = catalogue_of(practice_id), []
    for code in dict.fromkeys(codes):
        try:
            instrument = catalogue.get(code)
        except UnknownInstrument as error:
            raise InvalidInput({"instruments": f"There is no questionnaire {code}."}) from error
        if not instrument.can_be_given:
            raise InvalidInput({"instruments": f"The wording of {instrument.name} may not be shown without a licence."})
        if not catalogue.is_offered(code):
            raise InvalidInput({"instruments": f"{instrument.name} was retired."})
        found.append(instrument)
    return found


@transaction.atomic
def move_due(*, assessment_set: AssessmentSet, by, at: datetime, due_at: datetime) -> AssessmentSet:
    """What an open set belongs to has moved: part of that act, which is allowed by itself."""
    AssessmentSet.objects.open().filter(pk=assessment_set.pk).update(due_at=due_at)
    audit.record(by, "assessments.move_due", at=at, subject=assessment_set)
    assessment_set.due_at = due_at
    return assessment_set


@transaction.atomic
def change_instruments(*, assessment_set: AssessmentSet, by, at: datetime, instruments: list[str]) -> AssessmentSet:
    """Ask something else in a set that a plan made and that nobody has begun: part of that plan.

    Nothing happens to a set that is over or begun. Raises InvalidInput as `give_assessments` does.
    """
    asked = _known(instruments, assessment_set.patient.practice_id, may_be_empty=assessment_set.asks_day_before)
    codes, versions = [each.code for each in asked], {each.code: each.version for each in asked}
    untouched = AssessmentSet.objects.open().filter(pk=assessment_set.pk, assessments=None)
    if untouched.update(instruments=codes, versions=versions):
        detail = {"before": assessment_set.instruments, "after": codes}
        audit.record(by, "assessments.change_instruments", at=at, subject=assessment_set, detail=detail)
        assessment_set.instruments, assessment_set.versions = codes, versions
    return assessment_set


@transaction.atomic
def make_link(
    *, assessment_set: AssessmentSet, by, at: datetime, channel: str, expires_at: datetime, scheduled: bool = False
) -> tuple[AnswerLink, str]:
    """A fresh 256-bit link to a set; older links to it end (R70, R73). Returns the row and the token, told once.

    Raises InvalidInput for a scale that a clinician rates, StaleState when the set is finished or cancelled.
    """
    patient = assessment_set.patient
    role = (
        ""
        if scheduled
        else authorize(by, Permission.RECORD_ASSESSMENT, practice_id=patient.practice_id, patient=patient.pk)
    )
    if not assessment_set.is_open:
        raise StaleState("These questionnaires are already finished or cancelled.")
    if not scheduled:
        _refuse_rated(assessment_set)
    _end_links(assessment_set, at)
    token = new_token()
    link = AnswerLink(
        assessment_set=assessment_set,
        token_sha256=token_digest(token),
        channel=channel,
        created_at=at,
        created_by_id=by.membership_id,
        expires_at=expires_at,
    )
    link.save(force_insert=True)
    audit.record(
        by, "assessments.make_link", at=at, subject=link, patient_id=patient.pk, role=role, detail={"channel": channel}
    )
    return link, token


def _refuse_rated(assessment_set: AssessmentSet) -> None:
    catalogue = catalogue_of(assessment_set.patient.practice_id)
    asked = (catalogue.in_set(assessment_set, code) for code in assessment_set.instruments)
    if names := [each.name for each in asked if is_rated(each)]:
        raise InvalidInput(f"A clinician rates this one, so that no link and no tablet opens it: {', '.join(names)}.")


def _end_links(assessment_set: AssessmentSet, at: datetime) -> None:
    """End every unused link of a set; the caller audits the act."""
    assessment_set.links.filter(used_at=None, revoked_at=None).update(revoked_at=at)


@transaction.atomic
def end_links(*, patient, by, at: datetime) -> int:
    """End every unused link of a patient, as part of an act that is allowed by itself; returns how many (R73)."""
    unused = AnswerLink.objects.filter(assessment_set__patient=patient, used_at=None, revoked_at=None)
    ended = unused.update(revoked_at=at)
    if ended:
        audit.record(by, "assessments.end_links", at=at, patient_id=patient.pk, detail={"ended": ended})
    return ended


@transaction.atomic
def cancel_set(*, assessment_set: AssessmentSet, by, at: datetime, scheduled: bool = False) -> AssessmentSet:
    """Take a set back; submitted answers stay. Raises StaleState when it is finished or cancelled already."""
    patient = assessment_set.patient
    role = (
        ""
        if scheduled
        else authorize(by, Permission.RECORD_ASSESSMENT, practice_id=patient.practice_id, patient=patient.pk)
    )
    changed = AssessmentSet.objects.filter(pk=assessment_set.pk, completed_at=None, cancelled_at=None).update(
        cancelled_at=at
    )
    if not changed:
        raise StaleState("These questionnaires are already finished or cancelled.")
    _end_links(assessment_set, at)
    audit.record(by, "assessments.cancel_set", at=at, subject=assessment_set, role=role)
    assessment_set.cancelled_at = at
    return assessment_set
