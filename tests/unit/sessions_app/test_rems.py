"""The REMS form as data: its clock, which answers are asked, and what is refused."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from common.errors import InvalidInput
from sessions_app.models import RemsCheck
from sessions_app.rems.clock import due_on, words_of
from sessions_app.rems.definition import CURRENT, FORMS, TYPES, asked, completed, definition_of
from sessions_app.rems.filling import DERIVED, HINTS
from tests.builders.sessions import REMS_CHECK

FORM = definition_of()
DUE = date(2026, 6, 8)


@pytest.mark.parametrize(
    ("treated", "zone", "due"),
    [
        (datetime(2026, 6, 1, 14, 0, tzinfo=UTC), "America/New_York", DUE),
        (datetime(2026, 6, 2, 3, 30, tzinfo=UTC), "America/New_York", DUE),
        (datetime(2026, 6, 2, 4, 0, tzinfo=UTC), "America/New_York", date(2026, 6, 9)),
        (datetime(2026, 10, 30, 14, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 6)),
    ],
)
def test_due_seven_days_after_the_treatments_day(treated, zone, due):
    assert due_on(treated, zone) == due


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 6, 1), ("waiting", "7 days left")),
        (date(2026, 6, 5), ("waiting", "3 days left")),
        (date(2026, 6, 6), ("caution", "2 days left")),
        (date(2026, 6, 7), ("caution", "1 day left")),
        (date(2026, 6, 8), ("warning", "due today")),
        (date(2026, 6, 9), ("critical", "overdue by 1 day")),
        (date(2026, 6, 18), ("critical", "overdue by 10 days")),
    ],
)
def test_the_clock_grows_louder(today, said):
    assert words_of(DUE, today) == said


@pytest.mark.parametrize("version", [path.stem for path in FORMS.glob("*.yml")])
def test_every_version_is_sound(version):
    form = definition_of(version)
    keys = [field.key for field in form.fields]
    assert form.version == version
    assert form.source.startswith("KAP-REMS-")
    assert len(keys) == len(set(keys))
    for field in form.fields:
        assert field.type in TYPES
        assert bool(field.choices) == (field.type == "choice")
        if field.when:
            assert form.fields[keys.index(field.when)].type == "yes_no"
            assert keys.index(field.when) < keys.index(field.key)


def test_what_the_session_fills_is_what_the_form_says():
    assert {field.key for field in FORM.fields if field.from_session} == set(DERIVED)
    assert set(HINTS) <= {field.key for field in FORM.fields}


def test_the_check_asks_what_the_form_takes_from_it():
    asked_before = {field.name for field in RemsCheck._meta.concrete_fields} & set(REMS_CHECK)
    assert asked_before == set(REMS_CHECK)
    assert asked_before - {"is_counselled"} <= set(DERIVED)


FILLED = dict.fromkeys(DERIVED) | {"sedation": True, "bp_before": "120/80"}


def test_only_what_the_session_does_not_tell_is_asked():
    keys = {field.key for field in asked(FORM, FILLED)}
    assert {"sedation_severity", "bp_40", "ready_min", "dissociation_severity"} <= keys
    assert not keys & {"sedation", "bp_before"}


ANSWERS = {
    field.key: {"text": "words", "yes_no": False, "whole": 5, "pressure": "118/76", "choice": "Female"}[field.type]
    for field in FORM.fields
    if field.key != "patient_middle_initial"
}


def test_the_whole_form_says_who_told_each_field():
    values = completed(FORM, FILLED, ANSWERS)
    assert set(values) == {field.key for field in FORM.fields}
    assert values["sedation"] == {"value": True, "by": "session"}
    assert values["bp_40"] == {"value": "118/76", "by": "person"}
    assert values["dissociation_severity"] == {"value": None, "by": "person"}
    assert values["patient_middle_initial"] == {"value": None, "by": "person"}


def test_what_the_session_tells_cannot_be_typed_over():
    assert completed(FORM, FILLED, {**ANSWERS, "bp_before": "99/60"})["bp_before"]["value"] == "120/80"


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("vitals_ok_before", None),
        ("vitals_ok_before", "yes"),
        ("ready_min", None),
        ("ready_min", -1),
        ("ready_min", 1441),
        ("bp_40", "high"),
        ("bp_40", "120"),
        ("sex", "Unsure"),
        ("sedation_severity", ""),
        ("lot_numbers", "x" * 201),
        ("patient_middle_initial", "AB"),
    ],
)
def test_a_missing_or_odd_answer_is_named(key, answer):
    with pytest.raises(InvalidInput) as refusal:
        completed(FORM, FILLED, {**ANSWERS, key: answer})
    assert list(refusal.value.fields) == [key]


@pytest.mark.parametrize(("key", "answer"), [("ready_min", 0), ("ready_min", 1440), ("bp_40", "not taken")])
def test_both_ends_are_taken(key, answer):
    assert completed(FORM, FILLED, {**ANSWERS, key: answer})[key]["value"] == answer


@given(told=some.sets(some.sampled_from([field.key for field in FORM.fields])))
def test_whatever_was_asked_completes_the_form(told):
    """Answering exactly what is asked is always enough, and nothing of the session is lost."""
    filled = {key: ANSWERS.get(key) for key in told}
    answers = {field.key: ANSWERS.get(field.key) for field in asked(FORM, filled)}
    values = completed(FORM, filled, answers)
    for key, value in filled.items():
        assert value is None or values[key] == {"value": value, "by": "session"}


def test_the_version_in_use_is_there():
    assert (FORMS / f"{CURRENT}.yml").exists()
