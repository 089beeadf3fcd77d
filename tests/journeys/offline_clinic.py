"""A practice for the journeys without network: `manage.py shell -c "...build()"` makes it.

One session is checked in and waits for its infusion, one is dosed; a second nurse works on the dosed one too.
"""

import json
import sys
from datetime import timedelta

from django.utils import timezone

from accounts.roles import Role
from tests.builders import accounts, dosing, sessions


def build() -> None:
    now = timezone.now()
    clinic = accounts.clinic_with_staff(at=now - timedelta(days=30))
    second = accounts.staff(clinic.practice, [Role.NURSE], at=now - timedelta(days=30))
    emails = {name: member.user.email for name, member in clinic.members.items()} | {"second": second.user.email}
    arrived = sessions.checked_in_session(clinic, now - timedelta(minutes=20), route="IV")
    sessions.reading(clinic, arrived, now - timedelta(minutes=3))
    dosing.stock_lot(clinic.nurse, now - timedelta(hours=3), lot_number="KX-91", route="IV")
    dosed = sessions.dosed_session(clinic, at=now - timedelta(minutes=40))
    told = {"emails": emails, "arrived": str(arrived.pk), "dosed": str(dosed.pk)}
    sys.stdout.write(json.dumps(told) + "\n")
