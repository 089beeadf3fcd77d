"""Decides what stands between one drawn amount and the patient: order, lot, product, amount, time and speed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from common.blockers import Blocker
from dosing.arithmetic import draw_ml, drawn_mg
from dosing.proposed_dose import show

PRESCRIBER_MAY = "override_limit"
PRESCRIBER = "a prescriber of the care team"


@dataclass(frozen=True, kw_only=True)
class DoseToGive:
    """One dose as it lies on the tray. Amounts in base mg, volume in mL, times with a zone, `day` the clinic's day."""

    drawn_mg: Decimal
    planned_mg: Decimal
    occurred_at: datetime
    day: date
    given_before_mg: Decimal = Decimal(0)
    last_dose_at: datetime | None = None
    is_running: bool = False
    diluent: str = ""
    final_volume_ml: Decimal | None = None
    duration_min: int | None = None

    @property
    def is_first(self) -> bool:
        return self.last_dose_at is None


def blockers_for(dose, *, order, lot, product, limits, general) -> list[Blocker]:
    """Every blocker of this dose, those nobody may override first.

    `order`, `lot` and `product` are rows (read only); `limits` and `general` those the order was signed under.
    Sources: KAP-LIM-* for limits, KAP-REF-DILUTE, KAP-DOSE-* (docs/clinical/sources_products.md).
    """
    found = [
        *_order(dose, order),
        *_lot(dose, lot),
        *_product(dose, order, product),
        *_amount(dose, order, product, limits),
        *_time(dose, order, limits),
        *_speed(dose, order, limits),
        *_dilution(dose, order, product, general),
    ]
    return sorted(found, key=lambda blocker: blocker.override is not None)


def _refuse(code, sentence, source):
    return Blocker(code, sentence, source)


def _ask(code, sentence, source):
    return Blocker(code, sentence, source, override=PRESCRIBER_MAY, override_label=PRESCRIBER)


def _order(dose, order):
    if order.expires_on < dose.day:
        yield _refuse("ORDER_EXPIRED", f"The order ended on {order.expires_on}. Sign a new one.", "KAP-DOSE-ORDER")
    if dose.is_running:
        sentence = "An infusion is still running. End it before the next dose is given."
        yield _refuse("INFUSION_RUNNING", sentence, "KAP-DOSE-ORDER")


def _lot(dose, lot):
    if lot.expires_on < dose.day:
        sentence = f"Lot {lot.lot_number} expired on {lot.expires_on}. Take another lot and put this one aside."
        yield _refuse("LOT_EXPIRED", sentence, "KAP-DOSE-LOT")
    if lot.balance_mg < dose.drawn_mg:
        yield lot_too_small(lot.lot_number, lot.balance_mg)


def lot_too_small(lot_number, balance_mg) -> Blocker:
    sentence = f"Lot {lot_number} holds {show(balance_mg)} mg by the ledger. Draw less, or take another lot."
    return _refuse("LOT_TOO_SMALL", sentence, "KAP-DOSE-LOT")


def _product(dose, order, product):
    if order.route not in product.routes or (order.route == "ESK") != product.is_esketamine:
        sentence = f"{product.name} is not for this route ({order.route}). Take the product the order names."
        yield _refuse("PRODUCT_NOT_FOR_ROUTE", sentence, "KAP-PROD")
    elif product.pk != order.product_id:
        sentence = f"The order names {order.product.name}, not {product.name}. Check strength and volume."
        yield _ask("PRODUCT_NOT_ORDERED", sentence, "KAP-DOSE-ORDER")
    unit = product.unit_mg
    if unit and (dose.drawn_mg % unit or (product.form in ("device", "capsule") and dose.planned_mg % unit)):
        sentence = f"{product.name} comes in whole units of {show(unit)} mg. Enter whole units only."
        yield _refuse("NOT_WHOLE_UNITS", sentence, "KAP-PROD")
    elif product.form == "device" and unit and dose.planned_mg > unit:
        sentence = f"Give and record one device of {show(unit)} mg at a time; the patient rests in between."
        yield _refuse("ONE_DEVICE_AT_A_TIME", sentence, "KAP-LIM-ESK")


def most_allowed_mg(order) -> Decimal:
    """The most the order lets the patient have in one session, in mg.

    The syringe is read to 0.01 mL, so the volume that the order names may hold a little more than the ordered mg;
    that much is not above the order.
    """
    return order.max_total_mg + max(Decimal(0), order.drawn_mg - order.dose_mg) + _booster_rounding_mg(order)


def _booster_rounding_mg(order) -> Decimal:
    if not order.booster_mg or not order.concentration_mg_per_ml:
        return Decimal(0)
    volume = draw_ml(order.booster_mg, order.concentration_mg_per_ml)
    return max(Decimal(0), drawn_mg(volume, order.concentration_mg_per_ml) - order.booster_mg)


def is_above_order(order, total_mg) -> bool:
    return total_mg > most_allowed_mg(order)


def _amount(dose, order, product, limits):
    total = dose.given_before_mg + dose.planned_mg
    if is_above_order(order, total):
        hard = _hard_limit_mg(order, limits)
        if hard is not None and total > hard:
            sentence = f"{show(total)} mg in this session is above the hard limit of {show(hard)} mg. Give less."
            yield _refuse("DOSE_ABOVE_HARD_LIMIT", sentence, limits.source)
        else:
            most = show(order.max_total_mg)
            sentence = f"{show(total)} mg in this session is more than the {most} mg that the order allows."
            yield _ask("DOSE_ABOVE_ORDER", sentence, "KAP-DOSE-ORDER")
    if dose.is_first and not _is_ordered_first_dose(dose, order, product):
        sentence = f"The order says {show(order.dose_mg)} mg, you are giving {show(dose.planned_mg)} mg."
        yield _ask("DOSE_DIFFERS_FROM_ORDER", sentence, "KAP-DOSE-ORDER")


def _is_ordered_first_dose(dose, order, product) -> bool:
    if dose.planned_mg in (order.dose_mg, order.drawn_mg):
        return True
    return product.form == "device" and dose.planned_mg == product.unit_mg and dose.planned_mg <= order.dose_mg


def _hard_limit_mg(order, limits) -> Decimal | None:
    per_kg = limits.hard_max_mg_per_kg
    found = [limits.hard_max_mg, per_kg * order.weight_kg if per_kg is not None else None]
    return min((limit for limit in found if limit is not None), default=None)


def _time(dose, order, limits):
    return () if dose.is_first else too_soon(dose.last_dose_at, dose.occurred_at, order, limits)


def too_soon(first: datetime, second: datetime, order, limits):
    """The least gap between two doses of a session that these two do not keep."""
    minutes = Decimal(int((second - first).total_seconds())) / 60
    gap = _least_gap_min(order, limits)
    if gap is not None and minutes < gap:
        what = "device" if limits.device_gap_min is not None else "dose"
        sentence = (
            f"The last {what} was {int(minutes)} minutes before this one. Wait until {show(gap)} minutes have passed."
        )
        yield _ask("BOOSTER_TOO_SOON", sentence, limits.source)


def _least_gap_min(order, limits):
    if limits.device_gap_min is not None:
        return limits.device_gap_min
    return order.booster_after_min if order.booster_after_min is not None else limits.booster_after_min


def _speed(dose, order, limits):
    minutes = dose.duration_min
    if not limits.is_infusion or minutes is None:
        return
    if limits.hard_min_duration_min is not None and minutes < limits.hard_min_duration_min:
        sentence = (
            f"{minutes} minutes is shorter than the hard minimum of {show(limits.hard_min_duration_min)} minutes."
        )
        yield _refuse("INFUSION_TOO_FAST", sentence, limits.source)
    elif order.duration_min is not None and minutes < order.duration_min:
        sentence = f"The order says {order.duration_min} minutes, you are running it over {minutes}."
        yield _ask("INFUSION_FASTER_THAN_ORDERED", sentence, "KAP-DOSE-ORDER")


def _dilution(dose, order, product, general):
    strength = product.concentration_mg_per_ml
    if order.route != "IV" or strength is None or strength < general.dilute_iv_from_mg_per_ml:
        return
    drawn = dose.drawn_mg / strength
    volume = dose.final_volume_ml
    if not dose.diluent.strip() or volume is None or volume < drawn * general.dilution_min_ratio:
        least = show(drawn * general.dilution_min_ratio)
        sentence = (
            f"{show(strength)} mg/mL must never go IV undiluted. Name the diluent and a volume of {least} mL or more."
        )
        yield _refuse("MUST_DILUTE", sentence, general.dilution_source)
