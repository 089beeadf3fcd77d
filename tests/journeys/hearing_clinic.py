"""A practice with patients who answer a PHQ-9 and a nurse with the risk queue: `manage.py shell -c "...build()"`."""

import json
import sys
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from tests.builders import accounts, assessments, patients

PATIENTS = 4


def build() -> None:
    now = timezone.now()
    before = now - timedelta(days=1)
    clinic = accounts.clinic_with_staff(at=before, phone="555 0177")
    told = {
        "emails": {name: member.user.email for name, member in clinic.members.items()},
        "patients": [_told(patients.patient_with_team(clinic, before), clinic, now) for _ in range(PATIENTS)],
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _told(person, clinic, now) -> dict:
    given = assessments.given_set(person, clinic.nurse, now, instruments=("PHQ9",))
    _, token = assessments.link(given, clinic.nurse, now)
    link = reverse("portal:open", kwargs={"token": token})
    return {"name": person.name, "born": person.birth_date.isoformat(), "link": link}
