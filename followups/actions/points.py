"""The practice's time points: added, changed, switched off and on again by an admin."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.roles import Permission
from assessments.catalogue import UnknownInstrument
from assessments.practice_catalogue import Catalogue, catalogue_of
from assessments.questions import is_rated
from assessments.recall import why_too_early
from common import audit
from common.errors import InvalidInput, StaleState
from followups.models import FollowUpPoint

LONGEST = 24 * 400


def add_point(*, by, at: datetime, **values) -> FollowUpPoint:
    """A new time after the first dose: `label`, `offset_hours` (1-9600), `instruments` (codes),
    `window_before_h` and `window_after_h` (hours), `remind_after_h` (hours after asking, 0 for no reminder)."""
    role = authorize(by, Permission.EDIT_SETTINGS, practice_id=by.practice_id)
    cleaned = _clean(catalogue_of(by.practice_id), **values)
    point = FollowUpPoint(practice_id=by.practice_id, **cleaned)
    try:
        with transaction.atomic():
            point.save(force_insert=True)
            audit.record(by, "followups.add_point", at=at, subject=point, role=role, detail=cleaned)
    except IntegrityError as error:
        raise _taken() from error
    return point


def change_point(*, point: FollowUpPoint, by, at: datetime, **values) -> FollowUpPoint:
    """Change a time point. Check-ins already planned keep their time; what they ask follows the point."""
    role = authorize(by, Permission.EDIT_SETTINGS, practice_id=point.practice_id)
    cleaned = _clean(catalogue_of(point.practice_id), **values)
    before = {name: getattr(point, name) for name in cleaned if getattr(point, name) != cleaned[name]}
    try:
        with transaction.atomic():
            FollowUpPoint.objects.filter(pk=point.pk).update(**cleaned)
            detail = {"before": before, "after": {name: cleaned[name] for name in before}}
            audit.record(by, "followups.change_point", at=at, subject=point, role=role, detail=detail)
    except IntegrityError as error:
        raise _taken() from error
    point.refresh_from_db()
    return point


@transaction.atomic
def switch_point(*, point: FollowUpPoint, by, at: datetime, is_active: bool) -> FollowUpPoint:
    """Use a time point for new plans, or no longer; check-ins already planned stay."""
    role = authorize(by, Permission.EDIT_SETTINGS, practice_id=point.practice_id)
    if not FollowUpPoint.objects.filter(pk=point.pk, is_active=not is_active).update(is_active=is_active):
        raise StaleState("Somebody switched this time point first. Reload to see it.")
    audit.record(by, "followups.switch_point", at=at, subject=point, role=role, detail={"is_active": is_active})
    point.refresh_from_db()
    return point


def _taken() -> InvalidInput:
    return InvalidInput({"offset_hours": "There is already a time point at this time. Change that one."})


def _clean(
    catalogue: Catalogue,
    *,
    label: str,
    offset_hours: int,
    instruments,
    window_before_h: int,
    window_after_h: int,
    remind_after_h: int = 12,
) -> dict:
    problems = {}
    label = " ".join(label.split())
    if not 1 <= len(label) <= 20:
        problems["label"] = "Enter a short name of at most 20 characters, such as 7 days."
    if not 1 <= offset_hours <= LONGEST:
        problems["offset_hours"] = "Enter between 1 hour and 9600 hours (400 days) after the first dose."
    if not 0 <= window_before_h < max(offset_hours, 1):
        problems["window_before_h"] = "The window cannot begin before the dose. Enter fewer hours."
    if not 1 <= window_after_h <= 24 * 60:
        problems["window_after_h"] = "Enter between 1 and 1440 hours (60 days)."
    if not 0 <= remind_after_h < max(window_after_h, 12):
        problems["remind_after_h"] = "Enter fewer hours than the check-in stays open, or 0 for no reminder."
    problems |= _instrument_problems(catalogue, instruments, offset_hours)
    if problems:
        raise InvalidInput(problems)
    return {
        "label": label,
        "offset_hours": offset_hours,
        "instruments": list(dict.fromkeys(instruments)),
        "window_before_h": window_before_h,
        "window_after_h": window_after_h,
        "remind_after_h": remind_after_h,
    }


def _instrument_problems(catalogue: Catalogue, codes, offset_hours: int) -> dict[str, str]:
    if not codes:
        return {"instruments": "Choose at least one questionnaire."}
    sentences = [_why_not(catalogue, code, offset_hours) for code in codes]
    told = " ".join(sentence for sentence in sentences if sentence)
    return {"instruments": told} if told else {}


def _why_not(catalogue: Catalogue, code: str, offset_hours: int) -> str:
    """Why this questionnaire cannot be asked at this time after a dose; empty when it can (KAP-FUP-RECALL)."""
    try:
        instrument = catalogue.get(code)
    except UnknownInstrument:
        return f"There is no questionnaire {code}."
    if not instrument.can_be_given:
        return f"The wording of {code} may not be shown without a licence."
    if is_rated(instrument):
        return f"A clinician rates {instrument.name}; no link can ask it."
    if not catalogue.is_offered(code):
        return f"{instrument.name} was retired. Choose another."
    return why_too_early(instrument, offset_hours)
