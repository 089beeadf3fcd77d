"""The rooms a new practice begins with."""

from datetime import datetime

from sessions_app.models import Room

ROOMS = ("Room 1", "Room 2", "Room 3")


def make_starting_rows(practice, at: datetime) -> list[Room]:
    return Room.objects.bulk_create([Room(practice=practice, name=name) for name in ROOMS])
