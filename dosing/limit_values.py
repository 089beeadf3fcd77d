"""Decides how a practice's limits are stored as strings and read back without losing a digit."""

from dataclasses import MISSING, fields
from decimal import Decimal, InvalidOperation

from dosing.arithmetic import DoseInputError
from dosing.limit_defaults import GeneralLimits, RouteLimits

TEXT = {"route", "unit", "source", "dilution_source", "anaesthetic_source", "unit_source", "volume_source"}
LISTS = {"allowed_doses_mg", "allowed_with_reason_mg"}
WHOLE = {"weight_max_age_days"}


def as_values(limits):
    """The set columns of RouteLimits or GeneralLimits as JSON-able strings (lists for allowed doses)."""
    values = {field.name: getattr(limits, field.name) for field in fields(limits)}
    return {name: _as_text(value) for name, value in values.items() if value not in (None, ())}


def route_limits_from(values):
    """RouteLimits from `as_values` output; raises DoseInputError for an unknown column or a non-number."""
    return _read(RouteLimits, values)


def general_limits_from(values):
    """GeneralLimits from `as_values` output; a column that is absent keeps its default."""
    return _read(GeneralLimits, values)


def _as_text(value):
    return [str(item) for item in value] if isinstance(value, tuple) else str(value)


def _read(kind, values):
    known = {field.name: field.default for field in fields(kind)}
    unknown = values.keys() - known.keys()
    missing = {name for name, default in known.items() if default is MISSING} - values.keys()
    if unknown or missing:
        raise DoseInputError(f"limits with unknown or missing columns: {', '.join(sorted(unknown | missing))}")
    return kind(**{name: _column(name, value) for name, value in values.items()})


def _column(name, value):
    if name in TEXT:
        return value
    if name in LISTS:
        return tuple(_amount(name, item) for item in value)
    amount = _amount(name, value)
    return int(amount) if name in WHOLE else amount


def _amount(name, text):
    try:
        amount = Decimal(text)
    except (InvalidOperation, TypeError) as error:
        raise DoseInputError(f"{name} must be a number") from error
    if not amount.is_finite() or amount < 0 or isinstance(text, float):
        raise DoseInputError(f"{name} must be a number of 0 or more, written as text")
    return amount
