"""A prescriber sets a new version of the practice's alarm limits or of a route's clock; old versions stay."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput
from sessions_app.actions.setting_versions import store_next, without_reasons
from sessions_app.clock_rules import columns_of, unusable
from sessions_app.models import MonitoringSetting
from sessions_app.monitoring_settings import ABOUT, is_clock
from sessions_app.vital_table import limits_of, out_of_order


def set_monitoring(
    *, by: Actor, at: datetime, about: str, values: dict, source: str, note: str, replaces_version: int
) -> MonitoringSetting:
    """Store the next version of the limits of one measure or of the clock of one route.

    `values` are whole numbers by name of the limit (absent or None: no such rule), or the columns of the clock. They
    hold for readings taken, and for sessions whose first dose is given, from now on. Raises InvalidInput beside each
    number that is out of bounds or milder than the step below it, StaleState when a newer version exists already.
    """
    role = authorize(by, Permission.EDIT_CLINICAL_SETTINGS, practice_id=by.practice_id)
    if about not in ABOUT:
        raise InvalidInput({"about": "There is no such setting."})
    kept = _checked(about, values, source, note)
    with transaction.atomic():
        row = store_next(
            MonitoringSetting,
            by=by,
            at=at,
            about=about,
            values=kept,
            source=source,
            note=note,
            replaces_version=replaces_version,
        )
        detail = {"about": about, "version": row.version}
        audit.record(by, "sessions.set_monitoring", at=at, subject=row, role=role, detail=detail)
    return row


def _checked(about: str, values: dict, source: str, note: str) -> dict:
    """The values to store: every name the setting has, and nothing else."""
    wrong = without_reasons(source, note)
    if is_clock(about):
        kept = {name: values.get(name) for name in columns_of(about)}
        wrong |= unusable(about, kept)
    else:
        kept = {one.name: values[one.name] for one in limits_of(about) if values.get(one.name) is not None}
        wrong |= out_of_order(about, kept)
    if wrong:
        raise InvalidInput(wrong)
    return kept
