"""Being in the house, and how many patients one monitor may watch."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from sessions_app.actions.transition import event_fields
from sessions_app.models import Presence, SupervisionSetting
from sessions_app.supervision import limits_in_force, on_site
from sessions_app.supervision_rules import ALWAYS_ON_SITE, MOST_PER_MONITOR, ROUTES


def mark_presence(*, by: Actor, at: datetime, is_here: bool) -> Presence | None:
    """Say of oneself to be on site for the next 12 hours, or to have left; None where that was said already."""
    role = authorize(by, Permission.MARK_PRESENCE, practice_id=by.practice_id)
    with transaction.atomic():
        if is_here == any(one.membership_id == by.membership_id for one in on_site(by.practice_id, at)):
            return None
        row = Presence(practice_id=by.practice_id, is_here=is_here, **event_fields(by, role, at, at))
        row.save(force_insert=True)
        audit.record(by, "sessions.mark_presence", at=at, subject=row, role=role, detail={"is_here": is_here})
    return row


def set_supervision(
    *,
    by: Actor,
    at: datetime,
    per_monitor: int,
    on_site_routes: list[str],
    source: str,
    note: str,
    replaces_version: int,
) -> SupervisionSetting:
    """Store the next version of the practice's limits of supervision.

    `per_monitor` patients who are dosing or recovering for each monitor, 1-12. A prescriber is on site for the routes
    named, and for esketamine in any case (KAP-SUP-ONSITE). Raises StaleState when a newer version exists already.
    """
    role = authorize(by, Permission.EDIT_CLINICAL_SETTINGS, practice_id=by.practice_id)
    wrong = {}
    if per_monitor is None or not 1 <= per_monitor <= MOST_PER_MONITOR:
        wrong["per_monitor"] = f"Enter a whole number from 1 to {MOST_PER_MONITOR}."
    if not set(on_site_routes or []) <= set(ROUTES):
        wrong["on_site_routes"] = "Choose routes from the list."
    if len((source or "").strip()) < 3:
        wrong["source"] = "Name the source: guideline, label, or who decided."
    if len((note or "").strip()) < 10:
        wrong["note"] = "Say what changed and why, in at least 10 characters."
    if wrong:
        raise InvalidInput(wrong)
    with transaction.atomic():
        if limits_in_force(by.practice_id).version != replaces_version:
            raise StaleState("A newer version of these limits exists. Nothing was saved.")
        row = SupervisionSetting(
            practice_id=by.practice_id,
            version=replaces_version + 1,
            per_monitor=per_monitor,
            on_site_routes=sorted(ALWAYS_ON_SITE | set(on_site_routes)),
            source=source.strip()[:60],
            note=note.strip()[:300],
            set_at=at,
            set_by_id=by.membership_id,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise StaleState("Somebody else set these limits in this moment. Nothing was saved.") from error
        detail = {"version": row.version}
        audit.record(by, "sessions.set_supervision", at=at, subject=row, role=role, detail=detail)
    return row
