"""Decides what about the order, the weight and the spacing still stands between a patient and the dose."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.urls import reverse

from common.blockers import Blocker
from dosing.limits import check_weight, show
from dosing.models import DoseOrder, DosingRecord
from dosing.order_request import OVERRIDE, as_blocker, step_code, terms_of, work_out
from dosing.ordered_dose import OrderedDose, next_dose
from dosing.plan_reviews import reviews_due

# A reason typed at signing does not answer these for a later day.
OF_THE_DAY = {"WEIGHT_OLD", "WEIGHT_CHANGED"}


def order_blockers(
    order: DoseOrder | OrderedDose | None,
    patient,
    series,
    at: datetime,
    weight_kg_today: Decimal | None = None,
    *,
    session_id=None,
) -> list[Blocker]:
    """Everything of this app that stands before a dose at `at`; an empty list means nothing does.

    `weight_kg_today` is the check-in weight in kg, None before it is taken. `session_id` names the session, whose
    own doses then do not count as earlier ones; an `order` already read for its dose is taken as it is. The step of
    the dose is worked out again under the practice's limits of today; soft findings passed with a reason at signing
    stay passed. A point of review that was reached holds the dose. Sources: KAP-LIM-*, KAP-DOSE-*.
    """
    if order is None:
        link = reverse("dosing:order_new", args=[series.pk])
        return [Blocker("ORDER_MISSING", "No dose order is signed for this series.", "KAP-DOSE-ORDER", link=link)]
    dose = order if isinstance(order, OrderedDose) else next_dose(order, session_id=session_id)
    order = dose.order
    day = at.astimezone(ZoneInfo(order.practice.time_zone)).date()
    worked = work_out(series=series, product=order.product, terms=terms_of(dose), day=day, session_id=session_id)
    least_hours = max(series.min_hours_between, order.min_hours_between or 0)
    found = [
        *_not_in_force(order, series, day),
        *_plan(dose, series),
        *_findings(dose, worked),
        *_spacing(_last_dose_at(patient, session_id), at, least_hours, worked.limits.general, order.practice),
        *_weight_today(order, weight_kg_today, worked.limits.general),
    ]
    return sorted(found, key=lambda blocker: blocker.override is not None)


def _last_dose_at(patient, session_id) -> datetime | None:
    dosed = DosingRecord.objects.filter(patient_id=patient.pk).dosed().exclude(pk=session_id)
    return dosed.aggregate(last=Max("last_dose_at"))["last"]


def _not_in_force(order, series, day) -> Iterator[Blocker]:
    amend = reverse("dosing:order_new", args=[series.pk])
    if order.signed_at is None:
        yield Blocker("ORDER_NOT_SIGNED", "The dose order is not signed.", "KAP-DOSE-ORDER", link=amend)
    if getattr(order, "replaced_by", None) is not None:
        yield Blocker("ORDER_REPLACED", "A newer version of the order was signed. Use that.", "KAP-DOSE-ORDER")
    if order.expires_on < day:
        sentence = f"The order ended on {order.expires_on}. Sign a new one."
        yield Blocker("ORDER_EXPIRED", sentence, "KAP-DOSE-ORDER", link=amend)


def _plan(dose, series) -> Iterator[Blocker]:
    """A review that is due, and a dose after the last one that was ordered: only the prescriber's signature helps."""
    order = dose.order
    for after in reviews_due(order, dose.number - 1):
        sentence = f"Plan review after dose {after}: a prescriber goes on with the plan before dose {dose.number}."
        link = reverse("dosing:order", args=[order.pk])
        yield Blocker("PLAN_REVIEW_DUE", sentence, "KAP-DOSE-PLAN", link=link)
    if order.planned_doses is not None and dose.number > order.planned_doses:
        planned, number = order.planned_doses, dose.number
        sentence = f"The order is for {planned} doses and this is dose {number}. Plan more and sign a new version."
        link = reverse("dosing:order_new", args=[series.pk])
        yield Blocker("PLAN_USED_UP", sentence, "KAP-DOSE-PLAN", link=link)


def _findings(dose, worked) -> Iterator[Blocker]:
    if worked.problem:
        yield Blocker("ORDER_NOT_USABLE", f"{worked.problem} Sign a new order.", "KAP-DOSE-ORDER")
    for blocker in worked.blockers:
        if step_code(blocker.code, dose.from_dose) not in dose.overrides or blocker.code in OF_THE_DAY:
            yield blocker


def _weight_today(order, weight_kg_today, general) -> Iterator[Blocker]:
    if weight_kg_today is None:
        return
    for finding in check_weight(weight_kg=weight_kg_today, previous_weight_kg=order.weight_kg, general=general):
        yield as_blocker(finding)


def _spacing(last, at, least_hours, general, practice) -> Iterator[Blocker]:
    """The longest wait that is not over yet. The sentence names times, so it reads the same until then."""
    if last is None:
        return
    waits = (
        ("INTERVAL_BELOW_HARD", general.hard_min_hours_between, general.source, None),
        ("INTERVAL_BELOW_SOFT", general.soft_min_hours_between, general.source, OVERRIDE),
        ("SPACING_BELOW_PLAN", Decimal(least_hours), "KAP-DOSE-SPACING", OVERRIDE),
    )
    for code, hours, source, override in waits:
        over_at = last + timedelta(seconds=int(hours * 3600))
        if at < over_at:
            sentence = f"The last dose was on {_local(last, practice)}; {show(hours)} hours are over on"
            label = "a prescriber of the care team" if override else ""
            yield Blocker(code, f"{sentence} {_local(over_at, practice)}.", source, override, override_label=label)
            return


def _local(moment, practice) -> str:
    local = moment.astimezone(ZoneInfo(practice.time_zone))
    return f"{local.day} {local:%b %H:%M}"
