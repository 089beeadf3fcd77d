"""A place in a list survives its way through an address; anything else begins at the first page."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.keyset import BACK, FORWARD, Place, read_place

ROW = UUID("6f1c7c86-5a4e-4a3c-9d0a-0c1f2e3d4b5a")
moments = st.datetimes(timezones=st.just(UTC))
amounts = st.decimals(min_value=0, max_value=1000, places=3)


@given(st.sampled_from([FORWARD, BACK]), st.integers(0, 1), st.one_of(moments, amounts), st.uuids())
def test_place_reads_back_as_it_was(direction, segment, value, row_id):
    place = Place(direction, segment, value, row_id)
    assert read_place(str(place), 2) == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~~~",
        f"x~0~1.5~{ROW}",
        f"n~2~1.5~{ROW}",
        f"n~-1~1.5~{ROW}",
        f"n~one~1.5~{ROW}",
        f"n~0~NaN~{ROW}",
        f"n~0~Infinity~{ROW}",
        f"n~0~2026-06-01T10:00:00~{ROW}",
        f"n~0~2026-13-01T10:00:00+00:00~{ROW}",
        "n~0~1.5~nobody",
        f"n~0~1.5~{ROW}~more",
    ],
)
def test_unreadable_place_is_none(text):
    assert read_place(text, 2) is None


@given(st.text())
def test_any_text_is_a_place_or_none(text):
    assert read_place(text, 2) is None or isinstance(read_place(text, 2), Place)


def test_place_is_written_with_its_zone():
    assert str(Place(FORWARD, 0, datetime(2026, 6, 1, tzinfo=UTC), ROW)) == f"n~0~2026-06-01T00:00:00+00:00~{ROW}"
    assert str(Place(BACK, 1, Decimal("35.000"), ROW)) == f"p~1~35.000~{ROW}"
