"""The rooms, alarm limits, reading schedules, limits of supervision and measuring protocol of a new practice."""

from datetime import datetime

from sessions_app.measuring import DEFAULT, EVERY_ROUTE
from sessions_app.models import MeasuringVersion, MonitoringSetting, Room, SupervisionSetting
from sessions_app.starting_values import starting_values
from sessions_app.supervision_rules import DEFAULTS

ROOMS = ("Room 1", "Room 2", "Room 3")


def make_starting_rows(practice, at: datetime) -> list:
    """Store the rooms and version 1 of every setting; returns the rows."""
    rooms = Room.objects.bulk_create([Room(practice=practice, name=name) for name in ROOMS])
    settings = [
        MonitoringSetting(practice=practice, about=about, version=1, values=values, source=source, set_at=at)
        for about, (values, source) in starting_values().items()
    ]
    limits = SupervisionSetting(
        practice=practice,
        version=1,
        per_monitor=DEFAULTS.per_monitor,
        on_site_routes=sorted(DEFAULTS.on_site_routes),
        source="KAP-SUP-RATIO, KAP-SUP-ONSITE",
        set_at=at,
    )
    limits.save(force_insert=True)
    protocol = MeasuringVersion(
        practice=practice,
        about=EVERY_ROUTE,
        version=1,
        values=DEFAULT.as_values(),
        source="KAP-ASM-PROTOCOL",
        set_at=at,
    )
    protocol.save(force_insert=True)
    return [*rooms, *MonitoringSetting.objects.bulk_create(settings), limits, protocol]
