"""The database itself refuses a ledger row that its vial or its lot contradicts, whoever writes it (R60, R61)."""

from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from common.chain import Chained, chained_by_label
from common.verifying import verify_chain
from dosing.models import StockContainer, StockLot, StockMovement
from tests.builders import dosing
from tests.builders.chain import commit
from tests.builders.raw_rows import attempt, key

pytestmark = pytest.mark.django_db
MORE = -1000  # micrograms that the next draw takes


@pytest.fixture
def drawn(clinic):
    """The draw of 50 mg from the first of two vials of 500 mg."""
    lot = dosing.stock_lot(clinic.nurse)
    dosing.given_dose(clinic, lot=lot, drawn_mg=50)
    return StockMovement.objects.select_related("lot", "container").get(what="draw")


def whole(mg) -> int:
    return int(mg.scaleb(3))


def next_row(last: StockMovement) -> dict:
    """The draw of one milligram that follows, in micrograms."""
    before, inside = whole(last.after_mg), whole(last.container_after_mg)
    return {
        "number": last.number + 1,
        "change_mg": MORE,
        "before_mg": before,
        "after_mg": before + MORE,
        "container_number": last.container_number + 1,
        "container_before_mg": inside,
        "container_after_mg": inside + MORE,
    }


def taken(last: StockMovement, *, lot: int = 1, container: int = 1, other: int = 0, steps: int = 1):
    """Balances as they are after it: so many mg less in the lot, its vial, and its other vial."""

    def prepare():
        StockLot.objects.filter(pk=last.lot_id).update(balance_mg=F("balance_mg") - 1000 * lot)
        vials = StockContainer.objects.filter(lot=last.lot_id)
        mine = vials.filter(pk=last.container_id)
        mine.update(balance_mg=F("balance_mg") - 1000 * container, movements=F("movements") + steps)
        vials.exclude(pk=last.container_id).update(balance_mg=F("balance_mg") - 1000 * other)

    return prepare


def test_the_next_draw_as_it_should_be_is_taken(drawn):
    """The refusals below are for their fault and nothing else."""
    assert attempt(drawn, taken(drawn), next_row(drawn)) == ""


def violations(last: StockMovement) -> dict:
    """What is wrong → what is done before, what differs from the next draw, the word the refusal names."""
    other = StockContainer.objects.filter(lot=last.lot_id).exclude(pk=last.container_id).get()
    nowhere = {"container_id": None, "container_number": None, "container_before_mg": None, "container_after_mg": None}
    delivery = {"what": "receive", "draw_id": None, "change_mg": 1000, **nowhere}
    lot_only = {"after_mg": next_row(last)["before_mg"] + 1000}
    return {
        "out of turn in its lot": (taken(last), {"number": 99}, "refused: next"),
        "out of turn in its vial": (taken(last, steps=98), {"container_number": 99}, "refused: container_next"),
        "number of the vial used before": (taken(last, steps=0), {"container_number": 1}, ""),
        "lot beside its balance": (taken(last, lot=0), {}, "refused: "),
        "vial beside its balance": (taken(last, container=0, other=1), {}, "refused: container"),
        "lot is not the sum of its vials": (taken(last, other=1), {}, "refused: sum"),
        "vial does not start where it ended": (
            taken(last),
            {"container_before_mg": next_row(last)["container_before_mg"] + 1},
            "refused: container_next",
        ),
        "does not add up": (taken(last), {"change_mg": -999}, "movement_adds_up"),
        "no vial": (taken(last), nowhere, "refused: no_container"),
        "half a vial": (taken(last), {"container_after_mg": None}, "refused: container"),
        "vial of the same lot, not drawn from": (taken(last), {"container_id": key(other.pk)}, "refused: container"),
        "vial lies elsewhere": (partial(_elsewhere, last), {}, "refused: "),
        "delivery without vials": (taken(last, lot=-1, container=-1), delivery | lot_only, "refused: delivery"),
        "delivery that says how many and brings none": (
            taken(last, lot=-1, container=-1),
            delivery | lot_only | {"containers": 2},
            "refused: delivery",
        ),
        "draw that brings vials": (taken(last), {"containers": 1}, "movement_of_a_delivery"),
    }


def _elsewhere(last: StockMovement) -> None:
    taken(last)()
    there = StockLot.objects.get(pk=last.lot_id)
    there.pk, there.location = None, "Room 9"
    there.id = last.pk
    there.save(force_insert=True)
    StockContainer.objects.filter(pk=last.container_id).update(lot=there)


def test_each_wrong_movement_is_refused(drawn):
    wrong = []
    for name, (prepare, changed, word) in violations(drawn).items():
        said = attempt(drawn, prepare, next_row(drawn) | changed)
        if not said or word not in said:
            wrong.append(f"{name}: {said or 'taken'}")
    assert not wrong


def test_each_wrong_container_is_refused(drawn, clinic):
    vial = StockContainer.objects.get(pk=drawn.container_id)
    alien = dosing.stock_lot(clinic.nurse, lot_number="OTHER")
    fresh = {"number": 9, "movements": 0, "opened_at": None, "receipt_id": None, "received_mg": 0, "balance_mg": 0}
    assert attempt(vial, int, fresh) == ""
    for changed, word in (
        ({"received_mg": 5000, "balance_mg": 5000}, "refused: new"),  # out of nothing
        ({"received_mg": 5000, "balance_mg": 5000, "receipt_id": key(vial.receipt_id)}, "refused: new"),
        ({"balance_mg": 5000}, "refused: new"),
        ({"movements": 3}, "refused: new"),
        ({"lot_id": key(alien.pk)}, "refused: its_lot"),
        ({"number": vial.number}, ""),
        ({"full_mg": 0}, "container_never_negative"),
    ):
        said = attempt(vial, int, fresh | changed)
        assert said, changed
        assert word in said, changed


def test_raw_sql_cannot_overdraw_change_or_remove_a_container(drawn):
    table = StockContainer._meta.db_table
    for statement in (
        f"UPDATE {table} SET balance_mg = -1",
        f"UPDATE {table} SET balance_mg = balance_mg - 500001",
        f"UPDATE {table} SET full_mg = 0",
        f"DELETE FROM {table}",
        f"UPDATE {StockMovement._meta.db_table} SET container_after_mg = container_after_mg + 1",
        f"UPDATE {StockMovement._meta.db_table} SET container_id = NULL",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_link_from_before_containers_still_holds(drawn, monkeypatch, settings, tmp_path):
    """Its version says which columns it binds; those that came later are bound by newer links only."""
    settings.ANCHOR_FOLDER = tmp_path
    commit()
    assert verify_chain().count == 0
    now = chained_by_label()["dosing.StockMovement"]
    assert (now.version, set(now.versions)) == (2, {1, 2})
    assert "container_after_mg" in now.names
    assert "container" not in now.versions[1]
    earlier = Chained(now.label, now.versions[1])
    vendor = connection.vendor
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {earlier.content(vendor, 'r')}, {now.content(vendor, 'r', 1)} FROM {now.table} r")
        assert all(then == since for then, since in cursor.fetchall())
