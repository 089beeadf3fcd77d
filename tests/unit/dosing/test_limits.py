"""Both sides of every limit, as truth tables, and what the sentences say."""

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing import limit_values
from dosing.arithmetic import DoseInputError
from dosing.limits import (
    DEFAULTS,
    GENERAL,
    GeneralLimits,
    ProposedDose,
    check_dose,
    check_weight,
    is_usable_weight,
    must_dilute,
    show,
)

MINUTES = {"IV": D(40)}


def proposed(route, dose_mg, weight_kg="70", **facts):
    facts = {"first_session": False, "duration_min": MINUTES.get(route)} | facts
    weight = None if weight_kg is None else D(weight_kg)
    decimals = {
        key: D(value) if isinstance(value, str) and key != "indication" else value for key, value in facts.items()
    }
    return ProposedDose(route=route, dose_mg=D(dose_mg), weight_kg=weight, **decimals)


def codes(dose, limits=None, general=GENERAL):
    """Codes of the hard and soft findings; 'info' never changes what may be done."""
    return [f.code for f in check_dose(dose, limits, general) if f.severity != "info"]


def info_codes(dose):
    return [f.code for f in check_dose(dose) if f.severity == "info"]


def only(dose, code):
    (found,) = [f for f in check_dose(dose) if f.code == code]
    return found


# Weight 60 kg keeps the mg limits out of the way, 140 kg the mg/kg limits.
PER_KG = [
    ("IV", "60", "60", []),
    ("IV", "60.1", "60", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("IV", "90", "45", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("IV", "90.1", "45", ["DOSE_ABOVE_HARD_MG_PER_KG"]),
    ("IM", "90", "60", []),
    ("IM", "90.1", "60", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("IM", "120", "60", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("IM", "120.1", "60", ["DOSE_ABOVE_HARD_MG_PER_KG"]),
    ("SC", "54", "60", []),
    ("SC", "54.1", "60", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("SC", "90", "60", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("SC", "90.1", "60", ["DOSE_ABOVE_HARD_MG_PER_KG"]),
    ("SL", "360", "60", []),
    ("SL", "360.1", "60", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("SL", "400", "50", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("SL", "400.1", "50", ["DOSE_ABOVE_HARD_MG_PER_KG"]),
    ("PO", "180", "60", []),
    ("PO", "180.1", "60", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("PO", "280", "40", ["DOSE_ABOVE_SOFT_MG_PER_KG"]),
    ("PO", "280.1", "40", ["DOSE_ABOVE_HARD_MG_PER_KG"]),
]


@pytest.mark.parametrize(("route", "dose", "weight", "expected"), PER_KG)
def test_dose_per_kg(route, dose, weight, expected):
    assert codes(proposed(route, dose, weight)) == expected


ABSOLUTE = [
    ("IV", "100", []),
    ("IV", "100.1", ["DOSE_ABOVE_SOFT_MG"]),
    ("IV", "200", ["DOSE_ABOVE_SOFT_MG"]),
    ("IV", "200.1", ["DOSE_ABOVE_HARD_MG"]),
    ("IM", "125", []),
    ("IM", "125.1", ["DOSE_ABOVE_SOFT_MG"]),
    ("IM", "200", ["DOSE_ABOVE_SOFT_MG"]),
    ("IM", "200.1", ["DOSE_ABOVE_HARD_MG"]),
    ("SC", "100", []),
    ("SC", "100.1", ["DOSE_ABOVE_SOFT_MG"]),
    ("SC", "150", ["DOSE_ABOVE_SOFT_MG"]),
    ("SC", "150.1", ["DOSE_ABOVE_HARD_MG"]),
    ("IN_RACEMIC", "100", []),
    ("IN_RACEMIC", "100.1", ["DOSE_ABOVE_SOFT_MG"]),
    ("IN_RACEMIC", "200", ["DOSE_ABOVE_SOFT_MG"]),
    ("IN_RACEMIC", "200.1", ["DOSE_ABOVE_HARD_MG"]),
    ("SL", "450", []),
    ("SL", "450.1", ["DOSE_ABOVE_SOFT_MG"]),
    ("SL", "600", ["DOSE_ABOVE_SOFT_MG"]),
    ("SL", "600.1", ["DOSE_ABOVE_HARD_MG"]),
    ("PO", "300", []),
    ("PO", "300.1", ["DOSE_ABOVE_SOFT_MG"]),
    ("PO", "600", ["DOSE_ABOVE_SOFT_MG"]),
    ("PO", "600.1", ["DOSE_ABOVE_HARD_MG"]),
]


@pytest.mark.parametrize(("route", "dose", "expected"), ABSOLUTE)
def test_dose_in_mg(route, dose, expected):
    assert codes(proposed(route, dose, "250")) == expected


FIRST = [
    ("IV", "30", "60", None, []),
    ("IV", "30.1", "60", None, ["DOSE_ABOVE_FIRST_SESSION"]),
    ("IM", "45", "60", None, []),
    ("IM", "45.1", "60", None, ["DOSE_ABOVE_FIRST_SESSION"]),
    ("SC", "30", "60", None, []),
    ("SC", "30.1", "60", None, ["DOSE_ABOVE_FIRST_SESSION"]),
    ("IN_RACEMIC", "50", None, None, []),
    ("IN_RACEMIC", "50.1", None, None, ["DOSE_ABOVE_FIRST_SESSION"]),
    ("SL", "300", "70", None, []),
    ("SL", "300.1", "70", None, ["DOSE_ABOVE_FIRST_SESSION"]),
    ("PO", "100", "70", None, []),
    ("PO", "100.1", "70", None, ["DOSE_ABOVE_FIRST_SESSION"]),
    ("ESK", "56", None, "TRD", []),
    ("ESK", "84", None, "TRD", ["DOSE_ABOVE_FIRST_SESSION"]),
    ("ESK", "84", None, "MDSI", []),
    ("ESK", "84", None, None, ["DOSE_ABOVE_FIRST_SESSION"]),
    ("ESK", "84", None, "MDD", ["DOSE_ABOVE_FIRST_SESSION"]),
]


@pytest.mark.parametrize(("route", "dose", "weight", "indication", "expected"), FIRST)
def test_first_session_maximum(route, dose, weight, indication, expected):
    dose = proposed(route, dose, weight, first_session=True, indication=indication)
    assert codes(dose) == expected
    assert codes(replace(dose, first_session=False)) == []


@pytest.mark.parametrize(
    ("dose", "expected"),
    [
        ("28", ["DEVICE_DOSE_NEEDS_REASON"]),
        ("56", []),
        ("84", []),
        ("70", ["NOT_A_DEVICE_DOSE"]),
        ("84.04", ["DOSE_ABOVE_HARD_MG", "NOT_A_DEVICE_DOSE"]),
        ("112", ["DOSE_ABOVE_HARD_MG", "DEVICE_DOSE_NOT_ALLOWED"]),
    ],
)
def test_esketamine_comes_in_product_doses(dose, expected):
    assert codes(proposed("ESK", dose, None)) == expected


def test_a_booster_counts_towards_every_dose_limit():
    assert codes(proposed("IM", "60", "80", booster_mg="60", booster_after_min="12")) == []
    above = proposed("IM", "60", "80", booster_mg="60.1", booster_after_min="12")
    assert codes(above) == ["DOSE_ABOVE_SOFT_MG_PER_KG"]
    assert codes(proposed("IM", "120", "80", booster_mg="90", booster_after_min="12")) == [
        "DOSE_ABOVE_HARD_MG_PER_KG",
        "DOSE_ABOVE_HARD_MG",
    ]
    assert codes(proposed("SC", "50", "140", booster_mg="60")) == ["DOSE_ABOVE_SOFT_MG"]
    first = proposed("IM", "45", "60", booster_mg="20", booster_after_min="12", first_session=True)
    assert codes(first) == ["DOSE_ABOVE_FIRST_SESSION"]


@pytest.mark.parametrize(
    ("minutes", "expected"), [("9", ["BOOSTER_TOO_EARLY"]), ("10", []), ("12", []), (None, ["BOOSTER_TIME_MISSING"])]
)
def test_booster_time(minutes, expected):
    assert codes(proposed("IM", "40", "80", booster_mg="20", booster_after_min=minutes)) == expected
    assert codes(proposed("IM", "40", "80", booster_mg="0", booster_after_min=minutes)) == []


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ("14.9", ["DURATION_BELOW_HARD"]),
        ("15", ["DURATION_BELOW_SOFT"]),
        ("39.9", ["DURATION_BELOW_SOFT"]),
        ("40", []),
        (None, ["DURATION_MISSING"]),
    ],
)
def test_infusion_time(minutes, expected):
    assert codes(proposed("IV", "35", duration_min=minutes)) == expected
    assert codes(proposed("SC", "35", duration_min=minutes)) == []


@pytest.mark.parametrize(("dose", "expected"), [("52.5", []), ("52.6", ["STEP_TOO_LARGE"]), ("35", []), ("20", [])])
def test_step_up_from_the_previous_dose(dose, expected):
    assert codes(proposed("IV", dose, "70", previous_mg_per_kg="0.5")) == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [("23.9", ["INTERVAL_BELOW_HARD"]), ("24", ["INTERVAL_BELOW_SOFT"]), ("47.9", ["INTERVAL_BELOW_SOFT"]), ("48", [])],
)
@pytest.mark.parametrize(("route", "dose"), [("IV", "35"), ("ESK", "56"), ("SL", "200")])
def test_hours_since_the_last_dose(route, dose, hours, expected):
    assert codes(proposed(route, dose, hours_since_last_dose=hours)) == expected


@pytest.mark.parametrize(
    ("weight", "expected"),
    [("0", False), ("-5", False), ("29.99", False), ("30", True), ("300", True), ("300.01", False), ("700", False)],
)
def test_weight_range(weight, expected):
    assert is_usable_weight(D(weight)) is expected
    found = [f.code for f in check_weight(weight_kg=D(weight))]
    assert found == ([] if expected else ["WEIGHT_OUT_OF_RANGE"])


def test_only_the_weight_is_reported_when_it_is_impossible():
    assert codes(proposed("IV", "500", "700", duration_min="1")) == ["WEIGHT_OUT_OF_RANGE"]


@pytest.mark.parametrize("route", ["IV", "IM", "SC", "SL", "PO"])
def test_a_route_with_limits_per_kg_needs_a_weight(route):
    assert "WEIGHT_MISSING" in codes(proposed(route, "50", None))


@pytest.mark.parametrize(("days", "expected"), [(0, []), (30, []), (31, ["WEIGHT_OLD"])])
def test_age_of_the_weight(days, expected):
    assert codes(proposed("IV", "35", weight_age_days=days)) == expected


@pytest.mark.parametrize(
    ("weight", "previous", "is_changed"),
    [("77", "70", False), ("77.01", "70", True), ("63", "70", False), ("62.99", "70", True), ("154", "70", True)],
)
def test_change_of_weight(weight, previous, is_changed):
    found = [f.code for f in check_weight(weight_kg=D(weight), previous_weight_kg=D(previous))]
    assert found == (["WEIGHT_CHANGED"] if is_changed else [])


def test_a_weight_2_2_times_the_last_one_points_at_pounds():
    (found,) = check_weight(weight_kg=D(154), previous_weight_kg=D(70))
    assert found.sentence == (
        "154 kg is 2.20 times the previous 70 kg, a change of 120.0% (more than 10%). "
        "Confirm the unit: this looks like pounds entered as kilograms (1 kg = 2.2 lb)."
    )
    (found,) = check_weight(weight_kg=D(70), previous_weight_kg=D(154))
    assert "the previous weight may have been pounds" in found.sentence
    (found,) = check_weight(weight_kg=D(80), previous_weight_kg=D(70))
    assert found.sentence.endswith("Confirm the unit.")


@pytest.mark.parametrize(
    ("route", "concentration", "final", "expected"),
    [
        ("IV", "99.9", None, []),
        ("IV", "100", None, ["MUST_DILUTE"]),
        ("IV", "100", "1.39", ["MUST_DILUTE"]),
        ("IV", "100", "1.40", []),
        ("IV", "100", "100", []),
        ("IV", "150", None, ["MUST_DILUTE"]),
        ("IV", "50", "0.69", ["FINAL_VOLUME_TOO_SMALL"]),
        ("IV", "50", "0.70", []),
        ("IM", "100", None, []),
    ],
)
def test_strong_vials_are_diluted_before_they_go_iv(route, concentration, final, expected):
    dose = proposed(route, "70", concentration_mg_per_ml=concentration, draw_ml="0.70", final_volume_ml=final)
    assert codes(dose) == expected


@pytest.mark.parametrize(
    ("weight", "hint"),
    [("75.9", ""), ("76", "entered as kilograms"), ("100", "entered as kilograms"), ("100.1", "")],
)
def test_the_pounds_hint_is_for_ratios_near_2_2(weight, hint):
    (found,) = check_weight(weight_kg=D(weight), previous_weight_kg=D(40))
    assert ("this looks like" in found.sentence) is bool(hint)
    assert hint in found.sentence


@pytest.mark.parametrize(("weight", "is_hinted"), [("39.9", False), ("40", True), ("53", True), ("53.1", False)])
def test_the_hint_the_other_way_is_for_ratios_near_0_45(weight, is_hinted):
    (found,) = check_weight(weight_kg=D(weight), previous_weight_kg=D(100))
    assert ("converted twice" in found.sentence) is is_hinted


def test_must_dilute_needs_route_and_strength():
    assert must_dilute("IV", D(100))
    assert not must_dilute("IV", D("99.9"))
    assert not must_dilute("IM", D(100))
    assert not must_dilute("IV", None)


@pytest.mark.parametrize(("draw", "expected"), [("0.00", ["DRAW_TOO_SMALL"]), ("0.01", [])])
def test_an_amount_too_small_to_draw(draw, expected):
    assert codes(proposed("IM", "0.2", concentration_mg_per_ml="50", draw_ml=draw)) == expected


@pytest.mark.parametrize(
    ("route", "dose", "weight", "where"),
    [
        ("IV", "70", "70", None),
        ("IV", "70.1", "70", "inside"),
        ("IV", "315", "70", "inside"),
        ("IV", "315.1", "70", "above"),
        ("IM", "140", "70", None),
        ("IM", "140.1", "70", "between the hard limit and"),
        ("IM", "454.9", "70", "between the hard limit and"),
        ("IM", "455", "70", "inside"),
        ("IM", "910", "70", "inside"),
        ("IM", "910.1", "70", "above"),
        ("SC", "500", "70", None),
    ],
)
def test_a_dose_near_the_anaesthetic_range_says_so(route, dose, weight, where):
    found = [f for f in check_dose(proposed(route, dose, weight)) if f.code == "ANAESTHETIC_RANGE"]
    assert [f"is {where} the range for general anaesthesia" in f.sentence for f in found] == ([True] if where else [])


@pytest.mark.parametrize(
    ("route", "dose", "expected"),
    [
        ("IV", "34.9", ["DOSE_BELOW_USUAL"]),
        ("IV", "35", []),
        ("IN_RACEMIC", "29.9", ["DOSE_BELOW_USUAL"]),
        ("IN_RACEMIC", "30", []),
        ("IN_RACEMIC", "90", []),
        ("IN_RACEMIC", "90.1", ["DOSE_ABOVE_USUAL"]),
    ],
)
def test_outside_the_usual_range_informs_only(route, dose, expected):
    assert info_codes(proposed(route, dose)) == expected


def test_the_sentence_says_the_numbers():
    dose = proposed("IV", "112.0", "140", mg_per_kg="0.8")
    found = only(dose, "DOSE_ABOVE_SOFT_MG")
    assert found.sentence == "0.8 mg/kg × 140 kg = 112.0 mg is above the soft limit of 100 mg for IV."
    assert (found.severity, found.source) == ("soft", "KAP-LIM-IV")
    dose = proposed("IM", "120.0", "80", mg_per_kg="1.5", booster_mg="90", booster_after_min="12")
    assert only(dose, "DOSE_ABOVE_HARD_MG_PER_KG").sentence == (
        "1.5 mg/kg × 80 kg = 120.0 mg, plus booster 90 mg = 210 mg, which is 2.625 mg/kg, "
        "above the hard limit of 2 mg/kg for IM."
    )


def test_the_sentences_about_step_and_dilution_say_the_numbers():
    step = only(proposed("IV", "56", "70", previous_mg_per_kg="0.5"), "STEP_TOO_LARGE")
    assert step.sentence == ("0.8 mg/kg is 0.3 mg/kg more than the previous 0.5 mg/kg; the largest step is 0.25 mg/kg.")
    dose = proposed("IV", "70", "140", concentration_mg_per_ml="100", draw_ml="0.70", final_volume_ml="1.39")
    assert only(dose, "MUST_DILUTE").sentence == (
        "100 mg/mL must never go IV undiluted; 0.7 mL needs at least 1.4 mL in all, not 1.39 mL."
    )


def test_all_findings_come_at_once_most_severe_first():
    dose = proposed(
        "IV", "119.0", "70", mg_per_kg="1.7", duration_min="14", concentration_mg_per_ml="100", draw_ml="1.19",
        first_session=True, previous_mg_per_kg="0.5", hours_since_last_dose="20", weight_age_days=31,
        previous_weight_kg="154",
    )  # fmt: skip
    assert [f.severity for f in check_dose(dose)] == ["hard"] * 3 + ["soft"] * 6 + ["info"] * 2
    assert set(codes(dose)) == {
        "DURATION_BELOW_HARD", "MUST_DILUTE", "INTERVAL_BELOW_HARD", "WEIGHT_OLD", "WEIGHT_CHANGED",
        "DOSE_ABOVE_SOFT_MG_PER_KG", "DOSE_ABOVE_SOFT_MG", "DOSE_ABOVE_FIRST_SESSION", "STEP_TOO_LARGE",
    }  # fmt: skip


def test_every_finding_names_its_source_and_is_one_sentence():
    for route in DEFAULTS:
        for finding in check_dose(proposed(route, "1000", "80", first_session=True, hours_since_last_dose="1")):
            assert finding.source.startswith("KAP-")
            assert finding.sentence.endswith(".")
            assert not finding.sentence.endswith("..")


def test_a_practice_has_its_own_limits():
    cautious = replace(DEFAULTS["IV"], soft_max_mg=D(80), source="PRACTICE-7")
    (found,) = [f for f in check_dose(proposed("IV", "81", "140"), cautious) if f.severity == "soft"]
    assert (found.code, found.source) == ("DOSE_ABOVE_SOFT_MG", "PRACTICE-7")
    assert (
        codes(proposed("IV", "35", hours_since_last_dose="30"), None, GeneralLimits(soft_min_hours_between=D(30))) == []
    )
    only_56 = replace(DEFAULTS["ESK"], allowed_doses_mg=(D(56),))
    assert codes(proposed("ESK", "84", None), only_56) == ["DEVICE_DOSE_NOT_ALLOWED"]


def test_limits_that_are_not_set_find_nothing():
    empty = replace(
        DEFAULTS["SL"], usual_low=None, first_max=None, soft_max_mg_per_kg=None, hard_max_mg_per_kg=None,
        soft_max_mg=None, hard_max_mg=None,
    )  # fmt: skip
    assert check_dose(proposed("SL", "5000", None, first_session=True), empty) == ()


def test_an_impossible_amount_is_refused_not_passed():
    for facts in ({"dose_mg": D(-1)}, {"dose_mg": D("NaN")}, {"dose_mg": D(35), "booster_mg": D(-1)}):
        with pytest.raises(DoseInputError):
            ProposedDose(route="IM", first_session=False, weight_kg=D(70), **facts)
    with pytest.raises(TypeError):
        ProposedDose(route="IM", first_session=False, weight_kg=D(70), dose_mg=35.0)
    with pytest.raises(DoseInputError, match="needs a weight"):
        ProposedDose(route="IM", first_session=False, dose_mg=D(35), mg_per_kg=D("0.5"))


@pytest.mark.parametrize(("value", "text"), [("2.0", "2"), ("112.50", "112.5"), ("1E+2", "100"), ("0.33333", "0.3333")])
def test_show_writes_numbers_plainly(value, text):
    assert show(D(value)) == text


@pytest.mark.parametrize("route", DEFAULTS)
def test_limits_are_stored_as_text_and_read_back_exactly(route):
    assert limit_values.route_limits_from(limit_values.as_values(DEFAULTS[route])) == DEFAULTS[route]
    assert limit_values.general_limits_from(limit_values.as_values(GENERAL)) == GENERAL


@pytest.mark.parametrize(
    "values", [{"unit": "mg"}, {"soft_max": "1"}, {"soft_max_mg": "x"}, {"soft_max_mg": "-1"}, {"soft_max_mg": "NaN"},
               {"soft_max_mg": 1.5}, {"soft_max_mg": None}]
)  # fmt: skip
def test_stored_limits_that_cannot_be_read_are_refused(values):
    complete = {} if "unit" in values else {"route": "IV", "unit": "mg/kg", "source": "X"}
    with pytest.raises(DoseInputError):
        limit_values.route_limits_from(complete | values)


@given(
    route=st.sampled_from([route for route in DEFAULTS if route != "ESK"]),
    weight=st.decimals("30", "300", places=2),
    amounts=st.tuples(st.decimals("1", "900", places=1), st.decimals("1", "900", places=1)),
    first=st.booleans(),
    booster=st.sampled_from([None, D(20), D(90)]),
)
def test_a_larger_dose_never_has_a_milder_worst_finding(route, weight, amounts, first, booster):
    rank = {"hard": 2, "soft": 1}
    worst = []
    for amount in sorted(amounts):
        dose = proposed(
            route, amount, weight, first_session=first, booster_mg=booster, booster_after_min=D(12),
            previous_mg_per_kg=D("0.5"),
        )  # fmt: skip
        worst.append(max((rank.get(finding.severity, 0) for finding in check_dose(dose)), default=0))
    assert worst[0] <= worst[1]


@given(st.decimals("30", "300", places=2), st.sampled_from([("IV", "1.0"), ("IM", "1.5"), ("SC", "0.9")]))
def test_rounding_never_pushes_a_dose_at_a_limit_over_it(weight, case):
    route, limit = case
    dose = ProposedDose(
        route=route, first_session=False, dose_mg=(weight * D(limit)).quantize(D("0.1"), "ROUND_HALF_UP"),
        weight_kg=weight, mg_per_kg=D(limit), duration_min=D(40),
    )  # fmt: skip
    assert "DOSE_ABOVE_SOFT_MG_PER_KG" not in codes(dose)
