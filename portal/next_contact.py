"""When the clinic gets in touch next, as a day in the patient's own zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from followups.models import CheckIn


def next_contact(patient, at: datetime) -> str:
    """A day such as "Tuesday, 9 June", or '' when nothing is planned."""
    planned = CheckIn.objects.filter(patient=patient, state=CheckIn.State.PLANNED, due_at__gt=at)
    check_in = planned.order_by("due_at").first()
    if check_in is None:
        return ""
    day = check_in.due_at.astimezone(ZoneInfo(check_in.time_zone))
    return f"{day:%A}, {day.day} {day:%B}"
