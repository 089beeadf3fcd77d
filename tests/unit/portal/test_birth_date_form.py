"""Three fields become one day, or one sentence about what to enter."""

from datetime import date

import pytest

from portal.forms import BirthDateForm


def test_three_fields_become_a_day():
    form = BirthDateForm({"month": "2", "day": "29", "year": "1988"})
    assert form.is_valid()
    assert form.cleaned_data == {"birth_date": date(1988, 2, 29)}


@pytest.mark.parametrize(
    ("month", "day", "year"),
    [("", "1", "1990"), ("13", "1", "1990"), ("1", "", "1990"), ("1", "x", "1990"), ("1", "1", "")],
)
def test_a_missing_or_strange_part_is_refused(month, day, year):
    form = BirthDateForm({"month": month, "day": day, "year": year})
    assert not form.is_valid()
    assert "Enter month, day and year." in str(form.errors)


@pytest.mark.parametrize(("month", "day", "year"), [("2", "29", "1990"), ("4", "31", "1990"), ("1", "1", "99999")])
def test_a_day_that_does_not_exist_is_refused(month, day, year):
    assert not BirthDateForm({"month": month, "day": day, "year": year}).is_valid()
