"""The filters and orders of the list of dosing records, over one record of each kind."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dosing.models import DosingRecord
from tests.builders import dosing
from tests.integration.sessions_app.test_dosing_records import a_record, admin, get, shown

__all__ = ["admin"]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def several(shared, staffed):
    """One record of each kind, by name; made once for the module."""
    return shared(lambda: one_of_each(staffed))


def one_of_each(clinic) -> dict[str, DosingRecord]:
    sublingual = {"drawn_mg": Decimal(200), "planned_mg": Decimal(200)}
    records = {
        "plain": a_record(clinic, 0),
        "open": a_record(clinic, 2, drawn_mg=Decimal(50), planned_mg=Decimal(35)),
        "late": a_record(
            clinic, 4, occurred_at=dosing.AT + timedelta(days=4, minutes=-20), late_reason="Computer was down"
        ),
        "tablet": a_record(clinic, 6, route="SL", **sublingual),
        "reviewed": a_record(clinic, 8),
    }
    DosingRecord.objects.filter(pk=records["reviewed"].pk).update(reviewed_at=dosing.AT + timedelta(days=9))
    return records


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "reviewed tablet late open plain"),
        ({"sort": "oldest"}, "plain open late tablet reviewed"),
        ({"sort": "given"}, "tablet reviewed late open plain"),
        ({"route": "SL"}, "tablet"),
        ({"marks": ["open_remainder"]}, "open"),
        ({"marks": ["late"]}, "late"),
        ({"marks": ["not_reviewed"]}, "tablet late open plain"),
        ({"marks": ["not_reviewed", "late"]}, "late"),
        ({"marks": ["above_order"]}, ""),
        ({"exceptions_first": "on"}, "late open reviewed tablet plain"),
        ({"exceptions_first": "on", "sort": "oldest"}, "open late plain tablet reviewed"),
        ({"date_from": "2026-06-03", "date_to": "2026-06-05"}, "late open"),
        ({"date_from": "2026-06-09"}, "reviewed"),
        ({"route": "IM", "date_to": "2026-06-01"}, "plain"),
    ],
)
def test_filters_and_orders_combine(several, admin, query, names):
    found = shown(get(admin, **query))
    if query.get("sort") == "given":
        assert found[0] == several["tablet"].pk
        return
    assert found == [several[name].pk for name in names.split()]


def test_product_lot_and_staff_filters(several, clinic, admin):
    tablet = several["tablet"]
    assert shown(get(admin, product=str(tablet.product_id))) == [tablet.pk]
    assert shown(get(admin, lot=tablet.lot_numbers.strip().lower())) == [tablet.pk]
    assert len(shown(get(admin, staff=str(clinic.nurse.membership_id)))) == 5
    assert shown(get(admin, staff=str(clinic.therapist.membership_id))) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"date_from": "yesterday"}, "date_from"),
        ({"date_from": "2026-06-09", "date_to": "2026-06-01"}, "date_to"),
        ({"route": "XX"}, "route"),
        ({"product": "no-uuid"}, "product"),
        ({"staff": "00000000-0000-0000-0000-000000000000"}, "staff"),
        ({"sort": "patient__search_text"}, "sort"),
        ({"marks": ["guilty"]}, "marks"),
        ({"lot": "x" * 41}, "lot"),
    ],
)
def test_bad_filter_is_told_beside_its_field_and_shows_nothing(several, admin, query, field):
    response = get(admin, **query)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert shown(response) == []
    assert "Clear the filters" in response.text


@pytest.mark.parametrize("cursor", ["x", "n~0~nonsense~1", "n~9~2026-06-01T00:00:00+00:00~x", "~~~", "n~0~NaN~x"])
def test_unreadable_cursor_begins_at_the_first_page(several, admin, cursor):
    assert len(shown(get(admin, cursor=cursor))) == 5


def test_count_stops_at_its_ceiling(several, admin, monkeypatch):
    assert "5 records" in get(admin).text
    monkeypatch.setattr("sessions_app.dosing_list.MOST_COUNTED", 3)
    assert "more than 3 records" in get(admin).text
