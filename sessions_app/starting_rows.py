"""The rooms, alarm limits, reading schedules and limits of supervision that a new practice begins with."""

from datetime import datetime

from sessions_app.models import MonitoringSetting, Room, SupervisionSetting
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
    return [*rooms, *MonitoringSetting.objects.bulk_create(settings), limits]
