"""Decides what exactly is signed with an order, and whether a stored one still says it (R41)."""

from datetime import UTC

from common.signatures import EVER_SIGNED, SignedRows, fits
from common.signing import content_sha256
from dosing.models import DoseOrder

SCHEMA = 1
SIGNED_FIELDS = (
    *("id", "practice_id", "patient_id", "series_id", "version", "replaces_id", "route", "indication", "product_id"),
    *("weight_kg", "weighed_on", "mg_per_kg", "dose_mg", "concentration_mg_per_ml", "draw_ml", "drawn_mg"),
    *("final_volume_ml", "duration_min", "pump_ml_per_h", "mcg_per_kg_per_min", "booster_mg", "booster_after_min"),
    *("max_total_mg", "instructions", "limits", "overrides", "expires_on", "signed_by_id"),
)


def content_of(order) -> dict:
    """Everything that was signed, the same before and after the row is stored."""
    content = {name: getattr(order, name) for name in SIGNED_FIELDS}
    return {"schema": SCHEMA, "signed_at": order.signed_at.astimezone(UTC), **content}


def fingerprint(order) -> str:
    return content_sha256(content_of(order))


def is_unaltered(order) -> bool:
    """Whether a signed order still says what was signed."""
    return fits(lambda row: fingerprint(row) == row.content_sha256, order)


def signed_orders() -> SignedRows:
    rows = DoseOrder.objects.filter(EVER_SIGNED)
    return SignedRows("order", rows.all, is_unaltered, lambda order: order.practice_id)
