"""Decides whether the named numbers of a dosing question can be used, and turns them into Decimals.

JSON has no decimal type, so a float is read as the digits that were typed. Every refusal is a DoseInputError.
"""

from decimal import Decimal

from dosing import arithmetic
from dosing.arithmetic import DoseInputError
from dosing.limits import GENERAL, is_usable_weight

LARGEST = Decimal(1_000_000)
SMALLEST = Decimal("0.0001")
WEIGHT_ERROR = f"weight out of range {GENERAL.min_weight_kg}-{GENERAL.max_weight_kg} kg or missing; no dose computed"


def weight_kg(data):
    """Kilograms from weight_kg or weight_lb; raises WEIGHT_ERROR for anything that cannot be dosed on."""
    if "weight_kg" in data and "weight_lb" in data:
        raise DoseInputError("give weight_kg or weight_lb, not both")
    try:
        if "weight_lb" in data:
            weight = arithmetic.pounds_to_kg(number(data, "weight_lb"))
        else:
            weight = number(data, "weight_kg")
    except DoseInputError as error:
        raise DoseInputError(WEIGHT_ERROR) from error
    if not is_usable_weight(weight):
        raise DoseInputError(WEIGHT_ERROR)
    return weight


def one_of(data, key, allowed):
    """The text at `key`, which must be one of `allowed`; None when it is missing or null."""
    value = data.get(key)
    if value is None or (isinstance(value, str) and value in allowed):
        return value
    entered = f" {value[:20]!r}" if isinstance(value, str) else ""
    raise DoseInputError(f"unknown {key}{entered}; use {', '.join(allowed)}")


def yes_or_no(data, key):
    """True or False; missing and null count as False."""
    value = data.get(key)
    if value is not None and not isinstance(value, bool):
        raise DoseInputError(f"{key} must be true or false")
    return bool(value)


def optional_number(data, key):
    """A Decimal of 0 or more, or None when it is missing or null."""
    return None if data.get(key) is None else number(data, key)


def number(data, key):
    """A Decimal of 0 or more; raises DoseInputError when it is missing, null or not such a number."""
    if data.get(key) is None:
        raise DoseInputError(f"{key} is missing")
    value = checked_number(key, data[key])
    if value < 0:
        raise DoseInputError(f"{key} must not be negative")
    return value


def checked_number(key, value):
    """The Decimal of a JSON number, 0 or of a size that can occur in a clinic; the sign is left alone."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise DoseInputError(f"{key} must be a number")
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise DoseInputError(f"{key} must be a number")
    if exact and not SMALLEST <= abs(exact) <= LARGEST:
        raise DoseInputError(f"{key} is outside {SMALLEST} to {LARGEST}; check it")
    return exact
