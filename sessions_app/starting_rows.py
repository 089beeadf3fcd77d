"""The rooms, alarm limits and reading schedules a new practice begins with."""

from datetime import datetime

from sessions_app.models import MonitoringSetting, Room
from sessions_app.starting_values import starting_values

ROOMS = ("Room 1", "Room 2", "Room 3")


def make_starting_rows(practice, at: datetime) -> list:
    """Store the rooms and version 1 of every monitoring setting; returns the rows."""
    rooms = Room.objects.bulk_create([Room(practice=practice, name=name) for name in ROOMS])
    settings = [
        MonitoringSetting(practice=practice, about=about, version=1, values=values, source=source, set_at=at)
        for about, (values, source) in starting_values().items()
    ]
    return [*rooms, *MonitoringSetting.objects.bulk_create(settings)]
