"""Ten thousand random movements, and forty people at one vial: the books close and nothing is drawn twice (F8, R61)."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.db.models import F, Sum

from common.errors import Blocked, ClinicError
from dosing import actions
from dosing.actions._balances import fill, hold, hold_product, move, take
from dosing.models import Administration, Draw, StockContainer, StockLot, StockMovement
from tests.builders import accounts, dosing

AT = dosing.AT
MOVEMENTS = 10_000
PLACES = ("Room 1", "Room 2", "Safe")


def broken_invariants() -> list[str]:
    """Every rule of the ledger asked of the tables themselves."""
    found = []
    sums = dict(StockMovement.objects.values_list("lot").annotate(total=Sum("change_mg")).order_by())
    for lot in StockLot.objects.all():
        lines = StockMovement.objects.filter(lot=lot).order_by("number")
        inside = sum(StockContainer.objects.filter(lot=lot).values_list("balance_mg", flat=True), Decimal(0))
        if inside != lot.balance_mg:
            found.append(f"{lot}: balance {lot.balance_mg}, its containers hold {inside}")
        if lot.balance_mg != (sums.get(lot.pk) or 0) or lot.balance_mg < 0:
            found.append(f"{lot}: balance {lot.balance_mg} is not the ledger's sum {sums.get(lot.pk)}")
        balance = Decimal(0)
        for number, (place, before, change, after) in enumerate(
            lines.values_list("number", "before_mg", "change_mg", "after_mg").iterator(), start=1
        ):
            if (place, before, after) != (number, balance, balance + change) or after < 0:
                found.append(f"{lot}: movement {place} does not follow the one before")
            balance = after
    found += _broken_containers()
    unbalanced = Draw.objects.exclude(drawn_mg=F("given_mg") + F("wasted_mg") + F("returned_mg") + F("outstanding_mg"))
    found += [f"draw {draw.pk} does not close" for draw in unbalanced]
    moved = StockMovement.objects.filter(what="out").exclude(arrival__change_mg=-1 * F("change_mg"))
    return found + [f"movement {row.pk} left and did not arrive" for row in moved]


def _broken_containers() -> list[str]:
    rows = StockMovement.objects.filter(container__isnull=False).order_by("container", "container_number")
    columns = ("container_number", "container_before_mg", "change_mg", "container_after_mg")
    by_container: dict = {}
    for pk, *row in rows.values_list("container", *columns):
        by_container.setdefault(pk, []).append(row)
    found = []
    for container in StockContainer.objects.all():
        inside, lines = container.received_mg, by_container.get(container.pk, [])
        for place, (number, before, change, after) in enumerate(lines, start=1):
            if (number, before, after) != (place, inside, inside + change) or after < 0:
                found.append(f"{container.pk}: movement {number} does not follow the one before")
            inside = after
        if (container.balance_mg, container.movements) != (inside, len(lines)) or inside < 0:
            found.append(f"{container.pk}: balance {container.balance_mg} is not what its ledger says: {inside}")
    return found


@pytest.mark.django_db
def test_ten_thousand_random_movements_close(record_property):
    """Deliveries, draws, returns, transfers and corrections in random order and amounts, many of them impossible."""
    clinic, dice, began = accounts.clinic_with_staff(), random.Random(20261129), time.perf_counter()
    lots = [dosing.stock_lot(clinic.nurse, AT, lot_number=f"L{n}", location=PLACES[n % 3]) for n in range(12)]
    draw = dosing.given_dose(clinic).draw
    refused = 0
    event = _event(clinic)
    while StockMovement.objects.count() < MOVEMENTS:
        for _ in range(250):
            lot = dice.choice(lots)
            amount = Decimal(dice.randint(1, 400_000)).scaleb(-3)
            try:
                _one(dice.random(), lot, amount, clinic, draw, event, dice)
            except Blocked:
                refused += 1
    assert broken_invariants() == []
    moved = StockMovement.objects.count()
    assert refused > 100, "The random amounts never asked for more than there was."
    record_property("movements", f"{moved}, refused {refused}, broken 0, {time.perf_counter() - began:.0f} s")


def _event(clinic) -> dict:
    role = clinic.nurse.roles[0]
    who = {"recorded_by_id": clinic.nurse.membership_id, "recorded_as": role.value, "late_reason": ""}
    return {"occurred_at": AT, "recorded_at": AT, **who}


def _one(chance, lot, amount, clinic, draw, event, dice) -> None:
    if chance < 0.15:
        each = lot.product.concentration_mg_per_ml * (1 + int(amount) // 40)
        hold_product(lot.product)
        fill(lot, each, dice.randint(1, 3), event=event)
    elif chance < 0.80:
        take(lot, amount, what="draw", event=event, draw=draw)
    elif chance < 0.90:
        hold(lot)
        rows = StockContainer.objects.filter(lot=lot).select_related("product").order_by("-number")[:9]
        for container in dice.sample(list(rows), min(1, len(rows))):
            move(lot, container, amount, what="return", event=event, draw=draw)
    else:
        to = dice.choice([place for place in PLACES if place != lot.location])
        vials = dosing.containers(lot)
        if vials:
            chosen = [dice.choice(vials)]
            actions.transfer_stock(lot=lot, by=clinic.nurse, at=AT, to_location=to, containers=chosen)


FORTY = 40


@pytest.fixture
def clinic_at_once(shared_database):
    return accounts.clinic_with_staff()


@pytest.mark.django_db(transaction=True)
def test_forty_people_draw_ten_doses_of_one_vial(clinic_at_once, record_property):
    """One vial of 500 mg, forty times 50 mg at once: exactly ten are given, the balance is 0 and so says the ledger."""
    clinic = clinic_at_once
    lot = dosing.stock_lot(clinic.nurse, amount_mg=Decimal(500))
    [vial] = dosing.containers(lot)
    records = [dosing.dosing_record(clinic) for _ in range(FORTY)]

    def give(record):
        began = time.perf_counter()
        try:
            amounts = {"drawn_mg": Decimal(50), "planned_mg": Decimal(35), "container_id": vial}
            result = dosing.given_dose(clinic, record, lot=lot, **amounts)
        except ClinicError as refusal:
            result = refusal
        finally:
            connections.close_all()
        return result, time.perf_counter() - began

    with ThreadPoolExecutor(FORTY) as pool:
        results = list(pool.map(give, records))
    given = [result for result, _ in results if isinstance(result, Administration)]
    refused = [result for result, _ in results if isinstance(result, Blocked)]
    assert (len(given), len(refused)) == (10, 30)
    stored = StockLot.objects.get(pk=lot.pk)
    assert (stored.balance_mg, stored.movements) == (0, 11)
    stored = StockContainer.objects.get(pk=vial)
    assert (stored.balance_mg, stored.movements) == (0, 10)
    assert broken_invariants() == []
    slowest = max(seconds for _, seconds in results)
    told = f"{connection.vendor}: {FORTY} people, 10 given, 30 refused, 0 left in it, slowest {slowest:.2f} s"
    record_property("one vial", told)


@pytest.mark.django_db(transaction=True)
def test_three_vials_in_random_order_never_lock_each_other(clinic_at_once, record_property):
    """Transfers between three places from many sides: none is lost, none blocks another for good."""
    clinic, dice = clinic_at_once, random.Random(3)
    full = {"lot_number": "MIX", "amount_mg": Decimal(15_000)}
    lots = [dosing.stock_lot(clinic.nurse, location=place, **full) for place in PLACES]
    vials = [iter(dosing.containers(lot)) for lot in lots]
    starts = [dice.randrange(3) for _ in range(30)]
    moves = [(start, dice.randrange(1, 3), next(vials[start])) for start in starts]

    def move(step):
        start, further, vial = step
        try:
            return actions.transfer_stock(
                lot=StockLot.objects.select_related("product").get(pk=lots[start].pk),
                by=clinic.nurse,
                at=AT + timedelta(hours=1),
                to_location=PLACES[(start + further) % 3],
                containers=[vial],
            )
        except ClinicError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(move, moves))
    assert all(isinstance(result, StockLot) for result in results)
    total = StockLot.objects.filter(lot_number="MIX").aggregate(mg=Sum("balance_mg"))["mg"]
    assert total == 45_000
    assert broken_invariants() == []
    record_property("three vials", f"{connection.vendor}: {len(moves)} transfers crosswise, none lost")
