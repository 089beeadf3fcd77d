"""Stock, orders, dosing sheets and doses for tests, made through the app's own actions."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from dosing import actions
from dosing.counting import CountedLot
from dosing.models import Administration, Discrepancy, DoseOrder, DosingRecord, Product, StockContainer, StockLot
from patients.models import TreatmentSeries
from sessions_app.models import RosterEntry, Session
from tests.builders import accounts, patients

AT = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
PRODUCT_FOR = {
    "IV": "Ketalar 50 mg/mL",
    "IM": "Ketalar 50 mg/mL",
    "SC": "Ketalar 50 mg/mL",
    "IN_RACEMIC": "Compounded ketamine nasal",
    "ESK": "Spravato",
    "SL": "Compounded ketamine troche",
    "PO": "Compounded ketamine capsule",
}
# A first dose that crosses no limit, for 70 kg.
TERMS_FOR = {
    "IV": {"mg_per_kg": Decimal("0.5"), "final_volume_ml": Decimal(100), "duration_min": 40},
    "IM": {"mg_per_kg": Decimal("0.5")},
    "SC": {"mg_per_kg": Decimal("0.5")},
    "IN_RACEMIC": {"fixed_mg": Decimal(50)},
    "ESK": {"fixed_mg": Decimal(56)},
    "SL": {"fixed_mg": Decimal(200)},
    "PO": {"fixed_mg": Decimal(100)},
}
_numbers = count(1)


def product(practice, starts_with: str = "Ketalar 50 mg/mL") -> Product:
    """One of the products every practice begins with."""
    return Product.objects.get(practice=practice, name__startswith=starts_with)


def stock_lot(by, at: datetime = AT, route: str = "IM", amount_mg: Decimal = Decimal(1000), **more) -> StockLot:
    """A lot received by `by` (prescriber, nurse or admin Actor) of the product usual for `route`.

    In whole containers of the product where the amount makes such, otherwise in a single one.
    """
    made = more.pop("product", None) or product(by.practice, PRODUCT_FOR[route])
    amount = whole_units(made, amount_mg)
    values = {
        "product_id": made.pk,
        "containers": int(amount / made.container_mg) if made.container_mg and not amount % made.container_mg else 1,
        "lot_number": f"LOT{next(_numbers)}",
        "expires_on": date(2027, 12, 31),
        "location": "Safe A",
        "amount_mg": amount,
        "supplier": "Wholesale Pharmacy",
        **more,
    }
    return actions.receive_stock(by=by, at=at, **values)


def whole_units(product: Product, amount_mg: Decimal) -> Decimal:
    """The amount, down to a whole number of units where the product comes in units."""
    return amount_mg - amount_mg % product.unit_mg if product.unit_mg else amount_mg


def signed_order(series: TreatmentSeries, by, at: datetime = AT, **terms) -> DoseOrder:
    """An order by a prescriber on the care team: 70 kg weighed today, the usual first dose of the series' route."""
    chosen = terms.pop("product", None) or product(by.practice, PRODUCT_FOR[series.route])
    if not series.patient.contraindications.exists():
        patients.screened(series.patient, by, at)
    dose = TERMS_FOR[series.route]
    if {"mg_per_kg", "fixed_mg"} & terms.keys():
        dose = {name: value for name, value in dose.items() if name not in ("mg_per_kg", "fixed_mg")}
    day = at.astimezone(ZoneInfo(by.practice.time_zone)).date()
    values = {
        "password": accounts.PASSWORD,
        "product_id": chosen.pk,
        "weight_kg": Decimal(70),
        "weighed_on": day,
        "expires_on": day + timedelta(days=90),
        **dose,
        **terms,
    }
    return actions.sign_order(series=series, by=by, at=at, **values)


def session_with_roster(series: TreatmentSeries, by, staff, at: datetime = AT) -> Session:
    """A scheduled session with these Actors on its roster; `by` is who scheduled it."""
    session = Session(
        practice_id=series.patient.practice_id,
        patient=series.patient,
        series=series,
        number=Session.objects.filter(series=series).count() + 1,
        scheduled_for=at,
        created_at=at,
        created_by_id=by.membership_id,
    )
    session.save(force_insert=True)
    for person in staff:
        duty = {"prescriber": "prescriber", "therapist": "therapist"}.get(person.acting_as, "monitor")
        RosterEntry(
            session=session,
            membership_id=person.membership_id,
            duty=duty,
            joined_at=at,
            added_by_id=by.membership_id,
        ).save(force_insert=True)
    return session


def dosing_record(clinic, at: datetime = AT, route: str = "IM", order: DoseOrder | None = None, **terms):
    """An open sheet of a new session with prescriber, nurse and therapist on its roster.

    Without an `order` a patient with a care team, a series and a signed order are made first.
    """
    if order is None:
        person = patients.patient_with_team(clinic, at - timedelta(hours=1))
        course = patients.series(person, clinic.prescriber, at - timedelta(hours=1), route=route)
        order = signed_order(course, clinic.prescriber, at - timedelta(minutes=30), **terms)
    session = session_with_roster(order.series, clinic.nurse, [clinic.prescriber, clinic.nurse, clinic.therapist], at)
    return actions.open_dosing_record(by=clinic.nurse, at=at, id=session.pk, order=order)


def given_dose(
    clinic, record: DosingRecord | None = None, at: datetime = AT, lot: StockLot | None = None, **entry
) -> Administration:
    """The ordered dose, of esketamine one device, given by the nurse from a lot with enough; nothing more is drawn
    unless said so."""
    record = record or dosing_record(clinic, at, route=entry.pop("route", "IM"))
    lot = lot or stock_lot(clinic.nurse, at, route=record.route)
    ordered = record.order.drawn_mg if record.route != "ESK" else record.order.product.unit_mg
    drawn = entry.pop("drawn_mg", ordered)
    infusion = {}
    if record.route == "IV":
        infusion = {"final_volume_ml": record.order.final_volume_ml, "duration_min": record.order.duration_min}
    values = {
        "lot_id": lot.pk,
        "drawn_mg": drawn,
        "planned_mg": min(drawn, ordered),
        "given_by_id": clinic.nurse.membership_id,
        **infusion,
        **entry,
    }
    return actions.give_dose(dosing_record=record, by=values.pop("by", clinic.nurse), at=at, **values)


def wasted(draw, clinic, witness, at: datetime = AT + timedelta(minutes=5), **more):
    """The rest of a draw wasted by the nurse before a second person."""
    draw.refresh_from_db()
    values = {"what": "waste", "method": "drug buster", "reason": "not needed", "witness_password": accounts.PASSWORD}
    values |= {"amount_mg": draw.outstanding_mg, "witness_email": witness.user.email, **more}
    return actions.dispose_remainder(draw=draw, by=clinic.nurse, at=at, **values)


def containers(lot: StockLot, *numbers: int) -> list:
    """Ids of the containers of a lot with these numbers; all that are in stock without any."""
    rows = StockContainer.objects.in_stock().filter(lot=lot).order_by("number")
    return list((rows.filter(number__in=numbers) if numbers else rows).values_list("pk", flat=True))


def found_of(lot: StockLot, less_mg: Decimal = Decimal(0)) -> CountedLot:
    """What the ledger says is there, in the vial to be used next `less_mg` less: that one was found open."""
    rows = list(StockContainer.objects.to_take(lot))
    opened = {row.pk: row.balance_mg for row in rows if row.opened_at}
    if less_mg:
        opened[rows[0].pk] = rows[0].balance_mg - less_mg
    unopened = Counter(row.full_mg for row in rows if row.pk not in opened)
    return CountedLot(lot_id=lot.pk, movements=lot.movements, opened=opened, unopened=unopened)


def counted(by, location: str, at: datetime = AT, occasion: str = "spot", less_mg: Decimal = Decimal(0), **more):
    """A count of everything at a place; of the first lot `less_mg` less is found than the ledger says."""
    lots = list(StockLot.objects.filter(practice_id=by.practice_id, location=location, balance_mg__gt=0).order_by("pk"))
    found = [found_of(lot, less_mg if lot is lots[0] else Decimal(0)) for lot in lots]
    return actions.count_stock(by=by, at=at, location=location, occasion=occasion, counted=found, **more)


def discrepancy(by, lot: StockLot, at: datetime = AT, less_mg: Decimal = Decimal(50)) -> Discrepancy:
    """Opened by a count that found less of the lot's first vial than the ledger says."""
    lot.refresh_from_db()
    rows = StockLot.objects.filter(practice_id=by.practice_id, location=lot.location, balance_mg__gt=0)
    found = [found_of(one, less_mg if one.pk == lot.pk else Decimal(0)) for one in rows]
    count = actions.count_stock(by=by, at=at, location=lot.location, occasion="spot", counted=found)
    return Discrepancy.objects.get(lot=lot, opened_at=count.recorded_at)
