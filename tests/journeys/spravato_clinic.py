"""A practice for J4: `manage.py shell -c "...build()"` makes it.

One patient with acute suicidal ideation whose second Spravato session of 84 mg is today on chair 2; the first was three
days ago with other vital signs and another lot, so that anything copied forward would show.
"""

import json
import sys
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from sessions_app import actions
from tests.builders import accounts, dosing, notes, patients, sessions

BEFORE = {"systolic_mmhg": 137, "diastolic_mmhg": 87}
OLD_LOT = "E-OLD"
LOTS = (("E-101", date(2027, 1, 31)), ("E-102", date(2027, 3, 31)), ("E-103", date(2027, 5, 31)))


def build() -> None:
    now = timezone.now()
    before = now - timedelta(days=3)
    clinic = accounts.clinic_with_staff(at=now - timedelta(days=30), phone="555 0100", address="1 Harbor Way")
    room = actions.add_room(by=clinic.admin, at=before - timedelta(hours=4), name="Chair 2")
    person = patients.ready_patient(clinic, before - timedelta(hours=3), given_name="Esther", family_name="Quill")
    series = patients.series(person, clinic.prescriber, before - timedelta(hours=3), route="ESK", indication="MDSI")
    dosing.signed_order(series, clinic.prescriber, before - timedelta(hours=2), fixed_mg=Decimal(84))
    _first_session(clinic, series, before)
    for number, expires_on in LOTS:
        received = now - timedelta(hours=3)
        dosing.stock_lot(clinic.nurse, received, "ESK", amount_mg=Decimal(56), lot_number=number, expires_on=expires_on)
    today = sessions.scheduled_session(clinic, now + timedelta(minutes=5), "ESK", series, room_id=room.pk)
    told = {
        "emails": {name: member.user.email for name, member in clinic.members.items()},
        "names": {name: member.user.full_name for name, member in clinic.members.items()},
        "session": str(today.pk),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _first_session(clinic, series, at) -> None:
    lot = dosing.stock_lot(clinic.nurse, at - timedelta(hours=1), "ESK", lot_number=OLD_LOT)
    session = sessions.dosed_session(clinic, at, "ESK", series, lot=lot)
    for minutes in (40, 60, 90, 120):
        peak = {"systolic_mmhg": 141, "diastolic_mmhg": 91} if minutes == 40 else BEFORE
        sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=minutes), **peak)
    left = session.first_dose_at + timedelta(minutes=120)
    sessions.discharge(clinic, session, left, escort_name="Somebody Else")
    signed = left + timedelta(hours=1)
    actions.sign_session(session=session, by=clinic.prescriber, at=signed, password=accounts.PASSWORD)
    notes.signed(clinic, sessions.stored(session), signed)
