"""The drug's arithmetic closes: balance is the ledger's sum, drawn = given + wasted + returned (R43, R60, R61)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import Blocked
from dosing import actions
from dosing.models import (
    Administration,
    AdministrationEnd,
    DosingRecord,
    Draw,
    Remainder,
    StockContainer,
    StockLot,
    StockMovement,
)
from tests.builders import accounts, dosing

pytestmark = pytest.mark.django_db
AT = dosing.AT


def ledger_of(lot):
    return list(StockMovement.objects.filter(lot=lot).order_by("number"))


def assert_ledger_closes(lot):
    lines = ledger_of(lot)
    stored = StockLot.objects.get(pk=lot.pk)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert stored.movements == len(lines)
    assert stored.balance_mg == sum(line.change_mg for line in lines)
    balance = Decimal(0)
    for line in lines:
        assert line.before_mg == balance
        balance = line.after_mg
    assert balance == stored.balance_mg


def assert_draws_close(record):
    sheet = DosingRecord.objects.get(pk=record.pk)
    draws = list(Draw.objects.filter(dosing_record=record))
    for draw in draws:
        assert draw.drawn_mg == draw.given_mg + draw.wasted_mg + draw.returned_mg + draw.outstanding_mg
        assert (draw.closed_at is not None) == (draw.outstanding_mg == 0)
    for column in ("drawn_mg", "given_mg", "wasted_mg", "returned_mg"):
        assert getattr(sheet, column) == sum((getattr(draw, column) for draw in draws), Decimal(0))
    ends = AdministrationEnd.objects.filter(administration__dosing_record=record)
    assert sheet.given_mg == sum((end.given_mg for end in ends), Decimal(0))


STEP = st.tuples(st.sampled_from(["receive", "dose", "waste"]), st.integers(1, 40_000), st.integers(0, 40_000))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=8))
def test_whatever_happens_the_books_close(clinic, steps):
    with transaction.atomic():
        witness = accounts.staff(clinic.practice, roles=["nurse"])
        lot = dosing.stock_lot(clinic.nurse, lot_number="BOOK", amount_mg=Decimal(60))
        record = dosing.dosing_record(clinic)
        for minute, (what, thousandths, share) in enumerate(steps):
            amount = Decimal(thousandths // 50 * 50 or 50).scaleb(-3)
            try:
                _step(clinic, what, amount, Decimal(share), lot, record, witness, AT + timedelta(minutes=minute))
            except Blocked:
                pass
            assert_ledger_closes(lot)
            assert_draws_close(record)
        transaction.set_rollback(True)


REASONS = dict.fromkeys(
    ("DOSE_ABOVE_ORDER", "DOSE_DIFFERS_FROM_ORDER", "BOOSTER_TOO_SOON"), "whatever happens, the books close"
)


def _step(clinic, what, amount, share, lot, record, witness, at):
    if what == "receive":
        dosing.stock_lot(clinic.nurse, at, lot_number="BOOK", amount_mg=amount)
    elif what == "dose":
        planned = min(amount, max(Decimal("0.05"), share.scaleb(-3)))
        entry = {"drawn_mg": amount, "planned_mg": planned, "overrides": REASONS, "by": clinic.prescriber}
        dosing.given_dose(clinic, record, at, lot, **entry)
    else:
        draw = Draw.objects.filter(dosing_record=record, closed_at=None).first()
        if draw is not None:
            actions.dispose_remainder(
                draw=draw,
                by=clinic.nurse,
                at=at,
                what="waste",
                amount_mg=min(amount, draw.outstanding_mg),
                method="drug buster",
                reason="left over",
                witness_email=witness.user.email,
                witness_password=accounts.PASSWORD,
            )


def refused(statement, *values):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def books(clinic):
    """A lot, a draw with a remainder, a waste of part of it: every table has a row."""
    given = dosing.given_dose(clinic, drawn_mg=Decimal(50))
    witness = accounts.staff(clinic.practice, roles=["nurse"])
    actions.dispose_remainder(
        draw=given.draw,
        by=clinic.nurse,
        at=AT,
        what="waste",
        amount_mg=Decimal(5),
        method="drug buster",
        reason="left over",
        witness_email=witness.user.email,
        witness_password=accounts.PASSWORD,
    )
    return given


def test_raw_sql_cannot_unbalance_a_draw(books):
    draw = Draw._meta.db_table
    for change in (
        "given_mg = given_mg + 1",
        "wasted_mg = wasted_mg + 1",
        "returned_mg = returned_mg + 1",
        "outstanding_mg = outstanding_mg - 1",
        "drawn_mg = drawn_mg + 1",
        "outstanding_mg = -1, given_mg = given_mg + outstanding_mg + 1",
        "closed_at = recorded_at",
    ):
        refused(f"UPDATE {draw} SET {change}")


def test_raw_sql_cannot_make_stock_negative_or_the_sheet_untrue(books):
    refused(f"UPDATE {StockLot._meta.db_table} SET balance_mg = -1")
    refused(f"UPDATE {DosingRecord._meta.db_table} SET given_mg = drawn_mg + 1")
    refused(f"UPDATE {DosingRecord._meta.db_table} SET wasted_mg = -1")


@pytest.mark.parametrize("model", [StockMovement, Administration, AdministrationEnd, Remainder])
def test_raw_sql_cannot_touch_what_happened(books, model):
    table = model._meta.db_table
    refused(f"UPDATE {table} SET late_reason = 'x'")
    refused(f"DELETE FROM {table}")


def test_closed_draw_is_frozen(clinic):
    draw = dosing.given_dose(clinic).draw
    assert Draw.objects.get(pk=draw.pk).closed_at is not None
    refused(f"UPDATE {Draw._meta.db_table} SET closed_at = NULL")
    refused(f"DELETE FROM {Draw._meta.db_table}")


CHANGE = -1000  # micrograms


def movement(wrong: dict) -> None:
    """A draw more by SQL alone, the next of its lot unless `wrong` says otherwise; the lot's balance goes with it."""
    last = StockMovement.objects.filter(what="draw").order_by("-number").first()
    before = int(last.after_mg.scaleb(3))
    told = {"number": last.number + 1, "what": "'draw'", "change_mg": CHANGE, "before_mg": before}
    told = told | {"after_mg": before + CHANGE, "id": f"'{'9' * 32}'"}
    inside = int(last.container_after_mg.scaleb(3))
    told |= {"container_number": last.container_number + 1, "container_before_mg": inside}
    told = told | {"container_after_mg": inside + wrong.get("change_mg", CHANGE)} | wrong
    balance = told.pop("balance_mg", told["after_mg"])
    container = StockContainer.objects.filter(pk=last.container_id)
    columns = [field.column for field in StockMovement._meta.concrete_fields]
    values = {column: f'"{column}"' for column in columns} | told
    names, rows = (", ".join(words) for words in ([f'"{one}"' for one in columns], [str(values[c]) for c in columns]))
    table = StockMovement._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {StockLot._meta.db_table} SET balance_mg = {balance}")
        container.update(balance_mg=F("balance_mg") + (balance - before), movements=F("movements") + 1)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {rows} FROM {table} WHERE what = 'draw'")


@pytest.mark.parametrize(
    "wrong",
    [
        {"after_mg": 4001},
        {"change_mg": 1000, "after_mg": 6000},
        {"before_mg": 500, "after_mg": -500},
        {"what": "'receive'"},
        {"what": "'return'", "draw_id": "NULL"},
        {"what": "'waste'"},
        {"what": "'destroy'"},
        {"what": "'adjust'"},
        {"what": "'loss'"},
        {"what": "'in'"},
        {"what": "'out'", "witness_id": "recorded_by_id"},
        {"number": 1},
        {"number": 9},
        {"balance_mg": 7},
        {"draw_id": "NULL"},
        {"recorded_at": "'2001-01-01 00:00:00+00:00'"},
    ],
    ids=str,
)
def test_raw_sql_cannot_add_a_movement_that_is_not_true(books, wrong):
    with pytest.raises(DatabaseError), transaction.atomic():
        movement(wrong)


def test_the_same_movement_without_a_fault_is_taken(books):
    """The refusals above are for their fault and nothing else."""
    movement({})
    assert StockMovement.objects.filter(number=3).exists()


def test_raw_sql_cannot_make_giver_and_verifier_or_witness_the_same(books):
    for model, change in ((Administration, "verified_by_id"), (Remainder, "witness_id")):
        table = model._meta.db_table
        columns = [field.column for field in model._meta.concrete_fields]
        twin = "given_by_id" if model is Administration else "recorded_by_id"
        values = {column: f'"{column}"' for column in columns} | {change: twin}
        values["id"] = "'00000000000000000000000000000009'"
        if model is Administration:
            values["number"] = 9
        names = ", ".join(f'"{column}"' for column in columns)
        rows = ", ".join(str(values[column]) for column in columns)
        refused(f"INSERT INTO {table} ({names}) SELECT {rows} FROM {table}")
