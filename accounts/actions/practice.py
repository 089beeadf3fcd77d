"""Opening a practice and changing its settings."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor, system_actor
from accounts.models import Practice
from accounts.practice import defaults
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput
from common.time_zones import known_time_zones

SETTINGS = (
    "name",
    "time_zone",
    "phone",
    "address",
    "dea_number",
    "crisis_label",
    "crisis_number",
    "emergency_number",
    "witness_therapist",
    "report_least_count",
)
FEWEST, MOST = 5, 100  # how small a group of a report may be set (KAP-OUT-CELL)


def open_practice(
    *,
    name: str,
    time_zone: str,
    at: datetime,
    phone: str = "",
    address: str = "",
    dea_number: str = "",
    by: Actor | None = None,
) -> Practice:
    """Open a practice with every app's starting rows. `by` is the system (setup) unless a command says otherwise.

    Raises InvalidInput for an empty name or an unknown time zone.
    """
    _check(name, time_zone)
    with transaction.atomic():
        practice = Practice(
            name=name.strip(), time_zone=time_zone, phone=phone, address=address, dea_number=dea_number, created_at=at
        )
        practice.save(force_insert=True)
        made = defaults.collect(practice=practice, at=at)
        by = by or system_actor("setup", practice.pk)
        audit.record(by, "accounts.open_practice", at=at, subject=practice, detail={"default_rows": len(made)})
    return practice


def change_practice_settings(*, practice: Practice, by: Actor, at: datetime, **settings) -> Practice:
    """Change what the practice shows and allows; only the names in SETTINGS are taken."""
    role = authorize(by, Permission.EDIT_SETTINGS, practice_id=practice.pk)
    unknown = set(settings) - set(SETTINGS)
    if unknown:
        raise InvalidInput(f"Not a setting of the practice: {', '.join(sorted(unknown))}.")
    _check(settings.get("name", practice.name), settings.get("time_zone", practice.time_zone))
    if not FEWEST <= settings.get("report_least_count", practice.report_least_count) <= MOST:
        raise InvalidInput({"report_least_count": f"Enter a number from {FEWEST} to {MOST}."})
    with transaction.atomic():
        stored = Practice.objects.select_for_update().get(pk=practice.pk)
        changed = sorted(name for name, value in settings.items() if getattr(stored, name) != value)
        Practice.objects.filter(pk=practice.pk).update(**{name: settings[name] for name in changed})
        audit.record(
            by,
            "accounts.change_practice_settings",
            at=at,
            subject=practice,
            role=role,
            detail={"changed": changed},
        )
    practice.refresh_from_db()
    return practice


def _check(name: str, time_zone: str) -> None:
    wrong = {}
    if not name.strip():
        wrong["name"] = "Enter the name of the practice."
    if time_zone not in known_time_zones():
        wrong["time_zone"] = "Choose a time zone from the list, such as America/New_York."
    if wrong:
        raise InvalidInput(wrong)
