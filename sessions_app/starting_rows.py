"""The rooms and the limits of supervision that a new practice begins with."""

from datetime import datetime

from sessions_app.models import Room, SupervisionSetting
from sessions_app.supervision_rules import DEFAULTS

ROOMS = ("Room 1", "Room 2", "Room 3")


def make_starting_rows(practice, at: datetime) -> list:
    rooms = Room.objects.bulk_create([Room(practice=practice, name=name) for name in ROOMS])
    limits = SupervisionSetting(
        practice=practice,
        version=1,
        per_monitor=DEFAULTS.per_monitor,
        on_site_routes=sorted(DEFAULTS.on_site_routes),
        source="KAP-SUP-RATIO, KAP-SUP-ONSITE",
        set_at=at,
    )
    limits.save(force_insert=True)
    return [*rooms, limits]
