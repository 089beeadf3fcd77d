from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.discharge_rules import LeavingAnswers, LeavingFacts, Vitals, criteria, unmet

T0 = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
NOW = T0 + timedelta(minutes=120)
BASELINE = Vitals(T0, systolic_mmhg=120, diastolic_mmhg=80, spo2_pct=98, moaas=5)
LAST = Vitals(NOW, systolic_mmhg=126, diastolic_mmhg=82, spo2_pct=98, moaas=5)
FACTS = LeavingFacts(moment=NOW, may_leave_from=NOW, observe_min=120, baseline=BASELINE, last=LAST)
WELL = LeavingAnswers(
    aldrete=(2, 2, 2, 2, 2),
    is_oriented=True,
    walks_unaided=True,
    dissociation_resolved=True,
    nausea_controlled=True,
    no_suicidal_intent=True,
    escort_present=True,
    escort_name="Alex Escort",
    instructions_given=True,
)


def codes(facts=FACTS, answers=WELL):
    return [one.code for one in unmet(facts, answers)]


def test_all_criteria_met_lets_the_patient_go():
    assert codes() == []
    assert len(criteria(FACTS, WELL)) == 13


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"may_leave_from": NOW + timedelta(seconds=1)}, "OBSERVATION"),
        ({"may_leave_from": None}, "OBSERVATION"),
        ({"last": replace(LAST, taken_at=NOW - timedelta(minutes=30, seconds=1))}, "LAST_READING"),
        ({"last": replace(LAST, moaas=4)}, "MOAAS"),
        ({"last": replace(LAST, moaas=None)}, "MOAAS"),
        ({"last": replace(LAST, systolic_mmhg=145)}, "PRESSURE"),
        ({"last": replace(LAST, diastolic_mmhg=97)}, "PRESSURE"),
        ({"last": replace(LAST, systolic_mmhg=89, diastolic_mmhg=60)}, "PRESSURE"),
        ({"last": replace(LAST, systolic_mmhg=None, diastolic_mmhg=None)}, "PRESSURE"),
        ({"last": replace(LAST, spo2_pct=95)}, "OXYGEN"),
        ({"last": replace(LAST, on_oxygen=True)}, "OXYGEN"),
        ({"last": replace(LAST, spo2_pct=None)}, "OXYGEN"),
    ],
)
def test_each_measured_criterion_alone_keeps_the_patient(change, code):
    assert codes(replace(FACTS, **change)) == [code]


@pytest.mark.parametrize(
    "change",
    [
        {"may_leave_from": NOW},
        {"last": replace(LAST, taken_at=NOW - timedelta(minutes=30))},
        {"last": replace(LAST, systolic_mmhg=144, diastolic_mmhg=96)},
        {"last": replace(LAST, systolic_mmhg=90, diastolic_mmhg=60)},
        {"last": replace(LAST, spo2_pct=96)},
    ],
)
def test_exactly_at_a_limit_is_met(change):
    assert codes(replace(FACTS, **change)) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"aldrete": (2, 2, 2, 1, 1)}, "ALDRETE"),
        ({"aldrete": (2, 2, 2, 2, 0)}, "ALDRETE"),
        ({"aldrete": (2, 2, 2, 2, None)}, "ALDRETE"),
        ({"is_oriented": False}, "ORIENTED"),
        ({"walks_unaided": None}, "WALKS"),
        ({"dissociation_resolved": False}, "DISSOCIATION"),
        ({"nausea_controlled": False}, "NAUSEA"),
        ({"no_suicidal_intent": None}, "SAFE"),
        ({"escort_present": False}, "ESCORT"),
        ({"escort_name": "  "}, "ESCORT"),
        ({"instructions_given": False}, "INSTRUCTIONS"),
    ],
)
def test_each_answer_alone_keeps_the_patient(change, code):
    assert codes(answers=replace(WELL, **change)) == [code]


def test_aldrete_of_nine_without_a_zero_is_met():
    assert codes(answers=replace(WELL, aldrete=(2, 2, 1, 2, 2))) == []


def test_no_reading_since_the_dose_leaves_every_measured_criterion_open():
    assert codes(replace(FACTS, last=None)) == ["LAST_READING", "MOAAS", "PRESSURE", "OXYGEN"]


def test_sentence_says_how_many_minutes_are_left():
    facts = replace(FACTS, may_leave_from=NOW + timedelta(minutes=24, seconds=10))

    assert "25 minutes left" in unmet(facts, WELL)[0].sentence


def test_every_criterion_names_its_source():
    assert all(one.source.startswith("KAP-DIS-") for one in criteria(FACTS, WELL))
