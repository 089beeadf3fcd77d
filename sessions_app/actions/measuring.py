"""A prescriber sets a new version of what is measured around a session; old versions stay (KAP-ASM-PROTOCOL)."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from assessments.catalogue import UnknownInstrument
from assessments.practice_catalogue import Catalogue, catalogue_of
from assessments.questions import is_given_over_links
from assessments.recall import why_too_early
from common import audit
from common.errors import InvalidInput
from sessions_app.actions.setting_versions import store_next, without_reasons
from sessions_app.measuring import ABOUT, EVERY_ROUTE, LATEST_SCALE_MIN, MOST_DAYS_BEFORE, TIMED_SCALES, Protocol
from sessions_app.models import MeasuringVersion
from sessions_app.scales import SCALES
from sessions_app.settings_in_force import settings_of


def set_measuring(
    *, by: Actor, at: datetime, about: str, protocol: Protocol | None, source: str, note: str, replaces_version: int
) -> MeasuringVersion:
    """Store the next version for every route, or for one; None lets a route follow every route again.

    It holds for sessions that were not asked yet, and for patients who leave from now on. Raises InvalidInput beside
    each part that may not be asked then, StaleState when a newer version exists already.
    """
    role = authorize(by, Permission.EDIT_CLINICAL_SETTINGS, practice_id=by.practice_id)
    if about not in ABOUT or (protocol is None and about == EVERY_ROUTE):
        raise InvalidInput({"about": "There is no such protocol."})
    _check(by.practice_id, protocol, source, note)
    values = protocol.as_values() if protocol else {}
    with transaction.atomic():
        row = store_next(
            MeasuringVersion,
            by=by,
            at=at,
            about=about,
            values=values,
            source=source,
            note=note,
            replaces_version=replaces_version,
            unset={},
        )
        detail = {"about": about, "version": row.version}
        audit.record(by, "sessions.set_measuring", at=at, subject=row, role=role, detail=detail)
    return row


def _check(practice_id, protocol: Protocol | None, source: str, note: str) -> None:
    wrong = without_reasons(source, note)
    if protocol is not None:
        wrong |= _trouble(practice_id, protocol)
    if wrong:
        raise InvalidInput(wrong)


def _trouble(practice_id, protocol: Protocol) -> dict[str, str]:
    catalogue = catalogue_of(practice_id)
    found = {
        "before": [_not_given(catalogue, code) for code in protocol.before],
        "after": [_not_given(catalogue, code) or why_too_early(catalogue.get(code), 0) for code in protocol.after],
    }
    told = {name: " ".join(filter(None, sentences)) for name, sentences in found.items()}
    if not 0 <= protocol.days_before <= MOST_DAYS_BEFORE:
        told["days_before"] = f"Enter a number from 0 to {MOST_DAYS_BEFORE}."
    for scale, minutes in protocol.during:
        if scale not in TIMED_SCALES:
            told["during"] = "Choose scales from the list."
        elif not 1 <= minutes <= LATEST_SCALE_MIN:
            told[f"minutes_{scale}"] = f"Enter minutes from 1 to {LATEST_SCALE_MIN}."
        elif SCALES[scale].needs_licence and not settings_of(practice_id).cadss6_licence:
            told[f"minutes_{scale}"] = (
                f"{SCALES[scale].name} needs the practice's licence: enter it under Cockpit first."
            )
    return {name: sentence for name, sentence in told.items() if sentence}


def _not_given(catalogue: Catalogue, code: str) -> str:
    """Why this questionnaire may not be given to a patient; empty when it may."""
    try:
        instrument = catalogue.get(code)
    except UnknownInstrument:
        return f"There is no questionnaire {code}."
    if not catalogue.is_offered(code) and instrument.can_be_given:
        return f"{instrument.name} was retired. Choose another."
    if is_given_over_links(instrument):
        return ""
    return (
        f"{instrument.name} cannot be given: its wording may not be shown without a licence, or a clinician rates it."
    )
