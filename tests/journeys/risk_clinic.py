"""A practice at night: `manage.py shell -c "...build()"` makes it.

Three patients with a link to a PHQ-9, the first after a dose and about to get another; two people on call who are on
nobody's care team.
"""

import json
import sys
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from assessments.models import AssessmentSet
from patients.models import Patient
from tests.builders import accounts, assessments, patients, sessions


def build() -> None:
    now = timezone.now()
    before = now - timedelta(days=40)
    clinic = accounts.clinic_with_staff(at=before)
    first, second = (accounts.staff(clinic.practice, [role], at=before) for role in (Role.PRESCRIBER, Role.NURSE))
    assessments.on_call(clinic, first, second, at=before)
    mild = {f"q{number}": 1 for number in range(1, 9)}
    given = sessions.signed_session(clinic, now - timedelta(days=6))
    Patient.objects.filter(pk=given.patient_id).update(phone="555 0144")
    assessments.answered_set(given.patient, clinic.nurse, now - timedelta(days=5), {"PHQ9": mild})
    coming = sessions.checked_in_session(clinic, now - timedelta(minutes=20), series=given.series)
    other, third = (patients.patient_with_team(clinic, before) for _ in range(2))
    emails = {name: member.user.email for name, member in clinic.members.items()}
    told = {
        "emails": emails | {"first": first.user.email, "second": second.user.email},
        "names": {"first": first.user.full_name, "second": second.user.full_name},
        "patients": [_told(person, clinic, now) for person in (given.patient, other, third)],
        "session": str(coming.pk),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _told(person: Patient, clinic, now) -> dict:
    made: AssessmentSet = assessments.given_set(person, clinic.nurse, now, instruments=("PHQ9",))
    _, token = assessments.link(made, clinic.nurse, now)
    link = reverse("portal:open", kwargs={"token": token})
    return {"name": person.name, "pk": str(person.pk), "born": person.birth_date.isoformat(), "link": link}
