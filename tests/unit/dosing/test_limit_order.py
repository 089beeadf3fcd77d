"""Limits that contradict themselves cannot be set; both sides of each."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dosing.limit_order import OUTER, SMALLER_FIRST, out_of_order
from dosing.limits import DEFAULTS, GENERAL


@pytest.mark.parametrize("limits", [*DEFAULTS.values(), GENERAL])
def test_the_defaults_are_in_order(limits):
    assert out_of_order(limits) == {}


@pytest.mark.parametrize(("lower", "upper"), [pair[:2] for pair in SMALLER_FIRST])
def test_equal_is_in_order_and_above_is_not(lower, upper):
    limits = GENERAL if hasattr(GENERAL, lower) else DEFAULTS["IV"]
    same = replace(limits, **{lower: getattr(limits, upper)})
    above = replace(limits, **{lower: getattr(limits, upper) + 1})
    assert lower not in out_of_order(same)
    assert lower in out_of_order(above)


@pytest.mark.parametrize("name", OUTER)
def test_the_database_and_the_label_bound_what_a_practice_may_set(name):
    limits = GENERAL if hasattr(GENERAL, name) else DEFAULTS["IV"]
    least, most = OUTER[name]
    assert name not in out_of_order(replace(limits, **{name: most}))
    assert name in out_of_order(replace(limits, **{name: most + Decimal("0.1")}))
    assert name not in out_of_order(replace(limits, **{name: least}))


def test_a_hard_limit_in_mg_is_needed():
    assert "hard_max_mg" in out_of_order(replace(DEFAULTS["IM"], hard_max_mg=None))
