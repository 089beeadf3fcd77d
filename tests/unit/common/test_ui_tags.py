from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from common.templatetags import ui

MOMENT = datetime(2026, 3, 8, 3, 30, tzinfo=UTC)


def test_icon_is_hidden_from_screen_readers_and_has_no_style():
    drawn = ui.icon("clock", "sm")
    assert 'aria-hidden="true"' in drawn
    assert 'width="16"' in drawn
    assert "style=" not in drawn


def test_icon_with_a_label_is_an_image_and_escapes_it():
    drawn = ui.icon("x", label='Close "this"')
    assert 'role="img"' in drawn
    assert "&quot;this&quot;" in drawn


def test_status_icon_of_an_unknown_kind_is_neutral():
    assert ui.status_icon("critical") == "octagon-alert"
    assert ui.status_icon("nonsense") == ui.status_icon("neutral")


def test_message_icon_reads_any_of_the_tags():
    assert ui.message_icon("extra error") == "octagon-alert"
    assert ui.message_icon("") == "info"


def test_local_time_uses_the_active_zone_and_names_it():
    with timezone.override("America/New_York"):
        shown = ui.local_time(MOMENT)
    assert "7 Mar 2026, 22:30 EST" in shown
    assert 'datetime="2026-03-07T22:30:00-05:00"' in shown


def test_local_time_in_another_zone():
    assert "8 Mar 2026, 04:30 CET" in ui.local_time(MOMENT, "Europe/Berlin")
    assert "04:30 CET" in ui.local_clock(MOMENT, "Europe/Berlin")


def test_local_date_moves_a_moment_into_the_zone_but_not_a_day():
    with timezone.override("America/New_York"):
        assert ">7 Mar 2026<" in ui.local_date(MOMENT)
        assert ">8 Mar 2026<" in ui.local_date(date(2026, 3, 8))


def test_missing_times_are_a_dash():
    assert {ui.local_time(None), ui.local_clock(None), ui.local_date(None)} == {"—"}


def test_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        ui.local_time(MOMENT.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "T+0:00"), (5, "T+0:05"), (65, "T+1:05"), (-10, "T−0:10"), (None, "—"), (D("64.9"), "T+1:04"),
        (timedelta(minutes=40, seconds=59), "T+0:40"), (timedelta(minutes=-10), "T−0:10"),
    ],
)  # fmt: skip
def test_t_plus(minutes, text):
    assert ui.t_plus(minutes) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (D("40.00"), "40"), (D("0.50"), "0.5"), (D("0.00"), "0"), (D("-0.0"), "0"), (D("1E+3"), "1000"),
        (D("-1.20"), "−1.2"), (120, "120"), ("62.50", "62.5"), (None, "—"), ("", "—"), (D("0.0001"), "0.0001"),
    ],
)  # fmt: skip
def test_decimal_trim_keeps_the_amount(value, text):
    assert ui.decimal_trim(value) == text


def test_decimal_trim_refuses_float_and_words():
    with pytest.raises(TypeError):
        ui.decimal_trim(0.1)
    with pytest.raises(ValueError, match="not an amount"):
        ui.decimal_trim("forty")


def test_amounts_carry_their_unit():
    assert ui.mg(D("40.00")) == "40\N{NO-BREAK SPACE}mg"
    assert ui.ml(D("0.80")) == "0.8\N{NO-BREAK SPACE}mL"
    assert ui.mg(None) == "—"


def test_query_with_replaces_drops_and_keeps():
    request = RequestFactory().get("/doses/?state=due&page=2&q=a")
    html = Template("{% load ui %}{% query_with page=3 q=None %}").render(Context({"request": request}))
    assert QueryDict(html.lstrip("?").replace("&amp;", "&")).dict() == {"state": "due", "page": "3"}


def test_query_with_cannot_break_out_of_the_attribute():
    request = RequestFactory().get("/doses/", {"q": '"><b>'})
    html = Template('<a href="{% load ui %}{% query_with page=1 %}">').render(Context({"request": request}))
    assert "<b>" not in html


def test_query_with_nothing_left_still_points_at_this_page():
    assert Template("{% load ui %}{% query_with page=None %}").render(Context({})) == "?"


@pytest.mark.parametrize(
    ("name", "letters"), [("Rosa Maria Lindqvist", "RL"), ("Cher", "C"), ("", ""), ("A. (tmp)", "A")]
)
def test_initials(name, letters):
    assert ui.initials(name) == letters
