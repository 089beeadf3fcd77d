"""Decides what exactly is signed with an order, and whether a stored one still says it (R41)."""

from datetime import UTC

from common.signatures import EVER_SIGNED, SignedRows, fits
from common.signing import content_sha256
from dosing.models import DoseOrder, PlanContinuation

SCHEMA, WITH_PLAN = 1, 2
SIGNED_FIELDS = (
    *("id", "practice_id", "patient_id", "series_id", "version", "replaces_id", "route", "indication", "product_id"),
    *("weight_kg", "weighed_on", "mg_per_kg", "dose_mg", "concentration_mg_per_ml", "draw_ml", "drawn_mg"),
    *("final_volume_ml", "duration_min", "pump_ml_per_h", "mcg_per_kg_per_min", "booster_mg", "booster_after_min"),
    *("max_total_mg", "instructions", "limits", "overrides", "expires_on", "signed_by_id"),
)
PLAN_FIELDS = ("max_mg", "planned_doses", "min_hours_between")
STEP_FIELDS = (
    *("from_dose", "mg_per_kg", "max_mg", "dose_mg", "draw_ml", "drawn_mg", "pump_ml_per_h", "mcg_per_kg_per_min"),
    *("max_total_mg", "condition"),
)
CONTINUED_FIELDS = ("id", "series_id", "order_id", "after_dose", "doses_given", "note", "recorded_by_id", "recorded_as")


def content_of(order, steps=None, review_points=None) -> dict:
    """Everything that was signed, the same before and after the row is stored.

    The plan's rows are read from the database unless they are given. An order without any plan is signed as orders
    were before there were plans, so that earlier signatures stay good.
    """
    content = {name: getattr(order, name) for name in SIGNED_FIELDS}
    plan = _plan_of(
        order,
        order.steps.all() if steps is None else steps,
        order.review_points.all() if review_points is None else review_points,
    )
    schema = WITH_PLAN if plan else SCHEMA
    return {"schema": schema, "signed_at": order.signed_at.astimezone(UTC), **content, **plan}


def _plan_of(order, steps, review_points) -> dict:
    rows = [{name: getattr(step, name) for name in STEP_FIELDS} for step in steps]
    plan = {
        **{name: getattr(order, name) for name in PLAN_FIELDS if getattr(order, name) is not None},
        "steps": sorted(rows, key=lambda row: row["from_dose"]),
        "review_after": sorted(point.after_dose for point in review_points),
    }
    plan = {name: value for name, value in plan.items() if value}
    return {"plan": plan} if plan else {}


def fingerprint(order, steps=None, review_points=None) -> str:
    return content_sha256(content_of(order, steps, review_points))


def is_unaltered(order) -> bool:
    """Whether a signed order, with its plan, still says what was signed."""
    return fits(lambda row: fingerprint(row) == row.content_sha256, order)


def signed_orders() -> SignedRows:
    rows = DoseOrder.objects.filter(EVER_SIGNED).with_plan()
    return SignedRows("order", rows.all, is_unaltered, lambda order: order.practice_id)


def continuation_fingerprint(row) -> str:
    """Of a prescriber's going on with the plan: what was decided about which dose, when and by whom."""
    content = {name: getattr(row, name) for name in CONTINUED_FIELDS}
    return content_sha256({"schema": SCHEMA, "signed_at": row.recorded_at.astimezone(UTC), **content})


def is_continuation_unaltered(row) -> bool:
    return fits(lambda one: continuation_fingerprint(one) == one.content_sha256, row)


def signed_continuations() -> SignedRows:
    rows = PlanContinuation.objects.select_related("order")
    return SignedRows("plan continuation", rows.all, is_continuation_unaltered, lambda row: row.order.practice_id)
