"""The kernel's pure rules: occurrence, blockers, input errors, plain text, exact decimals, registries."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from common.audit import clean_text
from common.blockers import Blocker, refuse_unless_overridden
from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.fields import ExactDecimalField
from common.occurrence import KeptOffline, settle, settle_kept, was_sent_later
from common.registry import Registry

ENOUGH = "Measured twice by hand"


@pytest.mark.parametrize(
    ("minutes_ago", "reason", "field"),
    [
        (0, "", None),
        (15, "", None),
        (15.01, "", "late_reason"),
        (15.01, "    ", "late_reason"),
        (15.01, "Network was down", None),
        (-0.01, "", "occurred_at"),
    ],
)
def test_moment_is_past_and_late_ones_have_a_reason(at, minutes_ago, reason, field):
    moment = at - timedelta(minutes=minutes_ago)
    if field is None:
        assert settle(moment, at, reason) == moment
        return
    with pytest.raises(InvalidInput) as refusal:
        settle(moment, at, reason)
    assert set(refusal.value.fields) == {field}


def test_no_moment_means_now(at):
    assert settle(None, at) == at


@pytest.mark.parametrize(
    ("entered_min_ago", "happened_min_ago", "expected_min_ago"),
    [(40, None, 40), (40, 50, 50), (0, None, 0), (-2, None, 0)],
)
def test_what_waited_keeps_its_time_and_needs_no_other_reason(at, entered_min_ago, happened_min_ago, expected_min_ago):
    """F17: typed then, unless its person says that it happened earlier; a clock two minutes ahead means now."""
    kept = KeptOffline(UUID(int=1), seq=1, entered_at=at - timedelta(minutes=entered_min_ago))
    happened = None if happened_min_ago is None else at - timedelta(minutes=happened_min_ago)
    moment, reason = settle_kept(happened, at, "", kept)
    assert moment == at - timedelta(minutes=expected_min_ago)
    assert was_sent_later(reason)
    assert settle_kept(happened, at, "On paper first", kept)[1].endswith("; On paper first")


def test_what_waited_is_not_from_the_future(at):
    with pytest.raises(InvalidInput):
        settle_kept(None, at, "", KeptOffline(UUID(int=1), seq=1, entered_at=at + timedelta(minutes=2, seconds=1)))


def test_what_did_not_wait_is_settled_as_ever(at):
    assert settle_kept(None, at, "", None) == (at, "")
    assert not was_sent_later("On paper first")
    with pytest.raises(InvalidInput):
        settle_kept(at - timedelta(minutes=16), at, "", None)


SOFT = Blocker("BP_HIGH", "Measure again.", override="override_blocker")
HARD = Blocker("NO_CONSENT", "Record the consent first.")


@pytest.mark.parametrize(
    ("reasons", "permitted", "standing"),
    [
        ({}, True, {"BP_HIGH", "NO_CONSENT"}),
        ({"BP_HIGH": ENOUGH}, True, {"NO_CONSENT"}),
        ({"BP_HIGH": ENOUGH}, False, {"BP_HIGH", "NO_CONSENT"}),
        ({"BP_HIGH": ENOUGH, "NO_CONSENT": ENOUGH}, True, {"NO_CONSENT"}),
        ({"BP_HIGH": "   "}, True, {"BP_HIGH", "NO_CONSENT"}),
    ],
)
def test_all_blockers_that_stand_are_told_at_once(reasons, permitted, standing):
    with pytest.raises(Blocked) as refusal:
        refuse_unless_overridden([SOFT, HARD], overrides=reasons, may=lambda _: permitted)
    assert {blocker.code for blocker in refusal.value.blockers} == standing


def test_override_is_returned_with_its_reason():
    assert refuse_unless_overridden([SOFT], overrides={"BP_HIGH": f" {ENOUGH} "}, may=lambda _: True) == [
        (SOFT, ENOUGH)
    ]


def test_nine_letters_are_no_reason_ten_are():
    with pytest.raises(InvalidInput):
        refuse_unless_overridden([SOFT], overrides={"BP_HIGH": "a" * 9}, may=lambda _: True)
    assert refuse_unless_overridden([SOFT], overrides={"BP_HIGH": "a" * 10}, may=lambda _: True)


def test_no_blockers_no_refusal():
    assert refuse_unless_overridden([], overrides=None, may=lambda _: False) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotPermitted("x"), 403),
        (OutOfScope("x"), 404),
        (StaleState("x"), 409),
        (InvalidInput("x"), 422),
        (Blocked([]), 422),
    ],
)
def test_each_refusal_has_its_status(error, status):
    assert error.status == status


def test_input_error_keeps_fields_apart():
    error = InvalidInput({"a": "One.", "b": ["Two.", "Three."]})
    assert error.fields == {"a": ["One."], "b": ["Two.", "Three."]}
    assert InvalidInput("Whole form.").fields == {"": ["Whole form."]}


PAYLOADS = [
    "name\nGET /forged",
    "name\r\nSet-Cookie: x",
    "\x1b[31mred",
    "\x00nul",
    "\u2028line",
    "\u2029paragraph",
    "tab\there",
    "\x7fdelete",
    "\x08back",
    'quote","actor":"other',
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_of_a_log_row_stays_on_one_line(payload):
    text = clean_text(payload, 150)
    assert not [letter for letter in text if ord(letter) < 32 or ord(letter) in (127, 8232, 8233)]
    assert len(text.splitlines()) == 1


@given(st.text(max_size=400), st.integers(1, 150))
def test_clean_text_never_exceeds_its_length(text, length):
    assert len(clean_text(text, length)) <= length


FIELD = ExactDecimalField(places=3)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_amounts_come_back_exactly(amount):
    assert FIELD.from_db_value(FIELD.get_prep_value(amount), None, None) == amount


@pytest.mark.parametrize("value", ["0.0001", Decimal("1.2345"), 0.1, "NaN", "Infinity", "x", object()])
def test_what_does_not_fit_is_refused_not_rounded(value):
    with pytest.raises(ValidationError):
        FIELD.get_prep_value(value)


def test_trailing_zeros_fit():
    assert FIELD.get_prep_value(Decimal("1.50000")) == 1500


def test_nothing_stays_nothing():
    assert FIELD.get_prep_value(None) is None
    assert FIELD.from_db_value(None, None, None) is None


def test_registry_answers_in_order_and_each_name_once():
    registry = Registry("who is there?")
    registry.register("first", lambda actor: [actor, "a"])
    registry.register("second", lambda actor: ["b"])
    assert registry.collect(actor="me") == ["me", "a", "b"]
    with pytest.raises(ValueError, match="already answers"):
        registry.register("first", lambda actor: [])
