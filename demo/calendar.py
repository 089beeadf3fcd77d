"""Which mornings and afternoons the made-up practice still has free."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SLOTS = (time(9, 0), time(13, 30))


class Calendar:
    """Rooms booked by half day, weekdays only, in the practice's zone."""

    def __init__(self, rooms: list, zone: str):
        self.rooms, self.zone = rooms, ZoneInfo(zone)
        self._taken: dict[tuple[date, time], int] = {}

    def book(self, not_before: datetime) -> tuple[datetime, object]:
        """The first free half day at or after a moment, and its room."""
        day = not_before.astimezone(self.zone).date()
        while True:
            for slot in SLOTS:
                start = datetime.combine(day, slot, tzinfo=self.zone)
                used = self._taken.get((day, slot), 0)
                if start >= not_before and day.weekday() < 5 and used < len(self.rooms):
                    self._taken[day, slot] = used + 1
                    return start, self.rooms[used]
            day += timedelta(days=1)
