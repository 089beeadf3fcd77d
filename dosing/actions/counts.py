"""Counting a place blind: what was found is entered before anybody sees what should be there (R50)."""

from collections import Counter
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from accounts.second_person import confirm
from common import audit, occurrence
from common.blockers import Blocker
from common.business_days import next_business_day
from common.errors import Blocked, InvalidInput, StaleState
from dosing.actions._sheet import event_values
from dosing.amounts import MOST_IN_STOCK_MG, exact
from dosing.counting import CountedLot, Line, lines_of
from dosing.models import Discrepancy, StockContainer, StockCount, StockCountLine, StockLot

MOST_COUNTED = 10_000
NOT_ALL = "Count every opened container of lot {lot} for itself, and its unopened ones."
MOVED = "Drug of this place moved while you counted. Nothing was stored; begin again and count these anew: {lots}."


def count_stock(
    *,
    by: Actor,
    at: datetime,
    location: str,
    occasion: str,
    counted: list[CountedLot],
    moment: str = "",
    named: list[UUID] | None = None,
    found_besides: str = "",
    second_email: str = "",
    second_password: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> StockCount:
    """Store a count of every lot in stock at one place; each difference opens a discrepancy.

    Of each lot every opened container is counted for itself, which its discrepancy names, and the unopened ones by
    what one of them holds.

    A shift is not closed over an open discrepancy of the place unless `named` holds its id. An inventory says open or
    close of business and is signed by a second counter. `found_besides` is what lies there and is on no record.
    Raises InvalidInput, Blocked for discrepancies not named, StaleState when drug moved meanwhile.
    """
    role = authorize(by, Permission.COUNT_STOCK, practice_id=by.practice_id)
    if occasion not in StockCount.Occasion.values:
        raise InvalidInput({"occasion": "Choose what kind of count this is."})
    is_inventory = occasion in StockCount.INVENTORIES
    if is_inventory and moment not in StockCount.Moment.values:
        raise InvalidInput({"moment": "Say whether it was counted at open or close of business."})
    when = occurrence.settle(occurred_at, at, late_reason)
    second = _second(by, second_email, second_password) if is_inventory or second_email else None
    with transaction.atomic():
        known = _replayed(id, by=by, location=location, occasion=occasion)
        if known is not None:
            return known
        lots = _lots(by, location, counted)
        named = [str(pk) for pk in named or ()]
        if occasion == StockCount.Occasion.CLOSING:
            _refuse_unnamed(by, location, named)
        lines = _lines(counted, lots)
        differences = [(lot, line) for lot, line in lines if line.difference_mg]
        count = StockCount(
            practice_id=by.practice_id,
            location=location,
            occasion=occasion,
            moment=moment if is_inventory else "",
            second_counter_id=second.membership_id if second else None,
            lots=len(counted),
            differences=len(differences),
            named=named,
            found_besides=found_besides.strip()[:300],
            **event_values(by, role, at=at, occurred_at=when, late_reason=late_reason),
            **({"id": id} if id else {}),
        )
        count.save(force_insert=True)
        StockCountLine.objects.bulk_create([StockCountLine(count=count, **_of_line(*one)) for one in lines])
        about = [{"what": Discrepancy.What.COUNT, **_of_difference(*one)} for one in differences]
        about += [{"what": Discrepancy.What.FOUND}] if count.found_besides else []
        opened = [open_discrepancy(by, at, location=location, **one) for one in about]
        detail = {"occasion": occasion, "lots": len(counted), "discrepancies": [str(row.pk) for row in opened]}
        audit.record(by, "dosing.count_stock", at=at, subject=count, role=role, detail=detail)
    return count


def _second(by: Actor, email: str, password: str) -> Actor:
    return confirm(
        by=by,
        practice_id=by.practice_id,
        email=email,
        password=password,
        permission=Permission.COUNT_STOCK,
        field="second_email",
    )


def _replayed(row_id, *, by, location, occasion) -> StockCount | None:
    row = StockCount.objects.filter(pk=row_id).first() if row_id else None
    if row is None:
        return None
    if (row.recorded_by_id, row.location, row.occasion) != (by.membership_id, location, occasion):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return row


def _lots(by: Actor, location: str, counted: list[CountedLot]) -> dict[UUID, StockLot]:
    """Every lot in stock there, as it is now; raises when one is left out, unknown, or moved since counting began."""
    here = StockLot.objects.filter(practice_id=by.practice_id, location=location)
    lots = {lot.pk: lot for lot in here.order_by("pk").select_for_update(of=("self",)).with_product()}
    asked = {one.lot_id for one in counted}
    in_stock = {pk for pk, lot in lots.items() if lot.balance_mg}
    if not counted or asked - set(lots):
        raise InvalidInput({"location": "Choose a place in which drug is kept."})
    moved = [lots[one.lot_id].lot_number for one in counted if lots[one.lot_id].movements != one.movements]
    moved += [lots[pk].lot_number for pk in in_stock - asked]
    if moved:
        raise StaleState(MOVED.format(lots=", ".join(sorted(moved))))
    return lots


def _refuse_unnamed(by: Actor, location: str, named: list[str]) -> None:
    still = Discrepancy.objects.filter(practice_id=by.practice_id, location=location).open().with_names()
    missing = [row for row in still if str(row.pk) not in named]
    if missing:
        sentence = "The shift cannot be closed over an open discrepancy without naming it: {}."
        raise Blocked([Blocker("DISCREPANCY_NOT_NAMED", sentence.format(row), "KAP-STK-COUNT") for row in missing])


def _lines(counted: list[CountedLot], lots: dict[UUID, StockLot]) -> list[tuple[StockLot, Line]]:
    """Every opened container and every size of unopened ones; raises when one of them was not counted."""
    here: dict[UUID, list[StockContainer]] = {pk: [] for pk in lots}
    for container in StockContainer.objects.in_stock().filter(lot__in=lots):
        here[container.lot_id].append(container)
    found = []
    for one in counted:
        lot = lots[one.lot_id]
        opened = {row.pk: row.balance_mg for row in here[lot.pk] if row.opened_at or row.pk in one.opened}
        unopened = Counter(row.full_mg for row in here[lot.pk] if row.pk not in opened)
        if set(one.opened) != set(opened) or unopened.keys() - one.unopened.keys():
            raise InvalidInput(NOT_ALL.format(lot=lot.lot_number))
        _refuse_impossible(one)
        found += [(lot, line) for line in lines_of(one, opened, unopened)]
    return found


def _refuse_impossible(one: CountedLot) -> None:
    for amount in one.opened.values():
        if amount:
            exact("counted", amount, most=MOST_IN_STOCK_MG)
    for size, number in one.unopened.items():
        exact("counted", size, most=MOST_IN_STOCK_MG)
        if not 0 <= number <= MOST_COUNTED:
            raise InvalidInput({"counted": f"Enter a number from 0 to {MOST_COUNTED}."})


def _of_line(lot: StockLot, line: Line) -> dict:
    amounts = {name: getattr(line, name) for name in ("counted_mg", "expected_mg", "difference_mg")}
    return {"lot": lot, **line.named, **amounts}


def _of_difference(lot: StockLot, line: Line) -> dict:
    amounts = {"expected_mg": line.expected_mg, "found_mg": line.counted_mg, "difference_mg": line.difference_mg}
    return {"lot": lot, **line.named, **amounts}


def open_discrepancy(by: Actor, at: datetime, **about) -> Discrepancy:
    """A new discrepancy in the caller's transaction; its clock is one business day."""
    today = at.astimezone(ZoneInfo(by.practice.time_zone)).date()
    row = Discrepancy(
        practice_id=by.practice_id,
        opened_at=at,
        opened_by_id=by.membership_id,
        due_on=next_business_day(today),
        **about,
    )
    row.save(force_insert=True)
    return row
