"""Every published vector, the plan behind the order form, and what happens to input that cannot be used."""

import io
import json
from decimal import Decimal as D
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing import calculator
from dosing.arithmetic import DoseInputError
from dosing.calculator import calculate, plan_dose
from dosing.limits import DEFAULTS, GeneralLimits

DATA = Path(__file__).resolve().parents[2] / "data" / "dosing_vectors.json"
VECTORS = json.loads(DATA.read_text(encoding="utf-8"))["vectors"]
WEIGHT_ERROR = "weight out of range 30-300 kg or missing; no dose computed"


def plan(route="IV", **facts):
    facts = {"first_session": False} | facts
    as_text = ("indication", "limits", "general_limits")
    return plan_dose(
        route=route,
        **{key: D(value) if isinstance(value, str) and key not in as_text else value for key, value in facts.items()},
    )


def codes(planned, severities=("hard", "soft")):
    return [finding.code for finding in planned.findings if finding.severity in severities]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector):
    assert calculate(vector["input"]) == vector["expect"]


def test_a_list_of_inputs_gives_a_list_of_answers():
    assert calculate([vector["input"] for vector in VECTORS]) == [vector["expect"] for vector in VECTORS]


def test_the_default_limits_are_those_of_the_vectors():
    stated = json.loads(DATA.read_text(encoding="utf-8"), parse_float=D, parse_int=D)["limits"]
    same_name = {
        "first_max",
        "soft_abs_mg",
        "hard_abs_mg",
        "booster_after_min",
        "device_mg",
        "device_gap_min",
        "observe_min",
    }
    names = {"soft_abs_mg": "soft_max_mg", "hard_abs_mg": "hard_max_mg", "max_step": "max_step_mg_per_kg",
             "soft_min_duration": "soft_min_duration_min", "hard_min_duration": "hard_min_duration_min",
             "soft_mg_per_kg": "soft_max_mg_per_kg", "hard_mg_per_kg": "hard_max_mg_per_kg",
             "allowed": "allowed_doses_mg", "allowed_with_reason": "allowed_with_reason_mg"}  # fmt: skip
    for route, limits in DEFAULTS.items():
        per_unit = {"soft_max": f"soft_max_{limits.unit.replace('/', '_per_')}",
                    "hard_max": f"hard_max_{limits.unit.replace('/', '_per_')}"}  # fmt: skip
        for key, value in stated[route].items():
            name = (names | per_unit).get(key, key if key in same_name else None)
            if name:
                expected = tuple(value) if isinstance(value, list) else value
                assert getattr(limits, name) == expected, (route, key)


MORE = [
    ({"route": "IV", "weight_kg": 63.7, "mg_per_kg": 0.5, "conc_mg_ml": 50, "duration_min": 10, "final_volume_ml": 100},
     {"dose_mg": 31.9, "draw_ml": 0.64, "drawn_mg": 32, "mg_per_min": 3.19, "mcg_kg_min": 50.08,
      "limits": ["HARD_RATE"]}),
    ({"route": "IV", "weight_kg": 70, "mg_per_kg": 0.6, "conc_mg_ml": 50, "duration_min": 40, "final_volume_ml": 100,
      "first_session": True}, {"limits": ["SOFT_FIRST"]}),
    ({"route": "IV", "weight_kg": 70, "mg_per_kg": 1.2, "conc_mg_ml": 50, "duration_min": 30, "final_volume_ml": 100,
      "first_session": True}, {"limits": ["SOFT", "SOFT_FIRST", "SOFT_RATE"]}),
    ({"route": "IV", "weight_kg": 70, "mg_per_kg": 0.5, "conc_mg_ml": 100, "duration_min": 40},
     {"limits": ["HARD_MUST_DILUTE"], "must_dilute": True, "pump_ml_h": None}),
    ({"route": "IV", "weight_kg": 70, "mg_per_kg": 0.5}, {"dose_mg": 35, "draw_ml": None, "limits": []}),
    ({"route": "SC", "weight_kg": 70, "mg_per_kg": 0.5, "conc_mg_ml": 50},
     {"dose_mg": 35, "draw_ml": 0.7, "limits": []}),
    ({"route": "IM", "weight_kg": 80, "mg_per_kg": 0.5, "booster_mg": 20, "booster_after_min": 9},
     {"limits": ["HARD_BOOSTER"]}),
    ({"route": "IM", "weight_lb": 180, "mg_per_kg": 0.5}, {"dose_mg": 40.8, "limits": []}),
    ({"route": "IN_RACEMIC", "dose_mg": 45, "conc_mg_ml": 100, "spray_ml": 0.1}, {"sprays": 5, "mg_per_spray": 10}),
    ({"route": "IN_RACEMIC", "dose_mg": 110}, {"limits": ["SOFT"]}),
    ({"route": "ESK", "dose_mg": 28, "indication": "TRD"},
     {"devices": 1, "device_offsets_min": [0], "hcl_mg": 32.3, "earliest_release_min_from_first_device": 120,
      "limits": ["SOFT"]}),
    ({"route": "ESK", "dose_mg": 84, "indication": "MDSI", "first_session": True}, {"limits": []}),
    ({"route": "ESK", "dose_mg": 100}, {"devices": None, "limits": ["HARD_NOT_A_PRODUCT_DOSE"]}),
    ({"route": "ESK", "dose_mg": 84.04}, {"devices": None, "limits": ["HARD_NOT_A_PRODUCT_DOSE"]}),
    ({"route": "PO", "dose_mg": 400, "weight_kg": 70}, {"limits": ["SOFT"]}),
    ({"route": "PO", "mg_per_kg": 2, "weight_kg": 70}, {"dose_mg": 140, "limits": []}),
    ({"route": "IV", "weight_kg": 70, "mg_per_kg": 0.8, "duration_min": 40, "previous_mg_per_kg": 0.5,
      "hours_since_last_dose": 30, "weight_age_days": 31, "previous_weight_kg": 80},
     {"limits": ["SOFT_STEP", "SOFT_INTERVAL", "SOFT_WEIGHT_AGE", "SOFT_WEIGHT_CHANGE"]}),
    ({"dose_mg": 41.2, "drawn_mg": 41, "planned_min": 40, "actual_min": 40}, {"delivered_mg": 41, "waste_mg": 0}),
    ({"open_ml": 10, "moves_ml": [-0.7]}, {"expected_ml": 9.3}),
    ({"weight_kg": 75, "previous_weight_kg": 70}, {"warning": None, "ratio": 1.07}),
    ({"weight_kg": 70, "mg_per_kg": 0.5}, {"dose_mg": 35}),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), MORE)
def test_other_questions(data, expected):
    answer = calculate(data)
    assert {key: answer.get(key, "absent") for key in expected} == expected


IV = {"route": "IV", "weight_kg": 70, "mg_per_kg": 0.5, "duration_min": 40}
REFUSED = [
    (None, "give an object"),
    ([[]], "give an object"),
    ({}, "cannot tell what to calculate"),
    ({"colour": "blue"}, "cannot tell what to calculate"),
    ({**IV, "route": "XX"}, "unknown route 'XX'; use IV, IM, SC, IN_RACEMIC, ESK, SL, PO"),
    ({**IV, "route": "iv"}, "unknown route 'iv'"),
    ({**IV, "route": ["IV"]}, "unknown route; use"),
    ({**IV, "route": None}, "route is missing"),
    ({**IV, "mg_per_kg": "0.5"}, "mg_per_kg must be a number"),
    ({**IV, "mg_per_kg": True}, "mg_per_kg must be a number"),
    ({**IV, "mg_per_kg": float("nan")}, "mg_per_kg must be a number"),
    ({**IV, "mg_per_kg": float("inf")}, "mg_per_kg must be a number"),
    ({**IV, "mg_per_kg": D("sNaN")}, "mg_per_kg must be a number"),
    ({**IV, "mg_per_kg": -0.5}, "mg_per_kg must not be negative"),
    ({**IV, "mg_per_kg": 0}, "mg_per_kg must be above 0"),
    ({**IV, "mg_per_kg": 1e300}, "mg_per_kg is outside"),
    ({**IV, "mg_per_kg": 1e-300}, "mg_per_kg is outside"),
    ({**IV, "mg_per_kg": 0.0002}, "rounds to 0.0 mg"),
    ({**IV, "mg_per_kg": None}, "either in mg/kg or in mg"),
    ({**IV, "dose_mg": 35}, "either in mg/kg or in mg"),
    ({**IV, "conc_mg_ml": 0}, "concentration_mg_per_ml must be above 0"),
    ({**IV, "duration_min": 0}, "duration_min must be above 0"),
    ({**IV, "first_session": "yes"}, "first_session must be true or false"),
    ({**IV, "indication": "XYZ"}, "unknown indication 'XYZ'"),
    ({**IV, "weight_lb": 150}, "give weight_kg or weight_lb, not both"),
    ({"route": "ESK", "mg_per_kg": 1, "weight_kg": 70}, "ordered in mg"),
    ({"route": "ESK", "dose_mg": -56}, "dose_mg must not be negative"),
    ({"route": "IN_RACEMIC", "dose_mg": 50, "spray_ml": 0.1}, "enter the concentration"),
    ({"route": "IN_RACEMIC", "dose_mg": 4, "conc_mg_ml": 100, "spray_ml": 0.1}, "less than half of one unit of 10 mg"),
    ({"weight_kg": 70}, "mg_per_kg is missing"),
    ({"weight_kg": 70, "mg_per_kg": 0.0001}, "rounds to 0.0 mg"),
    ({"dose_mg": 35, "planned_min": 40}, "actual_min is missing"),
    ({"dose_mg": 35, "planned_min": 0, "actual_min": 0}, "planned_min must be above 0"),
    ({"open_ml": 10}, "moves_ml must be a list"),
    ({"open_ml": 10, "moves_ml": [-11]}, "more was taken out"),
    ({"open_ml": 10, "moves_ml": ["x"]}, "moves_ml must be a number"),
    ({"open_ml": 10, "moves_ml": [], "measured_ml": 10}, "conc_mg_ml is missing"),
    ({"sex": "x", "height_cm": 160, "weight_kg": 70, "mg_per_kg": 0.5}, "unknown sex 'x'; use male, female"),
    ({"sex": ["male"], "height_cm": 160, "weight_kg": 70, "mg_per_kg": 0.5}, "unknown sex"),
    ({"height_cm": 160, "weight_kg": 70, "mg_per_kg": 0.5}, "sex must be male or female"),
    ({"sex": "male", "height_cm": 60, "weight_kg": 70, "mg_per_kg": 0.5}, "between 120 and 230"),
    ({"iv_mg": 35, "route": "IM", "F": 0}, "above 0"),
    ({"iv_mg": 35, "route": "XX", "F": 0.5}, "unknown route"),
    ({"weight_kg": 70, "previous_weight_kg": 0}, "previous_weight_kg must be above 0"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "sentence"), REFUSED)
def test_input_that_cannot_be_used_gives_an_error(data, sentence):
    answer = calculate(data)
    (answer,) = answer if isinstance(answer, list) else [answer]
    assert list(answer) == ["error"]
    assert sentence in answer["error"]


@pytest.mark.parametrize("weight", [0, -5, None, 700, 29.99, 300.01, "70", float("nan"), True, [70]])
@pytest.mark.parametrize(
    "rest", [{"mg_per_kg": 0.5}, {"route": "IV", "mg_per_kg": 0.5}, {"route": "SL", "dose_mg": 100}]
)
def test_no_dose_is_computed_on_an_impossible_weight(weight, rest):
    assert calculate({"weight_kg": weight, **rest}) == {"error": WEIGHT_ERROR}


@pytest.mark.parametrize(
    "data", [{"mg_per_kg": 0.5}, {"route": "IV", "mg_per_kg": 0.5}, {"route": "IM", "dose_mg": 50}]
)
def test_a_missing_weight_is_an_impossible_weight(data):
    assert calculate(data) == {"error": WEIGHT_ERROR}


@pytest.mark.parametrize("weight", [30, 300])
def test_the_ends_of_the_weight_range_are_allowed(weight):
    assert calculate({"weight_kg": weight, "mg_per_kg": 0.5}) == {"dose_mg": weight / 2}


odd_decimals = [D(text) for text in ("NaN", "sNaN", "-Infinity", "1E-999999", "1E+999999", "0.05", "-0")]
json_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(odd_decimals)
)
json_values = json_scalars | st.lists(json_scalars, max_size=3)
known_keys = sorted({key for vector in VECTORS for key in vector["input"]} | set(calculator.SAME_NAME))


@given(st.dictionaries(st.sampled_from(known_keys), json_values, max_size=8), st.sampled_from([None, *DEFAULTS]))
def test_nothing_makes_it_raise_and_the_answer_is_always_json(data, route):
    json.dumps(calculate(data | ({"route": route} if route else {})), allow_nan=False)


@given(
    st.sampled_from([vector["input"] for vector in VECTORS]),
    st.sampled_from(known_keys),
    st.floats() | st.sampled_from([0, -1, 1e-4, 1e6, None, "x"]),
)
def test_no_single_wrong_value_makes_it_raise(data, key, value):
    json.dumps(calculate(data | {key: value}), allow_nan=False)


def test_plan_shows_every_step_of_the_working():
    planned = plan(
        weight_kg="70", mg_per_kg="0.5", concentration_mg_per_ml="50", final_volume_ml="100", duration_min=40
    )
    assert planned.working == (
        "70.0 kg × 0.5 mg/kg = 35.0 mg",
        "35.0 mg ÷ 50 mg/mL = 0.70 mL (holds 35 mg)",
        "35.0 mg ÷ 100 mL = 0.35 mg/mL in the bag",
        "100 mL × 60 ÷ 40 min = 150.0 mL/h",
        "35.0 mg ÷ 40 min = 0.875 mg/min",
        "35.0 mg × 1000 ÷ 70.0 kg ÷ 40 min = 12.5 mcg/kg/min",
    )
    assert planned.findings == ()
    assert not planned.is_blocked
    assert not planned.needs_reason


def test_plan_shows_where_it_rounded():
    assert plan("IM", weight_kg="81.65", mg_per_kg="0.5").working == (
        "81.65 kg × 0.5 mg/kg = 40.825 mg, rounded to 40.8 mg",
    )
    assert plan("IM", weight_kg="80", fixed_mg="40").working == ("ordered 40.0 mg",)


def test_plan_adds_the_booster():
    planned = plan("IM", weight_kg="80", mg_per_kg="0.75", booster_mg="30", booster_after_min=12)
    assert (planned.cumulative_mg, planned.cumulative_mg_per_kg) == (D(90), D("1.125"))
    assert planned.working[-1] == "60.0 mg + 30 mg booster = 90 mg (1.125 mg/kg)"
    assert planned.pump_ml_h is None
    assert planned.mg_per_min is None


def test_plan_of_troches_gives_whole_ones_and_checks_what_is_given():
    planned = plan("SL", weight_kg="68", mg_per_kg="5", unit_dose_mg="50")
    assert (planned.raw_mg, planned.dose_mg, planned.units) == (D(340), D(350), 7)
    assert codes(planned, ["info"]) == ["DOSE_ROUNDED_TO_UNIT"]
    assert planned.working[-1] == "340 mg is nearest to 7 × 50 mg per unit = 350 mg"
    rounded_up_over_the_limit = plan("SL", weight_kg="74", mg_per_kg="6", unit_dose_mg="100", first_session=True)
    assert codes(rounded_up_over_the_limit) == ["DOSE_ABOVE_FIRST_SESSION"]
    assert "DOSE_ABOVE_SOFT_MG_PER_KG" in codes(plan("SL", weight_kg="55", mg_per_kg="5.9", unit_dose_mg="200"))


def test_plan_of_sprays():
    planned = plan("IN_RACEMIC", fixed_mg="50", concentration_mg_per_ml="100", spray_ml="0.1")
    assert (planned.sprays, planned.mg_per_spray, planned.draw_ml) == (5, D(10), None)
    assert planned.findings == ()
    odd = plan("IN_RACEMIC", fixed_mg="45", concentration_mg_per_ml="100", spray_ml="0.1")
    assert (odd.raw_mg, odd.dose_mg, odd.sprays) == (D(45), D(50), 5)


def test_plan_of_esketamine():
    planned = plan("ESK", fixed_mg=84, indication="MDSI", first_session=True)
    assert (planned.devices, planned.device_offsets_min, planned.earliest_release_min) == (3, (0, 5, 10), 130)
    assert planned.hcl_mg == D("96.9")
    assert planned.working == (
        "ordered 84 mg",
        "84 mg ÷ 28 mg = 3 devices (96.9 mg hydrochloride)",
        "last device at 10 min + 120 min = 130 min",
    )
    assert planned.findings == ()


@pytest.mark.parametrize("weight", ["0", "-5", "29.99", "300.01", "700"])
def test_plan_has_no_numbers_for_an_impossible_weight(weight):
    planned = plan(weight_kg=weight, mg_per_kg="0.5", duration_min=40)
    assert codes(planned) == ["WEIGHT_OUT_OF_RANGE"]
    assert planned.is_blocked
    assert (planned.dose_mg, planned.working) == (None, ())


def test_plan_without_a_weight():
    assert codes(plan(mg_per_kg="0.5", duration_min=40)) == ["WEIGHT_MISSING"]
    fixed = plan("IM", fixed_mg="50")
    assert (codes(fixed), fixed.dose_mg, fixed.cumulative_mg_per_kg) == (["WEIGHT_MISSING"], D(50), None)
    assert codes(plan("ESK", fixed_mg=56)) == []


def test_plan_of_an_infusion_needs_its_time():
    assert codes(plan(weight_kg="70", mg_per_kg="0.5")) == ["DURATION_MISSING"]


def test_plan_says_when_a_strong_vial_must_be_diluted():
    facts = {"weight_kg": "100", "mg_per_kg": "0.75", "concentration_mg_per_ml": "100", "duration_min": 40}
    assert codes(plan(**facts)) == ["MUST_DILUTE"]
    assert codes(plan(**facts, final_volume_ml="1.49")) == ["MUST_DILUTE"]
    enough = plan(**facts, final_volume_ml="1.50")
    assert codes(enough) == []
    assert enough.must_dilute


def test_plan_tells_blocked_from_needing_a_reason():
    soft = plan(weight_kg="140", mg_per_kg="0.8", duration_min=40)
    assert (soft.is_blocked, soft.needs_reason) == (False, True)
    hard = plan("IM", weight_kg="55", mg_per_kg="2.1")
    assert (hard.is_blocked, hard.needs_reason) == (True, False)


def test_plan_of_an_injection_is_never_rounded_to_units():
    planned = plan("IM", weight_kg="70", mg_per_kg="0.5", unit_dose_mg="50")
    assert (planned.dose_mg, planned.units) == (D(35), None)


def test_plan_uses_the_limits_it_is_given():
    general = GeneralLimits(min_weight_kg=D(40))
    assert codes(plan(weight_kg="39", mg_per_kg="0.5", duration_min=40, general_limits=general)) == [
        "WEIGHT_OUT_OF_RANGE"
    ]
    with pytest.raises(DoseInputError, match="limits are for IM"):
        plan(weight_kg="70", mg_per_kg="0.5", limits=DEFAULTS["IM"])


def test_plan_refuses_what_is_not_an_order():
    with pytest.raises(DoseInputError, match="unknown route"):
        plan("XX", fixed_mg="1")
    with pytest.raises(TypeError, match="mg_per_kg must be a Decimal"):
        plan(weight_kg="70", mg_per_kg=0.5)
    with pytest.raises(TypeError):
        plan(weight_kg="70", mg_per_kg="0.5", doze=1)


@given(st.decimals("30", "300", places=2), st.decimals("0.05", "3", places=2), st.sampled_from([10, 50, 100]))
def test_plan_draws_what_was_ordered_within_the_syringe_marks(weight, per_kg, concentration):
    planned = plan("IM", weight_kg=weight, mg_per_kg=per_kg, concentration_mg_per_ml=concentration)
    assert abs(planned.drawn_mg - planned.dose_mg) <= D("0.005") * concentration
    assert planned.cumulative_mg == planned.dose_mg


@given(st.decimals("30", "300", places=2))
def test_plan_of_the_standard_infusion_is_12_5(weight):
    planned = plan(weight_kg=weight, mg_per_kg="0.5", duration_min=40)
    assert abs(planned.mcg_kg_min - D("12.5")) <= D("0.05") * 1000 / weight / 40 + D("0.005")


@given(st.decimals("30", "300", places=2), st.tuples(*[st.decimals("0.1", "6", places=2)] * 2))
def test_plan_of_a_larger_dose_is_never_milder(weight, pair):
    rank = {"hard": 2, "soft": 1, "info": 0}
    worst = [
        max(
            (rank[f.severity] for f in plan(weight_kg=weight, mg_per_kg=per_kg, concentration_mg_per_ml=100,
                                            final_volume_ml="5", duration_min=40).findings),
            default=0,
        )
        for per_kg in sorted(pair)
    ]  # fmt: skip
    assert worst[0] <= worst[1]


def run_command(text, tmp_path, monkeypatch, from_stdin=False):
    management = pytest.importorskip("django.core.management")
    from dosing.management.commands.calculate_dose import Command

    output = io.StringIO()
    if from_stdin:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        management.call_command(Command(), "-", stdout=output)
    else:
        path = tmp_path / "input.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        management.call_command(Command(), str(path), stdout=output)
    return json.loads(output.getvalue())


D14 = {"weight_lb": 180, "mg_per_kg": 0.5}
ANSWER = {"weight_kg": 81.65, "dose_mg": 40.8}


@pytest.mark.parametrize(
    ("question", "answer"),
    [(D14, ANSWER), ([D14], [ANSWER]), ({"input": D14}, ANSWER), ([{"input": D14, "id": "x"}, D14], [ANSWER, ANSWER]),
     ([3], [{"error": "give an object of named numbers"}]), ([], [])],
)  # fmt: skip
@pytest.mark.parametrize("from_stdin", [False, True])
def test_command_answers_in_the_shape_it_was_asked(question, answer, from_stdin, tmp_path, monkeypatch):
    assert run_command(json.dumps(question), tmp_path, monkeypatch, from_stdin) == answer


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999999999999999999999", "1e-999999999", "9" * 400])
def test_command_answers_a_number_of_no_use_with_an_error(number, tmp_path, monkeypatch):
    answer = run_command(f'{{"route": "ESK", "dose_mg": {number}}}', tmp_path, monkeypatch)
    assert list(answer) == ["error"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", r"is not valid JSON: .*\(line 1\)"),
        ("", "is not valid JSON"),
        ("3", "must hold an object or a list"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        ("[" * 100_000, "too large to read"),
        ("9" * 5000, "too large to read"),
    ],
)
def test_command_says_what_is_wrong_with_the_file(text, sentence, tmp_path, monkeypatch):
    error = pytest.importorskip("django.core.management.base").CommandError
    with pytest.raises(error, match=sentence):
        run_command(text, tmp_path, monkeypatch)


def test_command_says_when_the_file_is_not_there(tmp_path):
    management = pytest.importorskip("django.core.management")
    from dosing.management.commands.calculate_dose import Command

    with pytest.raises(management.CommandError, match="Cannot read"):
        management.call_command(Command(), str(tmp_path / "missing.json"))
