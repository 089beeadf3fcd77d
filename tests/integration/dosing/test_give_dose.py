"""Giving a dose: what is written, and everything that refuses it (R42, R43, R60, F10)."""

from decimal import Decimal

import pytest

from dosing.models import AdministrationEnd, StockMovement
from tests.builders import dosing

pytestmark = pytest.mark.django_db
AT = dosing.AT


def test_injection_writes_draw_movement_dose_and_end(clinic):
    lot = dosing.stock_lot(clinic.nurse, amount_mg=Decimal(500))
    record = dosing.dosing_record(clinic)

    administration = dosing.given_dose(clinic, record, lot=lot, drawn_mg=Decimal(50))

    lot.refresh_from_db()
    draw = administration.draw
    draw.refresh_from_db()
    end = AdministrationEnd.objects.get(administration=administration)
    movement = StockMovement.objects.get(draw=draw)
    assert (lot.balance_mg, lot.movements) == (Decimal(450), 2)
    assert (movement.number, movement.before_mg, movement.change_mg, movement.after_mg) == (2, 500, -50, 450)
    assert (draw.drawn_ml, draw.given_mg, draw.outstanding_mg, draw.closed_at) == (1, 35, 15, None)
    assert (end.how, end.given_mg) == ("completed", Decimal(35))
    assert (record.first_dose_at, record.given_mg, record.drawn_mg, record.has_open_remainder) == (AT, 35, 50, True)
