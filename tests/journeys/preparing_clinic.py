"""A practice for J2: `manage.py shell -c "...build()"` makes it.

Three patients with a session in two days, planned as the practice's protocol says: the first is asked three long
questionnaires, the other two, by another route, a short one.
"""

import json
import sys
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from sessions_app import actions
from sessions_app.measuring import Protocol
from tests.builders import accounts, sessions

LONG, SHORT = ("PHQ9", "GAD7", "PCL5"), ("GAD2",)
TOLD = {"source": "Team meeting", "note": "What the practice asks before a session"}


def build() -> None:
    """Prints who is who, the patients with their addresses and birth dates, and when their messages are due."""
    now = timezone.now()
    clinic = accounts.clinic_with_staff(at=now - timedelta(days=2))
    for about, version, before in (("ALL", 1, LONG), ("SL", 0, SHORT)):
        told = {"about": about, "protocol": Protocol(before=before), "replaces_version": version, **TOLD}
        actions.set_measuring(by=clinic.prescriber, at=now, **told)
    zone = ZoneInfo(clinic.practice.time_zone)
    day = now.astimezone(zone).date() + timedelta(days=2)
    coming = [
        _planned(clinic, now, datetime.combine(day, time(9 + hour), zone), route)
        for hour, route in enumerate(("IM", "SL", "SL"))
    ]
    told = {
        "emails": {name: member.user.email for name, member in clinic.members.items()},
        "patients": coming,
        "due": datetime.combine(day - timedelta(days=1), time(10), zone).isoformat(),
        "day": f"{day:%A}, {day.day} {day:%B}",
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _planned(clinic, now, starts, route: str) -> dict:
    series = sessions.series_with_order(clinic, now, route)
    made = actions.schedule_session(series=series, by=clinic.nurse, at=now, scheduled_for=starts)
    person = series.patient
    told = {"name": person.name, "email": person.email, "born": person.birth_date.isoformat()}
    return told | {"session": str(made.pk)}
