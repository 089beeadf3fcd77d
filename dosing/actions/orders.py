"""Signing a dose order, and amending it by a new version that replaces it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.blockers import Blocker, refuse_unless_overridden
from common.errors import InvalidInput, NotPermitted, OutOfScope, StaleState
from dosing.actions._plan import plan_terms, refuse_step_problems, seal_plan
from dosing.amounts import MOST_GIVEN_MG, MOST_VOLUME_ML, exact, minutes
from dosing.models import DoseOrder, Product
from dosing.order_request import OrderTerms, WorkedOrder, work_out
from dosing.titration import StepTerms
from patients.models import TreatmentSeries
from patients.readiness import blockers_of, standing_of

LONGEST_VALIDITY = timedelta(days=366)

FORBIDS_AN_ORDER = ("SCREEN_", "CONTRAINDICATED_", "KETAMINE_ALLERGY")


def sign_order(
    *,
    series: TreatmentSeries,
    by: Actor,
    at: datetime,
    password: str,
    product_id: UUID,
    weight_kg: Decimal,
    weighed_on: date,
    expires_on: date,
    mg_per_kg: Decimal | None = None,
    fixed_mg: Decimal | None = None,
    final_volume_ml: Decimal | None = None,
    duration_min: int | None = None,
    booster_mg: Decimal | None = None,
    booster_after_min: int | None = None,
    max_mg: Decimal | None = None,
    steps: Sequence[StepTerms] = (),
    review_after: Sequence[int] | None = None,
    instructions: str = "",
    overrides: dict[str, str] | None = None,
    replaces: DoseOrder | None = None,
    id: UUID | None = None,
) -> DoseOrder:
    """Sign a dose order for a series; the numbers are worked out here, never taken from the page (KAP-FORM-*).

    The dose is given either as `mg_per_kg`, with `max_mg` at most, or as `fixed_mg`, all of base. `steps` are the
    later steps of a titration, each checked against the same limits; after the doses named in `review_after` (the
    series' own when None) the next one waits for `continue_plan`. `replaces` is the version that the prescriber saw,
    None for the first. `overrides` maps the code of each soft finding to a typed reason; a later step's findings have
    codes of their own. Raises Blocked for hard findings and for soft ones without a reason, StaleState when another
    version exists.
    """
    patient = series.patient
    role = authorize(by, Permission.SIGN_ORDER, practice_id=patient.practice_id, patient=patient.pk)
    reauthenticate(by, password)
    product = Product.objects.filter(pk=product_id, practice_id=by.practice_id).first()
    if product is None:
        raise OutOfScope("product")
    terms = OrderTerms(
        weight_kg=_optional("weight_kg", weight_kg, 2, Decimal(1000), "kg"),
        weighed_on=weighed_on,
        mg_per_kg=_optional("mg_per_kg", mg_per_kg, 3, Decimal(20), "mg/kg"),
        fixed_mg=_optional("fixed_mg", fixed_mg, 3, MOST_GIVEN_MG, "mg"),
        final_volume_ml=_optional("final_volume_ml", final_volume_ml, 2, MOST_VOLUME_ML, "mL"),
        duration_min=None if duration_min is None else minutes("duration_min", duration_min),
        booster_mg=_optional("booster_mg", booster_mg, 3, MOST_GIVEN_MG, "mg"),
        booster_after_min=None if booster_after_min is None else minutes("booster_after_min", booster_after_min),
        max_mg=_optional("max_mg", max_mg, 1, MOST_GIVEN_MG, "mg"),
    )
    plan = plan_terms(series, steps, review_after)
    day = at.astimezone(ZoneInfo(by.practice.time_zone)).date()
    _check_dates(weighed_on, expires_on, day)
    with transaction.atomic():
        earlier = _replayed(id, by=by, series=series)
        if earlier is not None:
            return earlier
        _expect_newest(series, replaces)
        worked = work_out(series=series, product=product, terms=terms, day=day, steps=plan.steps)
        passed = _refuse_or_pass(worked, product, series, overrides, by)
        order = _order(series, product, worked, passed, replaces, expires_on, instructions, by, at, id)
        _store(order, *seal_plan(order, worked, plan.review_after))
        detail = {"version": order.version, "overridden": sorted(order.overrides), "steps": order.step_count}
        audit.record(by, "dosing.sign_order", at=at, subject=order, role=role, detail=detail)
    return order


def amend_order(*, order: DoseOrder, by: Actor, at: datetime, **terms) -> DoseOrder:
    """Sign a new version in place of `order`; the keywords are those of `sign_order`."""
    return sign_order(series=order.series, by=by, at=at, replaces=order, **terms)


def _optional(field, value, places, most, unit):
    return None if value is None else exact(field, value, places=places, most=most, unit=unit)


def _check_dates(weighed_on, expires_on, day) -> None:
    if weighed_on > day:
        raise InvalidInput({"weighed_on": "This day is in the future. Enter when the patient was weighed."})
    if not day <= expires_on <= day + LONGEST_VALIDITY:
        raise InvalidInput({"expires_on": "Choose a day from today to one year ahead."})


def _replayed(row_id, *, by, series) -> DoseOrder | None:
    row = DoseOrder.objects.filter(pk=row_id).first() if row_id else None
    if row is not None and (row.signed_by_id, row.series_id) != (by.membership_id, series.pk):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return row


def _expect_newest(series, replaces) -> None:
    newest = DoseOrder.objects.newest_of(series.pk)
    if (newest and newest.pk) != (replaces and replaces.pk):
        version = newest.version if newest else 0
        raise StaleState(f"Version {version} of this order was signed already. Nothing was saved; reload to see it.")


def _refuse_or_pass(worked: WorkedOrder, product, series, overrides, by) -> dict[str, str]:
    """The reasons of the soft findings that were passed; raises Blocked with everything that stands."""
    if worked.problem:
        raise InvalidInput(worked.problem)
    refuse_step_problems(worked)
    blockers = [*_of_product(product, series), *_of_series(series), *_of_chart(series), *worked.blockers]
    passed = refuse_unless_overridden(blockers, overrides=overrides or {}, may=lambda code: _may(by, code, series))
    return {blocker.code: reason for blocker, reason in passed}


def _of_chart(series):
    """No order for a patient whose screen is open, or who must not have the drug by this route (KAP-SCR-*)."""
    standing = blockers_of(standing_of(series.patient), series.patient, series.route)
    return [one for one in standing if one.code.startswith(FORBIDS_AN_ORDER)]


def _may(by, permission, series) -> bool:
    patient = series.patient
    try:
        authorize(by, Permission(permission), practice_id=patient.practice_id, patient=patient.pk)
    except NotPermitted:
        return False
    return True


def _of_product(product, series):
    if not product.is_active:
        yield Blocker("PRODUCT_RETIRED", f"{product.name} is no longer used here. Choose another.", "KAP-PROD")
    if series.route not in product.routes or (series.route == "ESK") != product.is_esketamine:
        sentence = f"{product.name} is not for this route. Choose a product for {series.get_route_display()}."
        yield Blocker("PRODUCT_NOT_FOR_ROUTE", sentence, "KAP-PROD")


def _of_series(series):
    if series.closed_at is not None:
        yield Blocker("SERIES_CLOSED", "This series is closed. Open a new one before ordering.", "KAP-DOSE-ORDER")


def _order(series, product, worked, passed, replaces, expires_on, instructions, by, at, row_id) -> DoseOrder:
    plan, terms = worked.plan, worked.terms
    return DoseOrder(
        practice_id=series.patient.practice_id,
        patient_id=series.patient_id,
        series=series,
        version=(replaces.version if replaces else 0) + 1,
        replaces=replaces,
        route=series.route,
        indication=series.indication,
        product=product,
        weight_kg=terms.weight_kg,
        weighed_on=terms.weighed_on,
        mg_per_kg=terms.mg_per_kg,
        dose_mg=plan.dose_mg,
        concentration_mg_per_ml=product.concentration_mg_per_ml,
        draw_ml=plan.draw_ml,
        drawn_mg=plan.drawn_mg or plan.dose_mg,
        final_volume_ml=terms.final_volume_ml,
        duration_min=terms.duration_min,
        pump_ml_per_h=plan.pump_ml_h,
        mcg_per_kg_per_min=plan.mcg_kg_min,
        booster_mg=terms.booster_mg,
        booster_after_min=terms.booster_after_min,
        max_total_mg=plan.cumulative_mg,
        max_mg=terms.max_mg,
        planned_doses=series.planned_sessions,
        min_hours_between=series.min_hours_between,
        instructions=instructions.strip(),
        limits=worked.limits.snapshot(),
        overrides=passed,
        created_at=at,
        created_by_id=by.membership_id,
        signed_at=at,
        signed_by_id=by.membership_id,
        expires_on=expires_on,
        **({"id": row_id} if row_id else {}),
    )


def _store(order: DoseOrder, steps, review_points) -> None:
    try:
        with transaction.atomic():
            order.save(force_insert=True)
            for row in (*steps, *review_points):
                row.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState("Somebody signed another version in this moment. Reload to see it.") from error
