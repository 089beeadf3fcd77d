from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from sessions_app.discharge_rules import (
    MINUTE,
    LeavingAnswers,
    LeavingFacts,
    Vitals,
    Waiver,
    criteria,
    unmet,
    waivable,
    waived,
)

T0 = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
NOW = T0 + timedelta(minutes=120)
BASELINE = Vitals(T0, systolic_mmhg=120, diastolic_mmhg=80, spo2_pct=98, moaas=5)
LAST = Vitals(NOW, systolic_mmhg=126, diastolic_mmhg=82, spo2_pct=98, moaas=5)
FACTS = LeavingFacts(moment=NOW, may_leave_from=NOW, observe_min=120, baseline=BASELINE, last=LAST, highest=(190, 110))
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
    assert len(criteria(FACTS, WELL)) == 15


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
    assert codes(replace(FACTS, last=None)) == [
        "LAST_READING",
        "CRITICAL",
        "MOAAS",
        "PRESSURE",
        "FALLING",
        "OXYGEN",
    ]


def test_no_pressure_in_the_last_reading_is_neither_back_nor_falling_and_nobody_waives_it():
    facts = replace(FACTS, last=replace(LAST, systolic_mmhg=None, diastolic_mmhg=None))

    assert [(one.code, one.may_waive) for one in unmet(facts, WELL)] == [("PRESSURE", False), ("FALLING", False)]


@pytest.mark.parametrize(
    ("last", "highest", "met"),
    [
        ((130, 90), None, True),
        ((131, 90), None, False),
        ((130, 91), None, False),
        ((140, 90), (141, 90), True),
        ((140, 90), (140, 95), False),
        ((141, 90), (140, 95), False),
        ((140, 92), (150, 93), True),
        ((140, 92), (150, 92), False),
        ((110, 70), (100, 60), True),
    ],
)
def test_pressure_falls_in_both_numbers_or_is_within_10_of_the_baseline(last, highest, met):
    """KAP-DIS-FALL, baseline 120/80: both sides of the 10 mmHg and of the highest."""
    reading = replace(LAST, systolic_mmhg=last[0], diastolic_mmhg=last[1])
    facts = replace(FACTS, last=reading, highest=highest)

    assert ("FALLING" not in codes(facts)) is met


def test_sentence_says_how_many_minutes_are_left():
    facts = replace(FACTS, may_leave_from=NOW + timedelta(minutes=24, seconds=10))

    assert "25 minutes left" in unmet(facts, WELL)[0].sentence


def test_every_criterion_names_its_source():
    assert all(one.source.startswith("KAP-DIS-") for one in criteria(FACTS, WELL))


def waiver(code, sentence, minutes=0):
    return Waiver(
        id=uuid4(), code=code, sentence=sentence, reason="Own baseline", by="Dr Ash", decided_at=NOW - MINUTE * minutes
    )


def stands(facts, answers=WELL, waivers=()):
    return {one.code: one.outcome for one in waived(criteria(facts, answers), waivers, facts) if one.outcome != "met"}


def test_critical_value_keeps_the_patient_and_nobody_waives_it():
    facts = replace(FACTS, critical=("Respiratory rate 6 is below 8: call.",))

    [standing] = unmet(facts, WELL)

    assert (standing.code, standing.may_waive) == ("CRITICAL", False)
    assert standing.sentence == "Respiratory rate 6 is below 8: call."


@pytest.mark.parametrize(
    ("change", "answers", "code", "may"),
    [
        ({"last": replace(LAST, systolic_mmhg=145)}, {}, "PRESSURE", True),
        ({"last": replace(LAST, systolic_mmhg=181), "alarms": frozenset({"pressure"})}, {}, "PRESSURE", False),
        ({"last": replace(LAST, systolic_mmhg=140), "highest": (140, 90)}, {}, "FALLING", True),
        (
            {"last": replace(LAST, systolic_mmhg=140), "highest": None, "alarms": frozenset({"pressure"})},
            {},
            "FALLING",
            False,
        ),
        ({"last": replace(LAST, spo2_pct=95)}, {}, "OXYGEN", True),
        ({"last": replace(LAST, spo2_pct=93), "alarms": frozenset({"spo2_pct"})}, {}, "OXYGEN", False),
        ({"last": replace(LAST, on_oxygen=True)}, {}, "OXYGEN", False),
        ({}, {"aldrete": (2, 2, 2, 1, 1)}, "ALDRETE", True),
        ({}, {"aldrete": (2, 2, 2, 2, 0)}, "ALDRETE", False),
        ({}, {"aldrete": (2, 2, 1, 1, 1)}, "ALDRETE", False),
        ({}, {"walks_unaided": False}, "WALKS", True),
        ({}, {"nausea_controlled": False}, "NAUSEA", True),
        ({"may_leave_from": NOW + MINUTE}, {}, "OBSERVATION", False),
        ({"last": replace(LAST, taken_at=NOW - 31 * MINUTE)}, {}, "LAST_READING", False),
        ({"last": replace(LAST, moaas=4)}, {}, "MOAAS", False),
        ({}, {"is_oriented": False}, "ORIENTED", False),
        ({}, {"dissociation_resolved": False}, "DISSOCIATION", False),
        ({}, {"no_suicidal_intent": False}, "SAFE", False),
        ({}, {"escort_present": False}, "ESCORT", False),
        ({}, {"instructions_given": False}, "INSTRUCTIONS", False),
    ],
)
def test_which_criteria_may_be_waived(change, answers, code, may):
    """KAP-DIS-WAIVE: each criterion, and both sides where it depends on the value."""
    facts, answers = replace(FACTS, **change), replace(WELL, **answers)
    [standing] = unmet(facts, answers)
    assert (standing.code, standing.may_waive) == (code, may)

    decided = [waiver(code, standing.sentence)]

    assert stands(facts, answers, decided) == {code: "waived" if may else "unmet"}


@pytest.mark.parametrize(("minutes", "outcome"), [(0, "waived"), (60, "waived"), (61, "unmet"), (-1, "unmet")])
def test_waiver_holds_for_an_hour(minutes, outcome):
    facts = replace(FACTS, last=replace(LAST, systolic_mmhg=145))
    [standing] = unmet(facts, WELL)

    assert stands(facts, waivers=[waiver("PRESSURE", standing.sentence, minutes)]) == {"PRESSURE": outcome}


def test_waiver_is_for_one_value_and_one_dose():
    facts = replace(FACTS, last=replace(LAST, systolic_mmhg=145))
    [standing] = unmet(facts, WELL)
    decided = [waiver("PRESSURE", standing.sentence, 5)]

    assert stands(replace(FACTS, last=replace(LAST, systolic_mmhg=146)), waivers=decided) == {"PRESSURE": "unmet"}
    assert stands(replace(facts, last_dose_at=NOW - 5 * MINUTE), waivers=decided) == {"PRESSURE": "waived"}
    assert stands(replace(facts, last_dose_at=NOW - 4 * MINUTE), waivers=decided) == {"PRESSURE": "unmet"}


def test_what_may_be_waived_now_names_the_asked_beforehand():
    assert [one.code for one in waivable(FACTS)] == ["ALDRETE", "WALKS", "NAUSEA"]
    high = replace(FACTS, last=replace(LAST, systolic_mmhg=145))
    assert [one.code for one in waivable(high)] == ["PRESSURE", "ALDRETE", "WALKS", "NAUSEA"]
