"""A practice for the journeys of the drug: `manage.py shell -c "...build()"` makes it.

One patient not screened yet, one on an infusion, one whose signed session waits for its review, and stock in a safe.
"""

import json
import sys
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.roles import Role
from dosing.models import Draw, StockLot
from tests.builders import accounts, dosing, patients, sessions


def _used_vial(clinic, second, at) -> None:
    """Two vials of 500 mg, of the first of which 50 mg were drawn and 15 wasted."""
    vials = dosing.stock_lot(clinic.nurse, at, lot_number="KX-77", amount_mg=Decimal(1000), location="Safe A")
    session = sessions.discharged_session(clinic, at + timedelta(minutes=20), lot=vials, drawn_mg=Decimal(50))
    draw = Draw.objects.get(dosing_record=session.pk)
    dosing.wasted(
        draw, clinic, second, session.first_dose_at + timedelta(minutes=5), late_reason="Busy with the patient"
    )


def build() -> None:
    now = timezone.now()
    before = now - timedelta(days=30)
    clinic = accounts.clinic_with_staff(at=before)
    second = accounts.staff(clinic.practice, [Role.NURSE], at=before)
    emails = {name: member.user.email for name, member in clinic.members.items()} | {"second": second.user.email}
    names = {name: member.user.full_name for name, member in clinic.members.items()} | {"second": second.user.full_name}
    new = patients.patient_with_team(clinic, before, given_name="Nina", family_name="Newly")
    running = sessions.dosed_session(clinic, at=now - timedelta(minutes=25), route="IV", drawn_mg=Decimal(50))
    patients_to_review = sessions.signed_session(clinic, now - timedelta(hours=8))
    lot = StockLot.objects.filter(balance_mg__gt=0).order_by("pk").first()
    StockLot.objects.exclude(pk=lot.pk).update(location="Other safe")
    StockLot.objects.filter(pk=lot.pk).update(location="Safe A")
    _used_vial(clinic, second, now - timedelta(hours=4))
    told = {
        "emails": emails,
        "names": names,
        "new_patient": str(new.pk),
        "running": str(running.pk),
        "signed": str(patients_to_review.pk),
        "lot": lot.lot_number,
    }
    sys.stdout.write(json.dumps(told) + "\n")
