"""A practice with a dose given half an hour ago: `manage.py shell -c "...build()"` makes it."""

import json
import sys
from datetime import timedelta

from django.utils import timezone

from tests.builders import accounts, sessions


def build() -> None:
    """One session under way with its readings; prints who is who and the session as JSON."""
    now = timezone.now()
    clinic = accounts.clinic_with_staff(at=now - timedelta(days=3))
    session = sessions.dosed_session(clinic, now - timedelta(minutes=44))
    for minutes in (10, 20, 30):
        sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=minutes))
    emails = {name: member.user.email for name, member in clinic.members.items()}
    sys.stdout.write(json.dumps({"emails": emails, "session": f"/sessions/{session.pk}/"}) + "\n")
