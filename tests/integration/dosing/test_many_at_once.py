"""Many people at one lot, one draw, one order: nobody takes what another took (F8, F10; R60)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections

from common.errors import Blocked, ClinicError, StaleState
from dosing import actions
from dosing.models import Administration, DoseOrder, DosingRecord, Draw, Remainder, StockLot, StockMovement
from tests.builders import accounts, dosing, patients

pytestmark = pytest.mark.django_db(transaction=True)
AT = dosing.AT
THREADS = 12


def in_threads(work, items):
    """The result or refusal of `work(item)` for each item, all at once."""

    def one(item):
        try:
            return work(item)
        except ClinicError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, items))


@pytest.fixture
def clinic(shared_database):
    return accounts.clinic_with_staff()


def test_one_lot_is_never_overdrawn(clinic):
    lot = dosing.stock_lot(clinic.nurse, amount_mg=Decimal(250))
    records = [dosing.dosing_record(clinic) for _ in range(THREADS)]
    fifty = {"drawn_mg": Decimal(50), "planned_mg": Decimal(35)}

    results = in_threads(lambda record: dosing.given_dose(clinic, record, lot=lot, **fifty), records)

    given = [result for result in results if isinstance(result, Administration)]
    refused = [result for result in results if isinstance(result, Blocked)]
    assert (len(given), len(refused)) == (5, THREADS - 5)
    stored = StockLot.objects.get(pk=lot.pk)
    lines = list(StockMovement.objects.filter(lot=lot).order_by("number"))
    assert (stored.balance_mg, stored.movements) == (0, 6)
    assert [line.number for line in lines] == [1, 2, 3, 4, 5, 6]
    assert [line.after_mg for line in lines] == [250, 200, 150, 100, 50, 0]
    assert Draw.objects.count() == 5


def test_one_click_too_many_is_one_dose(clinic):
    lot = dosing.stock_lot(clinic.nurse)
    record = dosing.dosing_record(clinic)
    row_id = uuid.uuid4()

    results = in_threads(lambda _: dosing.given_dose(clinic, record, lot=lot, id=row_id), range(8))

    assert {getattr(result, "pk", result) for result in results} == {row_id}
    assert StockLot.objects.get(pk=lot.pk).balance_mg == 965
    assert Administration.objects.count() == 1


def test_two_nurses_at_one_patient_give_one_dose(clinic):
    lot = dosing.stock_lot(clinic.nurse)
    record = dosing.dosing_record(clinic)

    results = in_threads(lambda _: dosing.given_dose(clinic, record, lot=lot), range(6))

    assert sum(isinstance(result, Administration) for result in results) == 1
    assert DosingRecord.objects.get(pk=record.pk).given_mg == 35


def test_one_remainder_is_wasted_once(clinic):
    draw = dosing.given_dose(clinic, drawn_mg=Decimal(50)).draw
    witness = accounts.staff(clinic.practice, roles=["nurse"])

    def waste(_):
        return actions.dispose_remainder(
            draw=Draw.objects.select_related("dosing_record").get(pk=draw.pk),
            by=clinic.nurse,
            at=AT + timedelta(minutes=1),
            what="waste",
            amount_mg=Decimal(10),
            method="drug buster",
            reason="left over",
            witness_email=witness.user.email,
            witness_password=accounts.PASSWORD,
        )

    results = in_threads(waste, range(6))

    assert sum(isinstance(result, Remainder) for result in results) == 1
    assert Draw.objects.get(pk=draw.pk).outstanding_mg == 5


def test_one_order_is_amended_once(clinic):
    series = patients.series(patients.patient_with_team(clinic), clinic.prescriber)
    first = dosing.signed_order(series, clinic.prescriber)

    results = in_threads(
        lambda _: dosing.signed_order(series, clinic.prescriber, replaces=first), range(4)
    )  # five tries at once pause a password

    assert sum(isinstance(result, DoseOrder) for result in results) == 1
    assert all(isinstance(result, DoseOrder | StaleState) for result in results)
    assert DoseOrder.objects.filter(series=series).count() == 2


def test_deliveries_at_once_number_the_ledger_without_gaps(clinic):
    results = in_threads(lambda _: dosing.stock_lot(clinic.nurse, lot_number="SAME"), range(8))

    assert len({lot.pk for lot in results}) == 1
    lot = StockLot.objects.get(lot_number="SAME")
    numbers = list(StockMovement.objects.filter(lot=lot).order_by("number").values_list("number", flat=True))
    assert (numbers, lot.balance_mg) == (list(range(1, 9)), 8000)
