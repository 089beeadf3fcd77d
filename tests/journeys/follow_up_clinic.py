"""A practice in New York with a dose on a Tuesday at 14:00 there: `manage.py shell -c "...build('2026-12-01')"`.

The patient lives in Los Angeles. Other patients have finished a series each, enough of them for a report.
"""

import json
import sys
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.builders import accounts, patients, sessions
from tests.builders import outcomes as courses
from tests.builders.dosing import signed_order

PRACTICE_ZONE, PATIENT_ZONE = "America/New_York", "America/Los_Angeles"
TO = "somewhere@mail.invalid"


def build(day: str) -> None:
    dosed_at = datetime.combine(date.fromisoformat(day), time(14), ZoneInfo(PRACTICE_ZONE))
    arrived_at = dosed_at - sessions.DOSE_AFTER
    before = arrived_at - timedelta(hours=2)
    clinic = accounts.clinic_with_staff(at=before - timedelta(days=90))
    person = patients.ready_patient(clinic, before, time_zone=PATIENT_ZONE, email=TO)
    series = patients.series(person, clinic.prescriber, before)
    signed_order(series, clinic.prescriber, before)
    session = sessions.signed_session(clinic, arrived_at, series=series)
    for route, number in (("IM", 11), ("IV", 2)):
        for place in range(number):
            courses.course(clinic, 20, 14, 9 if place % 2 else 15, at=before - timedelta(days=60), route=route)
    emails = {name: member.user.email for name, member in clinic.members.items()}
    dose = session.dosing_record.administrations.get()
    told = {"emails": emails, "patient": str(person.pk), "session": str(session.pk), "dose": str(dose.pk)}
    sys.stdout.write(json.dumps(told) + "\n")
