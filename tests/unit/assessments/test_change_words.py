"""A change from baseline in words: the strongest true statement, worsening first, never colour alone."""

from decimal import Decimal

import pytest

from assessments.catalogue import get_instrument
from assessments.change_words import words_of
from assessments.trend import change_between


@pytest.mark.parametrize(
    ("code", "baseline", "later", "kind", "icon", "text"),
    [
        ("PHQ9", 20, 20, "neutral", "equal", "No change"),
        ("PHQ9", 20, 19, "neutral", "trending-down", "1 point better (5 %)"),
        ("PHQ9", 20, 14, "normal", "trending-down", "6 points better (30 %): more than measurement error"),
        ("PHQ9", 20, 10, "normal", "trending-down", "10 points better (50 %): response"),
        ("PHQ9", 20, 11, "normal", "trending-down", "9 points better (45 %): more than measurement error"),
        ("PHQ9", 20, 15, "normal", "trending-down", "5 points better (25 %): meaningful change"),
        ("PCL5", 60, 50, "normal", "trending-down", "10 points better (17 %): meaningful change"),
        ("PCL5", 60, 45, "normal", "trending-down", "15 points better (25 %): more than measurement error"),
        ("PCL5", 60, 30, "normal", "trending-down", "30 points better (50 %): response"),
        ("PHQ9", 20, 4, "normal", "trending-down", "16 points better (80 %): remission"),
        ("PHQ9", 10, 11, "caution", "trending-up", "1 point worse"),
        ("PHQ9", 10, 15, "caution", "trending-up", "5 points worse"),
        ("PHQ9", 10, 16, "warning", "trending-up", "6 points worse, more than measurement error"),
        ("PHQ9", 0, 3, "caution", "trending-up", "3 points worse"),
        ("VASMOOD", 30, 45, "neutral", "trending-up", "15 points better (50 %)"),
        ("VASMOOD", 45, 30, "caution", "trending-down", "15 points worse"),
        ("SUDS", 8, Decimal("6.00"), "neutral", "trending-down", "2 points better (25 %)"),
    ],
)
def test_words_of_a_change(code, baseline, later, kind, icon, text):
    said = words_of(change_between(get_instrument(code), baseline, later))
    assert (said.kind, said.icon, said.text) == (kind, icon, text)


@pytest.mark.parametrize(("code", "baseline", "later"), [("ASQ", 1, 1), ("PHQ9", None, 3), ("PHQ9", 3, None)])
def test_no_words_where_no_change_can_be_told(code, baseline, later):
    assert words_of(change_between(get_instrument(code), baseline, later)) is None
