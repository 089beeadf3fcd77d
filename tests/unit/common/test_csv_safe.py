"""No cell of an export is run as a formula, and numbers stay numbers (R86)."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.csv_safe import csv_lines, safe_cell

PAYLOADS = [
    '=HYPERLINK("http://x.invalid","y")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    " =1+1",
    "  +1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    '"=1+1',
    "'=1+1",
    '" =1+1',
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM",
    "\tplain",
    "\rplain",
    "-",
    "=",
]


@pytest.mark.parametrize("text", PAYLOADS)
def test_text_that_could_be_a_formula_is_quoted(text):
    assert safe_cell(text).startswith("'")
    assert "\x00" not in safe_cell(text)


@pytest.mark.parametrize("text", ["Ketalar 50 mg/mL", "a=b", "lot A-12", "", "5 - 10", "ä", "#1", "'quoted'"])
def test_other_text_is_left_alone(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-7, "-7"),
        (Decimal("-0.150"), "-0.150"),
        (Decimal("1E+3"), "1000"),
        (True, "yes"),
        (False, "no"),
        (None, ""),
        (date(2026, 6, 2), "2026-06-02"),
        (datetime(2026, 6, 2, 14, 0, tzinfo=UTC), "2026-06-02T14:00:00+00:00"),
    ],
)
def test_numbers_days_and_nothing(value, cell):
    assert safe_cell(value) == cell


@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=4), max_size=5))
def test_every_row_comes_back_as_it_was_written(rows):
    text = "".join(csv_lines(["a"], rows))

    read = list(csv.reader(StringIO(text, newline="")))

    assert read == [["a"], *([safe_cell(cell) for cell in row] for row in rows)]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in read for cell in row)


def test_lines_end_as_rfc_4180_says():
    assert list(csv_lines(["name", "mg"], [['a "b", c', Decimal("1.50")]])) == [
        "name,mg\r\n",
        '"a ""b"", c",1.50\r\n',
    ]
