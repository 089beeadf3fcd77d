"""When the patient and the clinic meet next, as a day in the patient's own zone: a visit, or a message."""

from datetime import datetime
from zoneinfo import ZoneInfo

from followups.models import CheckIn
from sessions_app.models import Session


def next_contact(patient, at: datetime) -> str:
    """A sentence such as "We plan to write to you on Tuesday, 9 June.", or '' when nothing is planned. Two queries."""
    check_ins = CheckIn.objects.filter(patient=patient, state=CheckIn.State.PLANNED, due_at__gt=at)
    message_at = check_ins.order_by("due_at").values_list("due_at", flat=True).first()
    visits = Session.objects.filter(patient=patient).upcoming(at)
    visit_at = visits.values_list("scheduled_for", flat=True).first()
    zone = ZoneInfo(patient.time_zone)
    if visit_at is not None and (message_at is None or visit_at <= message_at):
        local = visit_at.astimezone(zone)
        return f"We see you on {_day(local)} at {local:%H:%M}."
    return f"We plan to write to you on {_day(message_at.astimezone(zone))}." if message_at else ""


def _day(local: datetime) -> str:
    return f"{local:%A}, {local.day} {local:%B}"
