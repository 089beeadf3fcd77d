"""Typed amounts are exact and of a size that can be true."""

from decimal import Decimal

import pytest

from common.errors import InvalidInput
from dosing.amounts import exact, minutes, required_text

MOST = Decimal(100)


@pytest.mark.parametrize("value", [Decimal("0.001"), Decimal(100), 7, Decimal("1E+1"), Decimal("1.500")])
def test_amounts_that_are_taken(value):
    assert exact("mg", value, most=MOST) == value


@pytest.mark.parametrize(
    "value",
    [0, -1, Decimal("100.001"), Decimal("0.0001"), Decimal("NaN"), Decimal("Infinity"), 1.5, "1", True, None],
)
def test_amounts_that_are_refused(value):
    with pytest.raises(InvalidInput) as refusal:
        exact("mg", value, most=MOST)
    assert list(refusal.value.fields) == ["mg"]


@pytest.mark.parametrize(
    ("value", "is_taken"), [(1, True), (480, True), (481, False), (0, False), (Decimal("1.5"), False)]
)
def test_minutes(value, is_taken):
    if is_taken:
        assert minutes("duration_min", value) == value
    else:
        with pytest.raises(InvalidInput):
            minutes("duration_min", value)


def test_required_text_is_trimmed_and_not_short():
    assert required_text("reason", "  why ", "Say why.") == "why"
    with pytest.raises(InvalidInput):
        required_text("reason", " x ", "Say why.")
