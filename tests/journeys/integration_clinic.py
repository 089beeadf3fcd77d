"""A practice in which a third session waits for its note: `manage.py shell -c "...build()"` makes it."""

import json
import sys
from datetime import timedelta

from django.utils import timezone

from accounts.roles import Role
from tests.builders import accounts, notes, patients
from tests.builders.followups import dosed_session


def build() -> None:
    """Three doses 20, 9 and 2 days ago, notes about the first two; prints who is who as JSON."""
    now = timezone.now()
    clinic = accounts.clinic_with_staff(at=now - timedelta(days=40))
    patient = patients.patient_with_team(clinic, now - timedelta(days=30))
    for days in (20, 9):
        at = now - timedelta(days=days)
        notes.signed(clinic, dosed_session(clinic, at, patient), at + timedelta(days=1), modality="MINDFULNESS")
    dosed_session(clinic, now - timedelta(days=2, hours=3), patient)
    outsider = accounts.staff(clinic.practice, [Role.NURSE], at=now - timedelta(days=40))
    emails = {name: member.user.email for name, member in clinic.members.items()} | {"outsider": outsider.user.email}
    told = {"emails": emails, "mrn": patient.mrn, "born": patient.birth_date.isoformat(), "name": patient.name}
    sys.stdout.write(json.dumps(told | {"patient": str(patient.pk)}) + "\n")
