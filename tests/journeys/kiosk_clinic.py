"""A practice with two sets to be answered on its tablet: `manage.py shell -c "...build()"` makes it."""

import json
import sys
from datetime import timedelta

from django.utils import timezone

from tests.builders import accounts, assessments, patients


def build() -> None:
    now = timezone.now()
    before = now - timedelta(days=1)
    clinic = accounts.clinic_with_staff(at=before)
    person = patients.patient_with_team(clinic, before)
    sets = [assessments.given_set(person, clinic.nurse, now, instruments=("PHQ9",)) for _ in range(2)]
    told = {
        "email": clinic.nurse.membership.user.email,
        "practice": clinic.practice.name,
        "name": person.name,
        "set": str(sets[0].pk),
        "other_set": str(sets[1].pk),
    }
    sys.stdout.write(json.dumps(told) + "\n")
