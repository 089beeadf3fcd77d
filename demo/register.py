"""What became of the drug besides its doses: inventory, counts of each shift, a case that was cleared up and one that
was not, drug moved and destroyed, what the nights found, and two packs for an inspection."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.actor import system_actor
from accounts.roles import Role
from demo.clinic import PASSWORD, DemoClinic
from dosing import actions
from dosing.counting import CountedLot
from dosing.models import Discrepancy, StockContainer, StockCount, StockLot
from sessions_app.actions import ask_author, ask_for_pack, build_pack, remove_packs, take_pack
from sessions_app.models import InspectionPack, Session
from sessions_app.reviewing import people_to_ask

SATURDAY = 5
Steps = Iterator[datetime]


def keep_the_register(clinic: DemoClinic, opened: datetime, now: datetime) -> Steps:
    """The two nurses take turns; the first inventory is made with the prescriber."""
    at = opened + timedelta(hours=2)
    yield at
    second = {"second_email": clinic.one(Role.PRESCRIBER).user.email, "second_password": PASSWORD}
    _count(clinic, at, "Safe A", "initial", moment="open", **second)
    at = now - timedelta(days=40)
    yield at
    _short(clinic, at, "Safe A", Decimal(20))
    yield at + timedelta(hours=3)
    _clear_up(clinic, at + timedelta(hours=3))
    at = now - timedelta(days=21)
    yield at
    _move_and_destroy(clinic, at)
    for days in range(5, 0, -1):
        day = now - timedelta(days=days)
        if day.weekday() < SATURDAY:
            yield from _shift(clinic, day)
    at = now - timedelta(hours=26)
    yield at
    _short(clinic, at, "Safe B", Decimal(10))
    yield now - timedelta(minutes=1)
    _after_the_nights(clinic, now - timedelta(minutes=1))
    _hand_out_packs(clinic, now - timedelta(minutes=1))


def _shift(clinic: DemoClinic, day: datetime) -> Steps:
    for hours, occasion in ((-3, "opening"), (5, "closing")):
        at = day + timedelta(hours=hours)
        yield at
        for place in ("Safe A", "Safe B"):
            open_here = Discrepancy.objects.filter(practice=clinic.practice, location=place).open()
            named = list(open_here.values_list("pk", flat=True)) if occasion == "closing" else []
            _count(clinic, at, place, occasion, named=named)


def _count(clinic: DemoClinic, at: datetime, place: str, occasion: str, less=Decimal(0), **more) -> StockCount | None:
    """By whichever nurse's turn it is; in the vial of the first liquid lot that is in use `less` mg less is found."""
    lots = StockLot.objects.filter(practice=clinic.practice, location=place).in_order().in_stock()
    lots = sorted(lots, key=lambda lot: not lot.product.is_liquid)
    found = [_found(lot, less if place_of == 0 else Decimal(0)) for place_of, lot in enumerate(lots)]
    if not found:
        return None
    by = clinic.one(Role.NURSE, at.day)
    return actions.count_stock(by=by, at=at, location=place, occasion=occasion, counted=found, **more)


def _found(lot: StockLot, less: Decimal) -> CountedLot:
    rows = list(StockContainer.objects.to_take(lot))
    opened = {row.pk: row.balance_mg for row in rows if row.opened_at}
    if less:
        short = next(row for row in rows if row.balance_mg > less)
        opened[short.pk] = short.balance_mg - less
    unopened = Counter(row.full_mg for row in rows if row.pk not in opened)
    return CountedLot(lot_id=lot.pk, movements=lot.movements, opened=opened, unopened=unopened)


def _short(clinic: DemoClinic, at: datetime, place: str, less: Decimal) -> None:
    _count(clinic, at, place, "spot", less=less)


def _clear_up(clinic: DemoClinic, at: datetime) -> None:
    row = Discrepancy.objects.filter(practice=clinic.practice).open().order_by("opened_at").first()
    if row is None:
        return
    officer, corrects = clinic.one(Role.COMPLIANCE), clinic.one(Role.PRESCRIBER)
    told = {"discrepancy": row, "at": at}
    words = "The syringe of the second session was drawn twice; the first was dropped."
    actions.note_discrepancy(**told, by=officer, text=words, owner_id=corrects.membership_id)
    actions.correct_stock(
        **told, by=corrects, what="adjust", reason="A dropped syringe was not entered", password=PASSWORD
    )
    actions.close_discrepancy(
        **told,
        by=officer,
        outcome="corrected",
        closing_reason="Witness statement of both nurses is in the binder",
        password=PASSWORD,
    )


def _move_and_destroy(clinic: DemoClinic, at: datetime) -> None:
    """Two vials go to the cabinet of a room; a broken one to the reverse distributor."""
    nurse, witness = clinic.one(Role.NURSE), clinic.one(Role.NURSE, 1)
    lot = StockLot.objects.filter(practice=clinic.practice, product__concentration_mg_per_ml=50, balance_mg__gte=2000)
    lot = lot.with_product().order_by("received_at").first()
    vials = list(StockContainer.objects.unopened().filter(lot=lot).order_by("-number")[:3]) if lot else []
    if len(vials) < 3:
        return
    moved, broken = [vial.pk for vial in vials[1:]], [vials[0].pk]
    actions.transfer_stock(
        lot=lot, by=nurse, at=at, to_location="Cabinet of the garden room", containers=moved, note="For the week"
    )
    actions.dispose_stock(
        lot=lot,
        by=nurse,
        at=at,
        what="destroy",
        containers=broken,
        note="Stopper damaged on arrival",
        taken_by="Harbor Reverse Distribution",
        form_number="41-2026-014",
        witness_email=witness.user.email,
        witness_password=PASSWORD,
    )


def _hand_out_packs(clinic: DemoClinic, at: datetime) -> None:
    """One that was removed after its day, and one that waits to be taken."""
    officer, jobs = clinic.one(Role.COMPLIANCE), system_actor("inspection-packs", clinic.practice.pk)
    for days, reason in ((9, "Yearly look of the pharmacist consultant"), (0, "Inspector asked for the last month")):
        asked_at = at - timedelta(days=days)
        day = clinic.day_of(asked_at)
        wanted = {"date_from": day - timedelta(days=30), "date_to": day}
        pack = ask_for_pack(by=officer, at=asked_at, reason=reason, password=PASSWORD, **wanted)
        build_pack(pack=pack, by=jobs, at=asked_at + timedelta(seconds=20))
        take_pack(pack=InspectionPack.objects.get(pk=pack.pk), by=officer, at=asked_at + timedelta(minutes=1))
        remove_packs(by=jobs, at=at)


def _after_the_nights(clinic: DemoClinic, at: datetime) -> None:
    """The looks of the last two nights, and one record that went back with a question."""
    by = system_actor("diversion-watch", clinic.practice.pk)
    for days in (2, 1):
        day = clinic.day_of(at) - timedelta(days=days)
        actions.make_diversion_report(practice=clinic.practice, day=day, by=by, at=at)
    waiting = Session.objects.filter(practice=clinic.practice, signed_at__isnull=False, review=None)
    waiting = waiting.filter(dosing_record__isnull=False).select_related("dosing_record").order_by("-signed_at").first()
    if waiting is None:
        return
    admin = clinic.one(Role.ADMIN)
    people = [member for member in people_to_ask(waiting) if member.pk != admin.membership_id]
    if people:
        words = "The site is missing in the first entry. Which arm was it?"
        ask_author(session=waiting, by=admin, at=at, asked_of_id=people[0].pk, text=words)
