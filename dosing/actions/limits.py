"""A prescriber sets a new version of the practice's limits; old versions stay as they were."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from dosing.amounts import required_text
from dosing.arithmetic import DoseInputError
from dosing.limit_order import out_of_order
from dosing.limit_values import as_values, general_limits_from, route_limits_from
from dosing.limits import DEFAULTS
from dosing.models import RouteLimit
from dosing.practice_limits import ALL_ROUTES


def set_limits(
    *, by: Actor, at: datetime, route: str, values: dict, source: str, note: str, replaces_version: int
) -> RouteLimit:
    """Store the next version of one route's limits ("ALL" for those of every route).

    `values` are the columns of RouteLimits or GeneralLimits as text; `source` and `note` say why.
    Raises InvalidInput for values that contradict each other, StaleState when a newer version exists already.
    """
    role = authorize(by, Permission.EDIT_CLINICAL_SETTINGS, practice_id=by.practice_id)
    if route not in (*DEFAULTS, ALL_ROUTES):
        raise InvalidInput({"route": "This route does not exist."})
    source = required_text("source", source, "Name the source: guideline, label, or who decided.")
    note = required_text("note", note, "Say what changed and why, in at least 10 characters.", 10)
    kept = _checked(route, {**values, "source": source})
    with transaction.atomic():
        current = RouteLimit.objects.filter(practice_id=by.practice_id, route=route).order_by("-version").first()
        if (current.version if current else 0) != replaces_version:
            raise StaleState("A newer version of these limits exists. Reload to see it; nothing was saved.")
        row = RouteLimit(
            practice_id=by.practice_id,
            route=route,
            version=replaces_version + 1,
            values=kept,
            source=source[:60],
            set_at=at,
            set_by_id=by.membership_id,
            note=note[:300],
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise StaleState("Somebody else set these limits in this moment. Reload to see them.") from error
        detail = {"route": route, "version": row.version}
        audit.record(by, "dosing.set_limits", at=at, subject=row, role=role, detail=detail)
    return row


def _checked(route: str, values: dict) -> dict:
    try:
        limits = general_limits_from(values) if route == ALL_ROUTES else route_limits_from({**values, "route": route})
    except (DoseInputError, TypeError) as error:
        raise InvalidInput(f"These limits cannot be used: {error}.") from error
    wrong = out_of_order(limits)
    if wrong:
        raise InvalidInput(wrong)
    return as_values(limits)
