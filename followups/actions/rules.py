"""The practice's contact time and quiet hours, by the patient's clock."""

from datetime import datetime, time

from django.db import transaction

from accounts.access import authorize
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput
from followups.hours import hours_of
from followups.models import FollowUpRules
from followups.schedule import Hours

EARLIEST, LATEST = time(5, 0), time(23, 0)


@transaction.atomic
def set_follow_up_rules(*, by, at: datetime, contact_at: time, quiet_from: time, quiet_until: time) -> Hours:
    """Quiet from the evening (at latest 23:00) until the morning (at earliest 05:00), asked in between.

    Plans of doses from now on follow the new time of day; the quiet hours hold for every message at once.
    """
    role = authorize(by, Permission.EDIT_SETTINGS, practice_id=by.practice_id)
    wrong = {}
    if quiet_until < EARLIEST:
        wrong["quiet_until"] = "Nobody is written to before 05:00. Enter a later time."
    if quiet_from > LATEST:
        wrong["quiet_from"] = "Nobody is written to after 23:00. Enter an earlier time."
    if not quiet_until <= contact_at < quiet_from:
        wrong["contact_at"] = "Enter a time between the end and the begin of the quiet hours."
    if wrong:
        raise InvalidInput(wrong)
    before = hours_of(by.practice_id)
    values = {"contact_at": contact_at, "quiet_from": quiet_from, "quiet_until": quiet_until}
    stored, _ = FollowUpRules.objects.update_or_create(practice_id=by.practice_id, defaults=values)
    detail = {
        name: [getattr(before, name).isoformat("minutes"), value.isoformat("minutes")] for name, value in values.items()
    }
    audit.record(by, "followups.set_rules", at=at, subject=stored, role=role, detail=detail)
    return stored.hours
