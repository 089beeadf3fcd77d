"""Receiving drug into the ledger (R60, R61, F10)."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope
from common.models import AuditEvent
from dosing import actions
from dosing.models import StockLot, StockMovement
from tests.builders import accounts, dosing

pytestmark = pytest.mark.django_db
AT = dosing.AT


def test_delivery_makes_a_lot_and_the_first_line_of_its_ledger(clinic):
    lot = dosing.stock_lot(clinic.admin, amount_mg=Decimal(500), supplier_dea="AB1234567", invoice="I-1")

    line = StockMovement.objects.get(lot=lot)
    assert (lot.balance_mg, lot.movements) == (500, 1)
    assert (line.number, line.what, line.before_mg, line.after_mg) == (1, "receive", 0, 500)
    assert (line.supplier, line.supplier_dea, line.invoice) == ("Wholesale Pharmacy", "AB1234567", "I-1")
    assert (line.recorded_by_id, line.recorded_as) == (clinic.admin.membership_id, "admin")
    audit = AuditEvent.objects.get(action="dosing.receive_stock")
    assert (audit.object_id, audit.role) == (lot.pk, "admin")


def test_same_lot_at_the_same_place_grows(clinic):
    first = dosing.stock_lot(clinic.nurse, lot_number="L7")
    again = dosing.stock_lot(clinic.nurse, lot_number="L7")
    assert again.pk == first.pk
    assert (again.balance_mg, again.movements) == (2000, 2)


def test_same_lot_elsewhere_is_its_own_account(clinic):
    first = dosing.stock_lot(clinic.nurse, lot_number="L7")
    other = dosing.stock_lot(clinic.nurse, lot_number="L7", location="Safe B")
    assert other.pk != first.pk


def test_retry_with_the_same_id_changes_nothing(clinic):
    row_id = uuid.uuid4()
    lot = dosing.stock_lot(clinic.nurse, lot_number="L7", id=row_id)
    again = dosing.stock_lot(clinic.nurse, lot_number="L7", id=row_id)
    lot.refresh_from_db()
    assert (again.pk, lot.balance_mg, StockMovement.objects.count()) == (lot.pk, 1000, 1)


def test_same_id_for_something_else_is_refused(clinic):
    row_id = uuid.uuid4()
    dosing.stock_lot(clinic.nurse, lot_number="L7", id=row_id)
    with pytest.raises(InvalidInput):
        dosing.stock_lot(clinic.nurse, lot_number="L8", id=row_id)


@pytest.mark.parametrize("role", ["therapist", "compliance"])
def test_who_may_not_receive(clinic, role):
    with pytest.raises(NotPermitted):
        dosing.stock_lot(getattr(clinic, role))
    assert not StockLot.objects.exists()


def test_product_of_another_practice_does_not_exist(clinic):
    elsewhere = accounts.practice(name="Elsewhere")
    with pytest.raises(OutOfScope):
        dosing.stock_lot(clinic.nurse, product=dosing.product(elsewhere))


@pytest.mark.parametrize(("days", "is_refused"), [(0, False), (-1, True)])
def test_expiry_on_the_day_and_before(clinic, days, is_refused):
    expires_on = AT.date() + timedelta(days=days)
    if is_refused:
        with pytest.raises(Blocked) as refusal:
            dosing.stock_lot(clinic.nurse, expires_on=expires_on)
        assert [blocker.code for blocker in refusal.value.blockers] == ["LOT_EXPIRED"]
        assert not StockLot.objects.exists()
    else:
        assert dosing.stock_lot(clinic.nurse, expires_on=expires_on).balance_mg == 1000


def test_another_expiry_for_a_known_lot_is_refused(clinic):
    dosing.stock_lot(clinic.nurse, lot_number="L7")
    with pytest.raises(Blocked) as refusal:
        dosing.stock_lot(clinic.nurse, lot_number="L7", expires_on=date(2028, 1, 31))
    assert [blocker.code for blocker in refusal.value.blockers] == ["EXPIRY_DIFFERS"]


def test_retired_product_is_refused(clinic):
    product = dosing.product(clinic.practice)
    actions.set_product_in_use(product=product, by=clinic.prescriber, at=AT, is_active=False)
    with pytest.raises(Blocked) as refusal:
        dosing.stock_lot(clinic.nurse, product=product)
    assert [blocker.code for blocker in refusal.value.blockers] == ["PRODUCT_RETIRED"]


@pytest.mark.parametrize("amount", [Decimal(0), Decimal("-1"), Decimal("0.0001"), Decimal(1_000_001), 1.5])
def test_amounts_that_cannot_be(clinic, amount):
    product = dosing.product(clinic.practice)
    with pytest.raises(InvalidInput):
        actions.receive_stock(
            by=clinic.nurse,
            at=AT,
            product_id=product.pk,
            lot_number="L1",
            expires_on=date(2027, 1, 1),
            location="Safe",
            amount_mg=amount,
            supplier="Pharmacy",
        )


def test_devices_come_whole(clinic):
    product = dosing.product(clinic.practice, "Spravato")
    with pytest.raises(InvalidInput):
        actions.receive_stock(
            by=clinic.nurse,
            at=AT,
            product_id=product.pk,
            lot_number="L1",
            expires_on=date(2027, 1, 1),
            location="Safe",
            amount_mg=Decimal(30),
            supplier="Pharmacy",
        )


def test_late_delivery_needs_a_reason_and_future_is_refused(clinic):
    with pytest.raises(InvalidInput) as late:
        dosing.stock_lot(clinic.nurse, occurred_at=AT - timedelta(minutes=16))
    with pytest.raises(InvalidInput) as early:
        dosing.stock_lot(clinic.nurse, occurred_at=AT + timedelta(seconds=1))
    assert list(late.value.fields) == ["late_reason"]
    assert list(early.value.fields) == ["occurred_at"]
    lot = dosing.stock_lot(clinic.nurse, occurred_at=AT - timedelta(minutes=16), late_reason="courier came early")
    assert StockMovement.objects.get(lot=lot).is_late


def test_new_practice_begins_with_products_and_limits(clinic):
    names = set(clinic.practice.products.values_list("name", flat=True))
    assert len(names) == 8
    assert set(clinic.practice.limits.values_list("route", "version")) == {
        (route, 1) for route in ("ALL", "IV", "IM", "SC", "IN_RACEMIC", "ESK", "SL", "PO")
    }


def test_added_product_can_be_received(clinic):
    product = actions.add_product(
        by=clinic.prescriber, at=AT, name="Ketamine 20 mg/mL", form="solution", strength=Decimal(20), routes=["IM"]
    )
    lot = dosing.stock_lot(clinic.nurse, product=product, amount_mg=Decimal(100))
    assert (product.concentration_mg_per_ml, lot.balance_amount) == (20, 5)
    assert AuditEvent.objects.filter(action="dosing.add_product", object_id=product.pk).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"routes": []},
        {"routes": ["XX"]},
        {"routes": ["ESK"]},
        {"routes": ["ESK", "IM"], "is_esketamine": True},
        {"form": "powder"},
        {"strength": Decimal(0)},
        {"strength": Decimal("12.34")},
        {"name": "Ketalar 50 mg/mL, 10 mL vial"},
        {"name": " "},
    ],
)
def test_products_that_cannot_be(clinic, change):
    values = {"name": "New", "form": "solution", "strength": Decimal(20), "routes": ["IM"], **change}
    with pytest.raises(InvalidInput):
        actions.add_product(by=clinic.prescriber, at=AT, **values)


@pytest.mark.parametrize("role", ["nurse", "therapist", "admin", "compliance"])
def test_who_may_not_change_products(clinic, role):
    by = getattr(clinic, role)
    with pytest.raises(NotPermitted):
        actions.add_product(by=by, at=AT, name="New", form="solution", strength=Decimal(20), routes=["IM"])
    product = dosing.product(clinic.practice)
    with pytest.raises(NotPermitted):
        actions.set_product_in_use(product=product, by=by, at=AT, is_active=False)


def test_a_compounded_product_names_its_pharmacy(clinic):
    """The inspector's log says who made it where there is no NDC."""
    told = {"name": "Compounded ketamine lozenge 25 mg", "form": "troche", "strength": Decimal(25), "routes": ["SL"]}
    told |= {"by": clinic.prescriber, "at": AT, "is_compounded": True, "pack": "30 in a jar"}
    with pytest.raises(InvalidInput) as refused:
        actions.add_product(**told)
    assert list(refused.value.fields) == ["pharmacy"]
    product = actions.add_product(**told, pharmacy="Harbor Compounding")
    assert (product.pharmacy, product.pack) == ("Harbor Compounding", "30 in a jar")
