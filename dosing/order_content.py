"""Decides what exactly is signed with an order: its canonical content and the fingerprint of it (R41)."""

import hashlib
import json
from decimal import Decimal

from common.fields import ExactDecimalField

SCHEMA = 1
SIGNED_FIELDS = (
    *("id", "practice_id", "patient_id", "series_id", "version", "replaces_id", "route", "indication", "product_id"),
    *("weight_kg", "weighed_on", "mg_per_kg", "dose_mg", "concentration_mg_per_ml", "draw_ml", "drawn_mg"),
    *("final_volume_ml", "duration_min", "pump_ml_per_h", "mcg_per_kg_per_min", "booster_mg", "booster_after_min"),
    *("max_total_mg", "instructions", "limits", "overrides", "expires_on", "signed_at", "signed_by_id"),
)


def content_of(order) -> dict:
    """What was signed, in plain JSON values that read the same before and after the row is stored."""
    return {"schema": SCHEMA, **{name: _plain(order, name) for name in SIGNED_FIELDS}}


def fingerprint(order) -> str:
    """SHA-256 of the canonical JSON of the content."""
    text = json.dumps(content_of(order), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def is_unaltered(order) -> bool:
    """Whether a signed order still says what was signed."""
    return bool(order.content_sha256) and fingerprint(order) == order.content_sha256


def _plain(order, name):
    value = getattr(order, name)
    if value is None or isinstance(value, bool | int | str | dict):
        return value
    field = order._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
    if isinstance(field, ExactDecimalField):
        return str(Decimal(value).quantize(Decimal(1).scaleb(-field.places)))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
