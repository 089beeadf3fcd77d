"""Every dosing number, at its rounding edges and as properties."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing import arithmetic
from dosing.arithmetic import DoseInputError

weights = st.decimals("30", "300", places=2)
doses_per_kg = st.decimals("0.05", "3", places=2)
concentrations = st.sampled_from([D(10), D(50), D(100)])
minutes = st.integers(5, 120)


@pytest.mark.parametrize(
    ("value", "step", "expected"),
    [("0.05", "0.1", "0.1"), ("0.0499", "0.1", "0.0"), ("0.15", "0.1", "0.2"), ("-0.15", "0.1", "-0.2")],
)
def test_round_half_up_sends_ties_away_from_zero(value, step, expected):
    assert arithmetic.round_half_up(D(value), D(step)) == D(expected)


@pytest.mark.parametrize(
    ("amount", "step", "expected"),
    [("340", "50", "350"), ("325", "50", "350"), ("324.9", "50", "300"), ("24", "50", "0"), ("375", "150", "450")],
)
def test_round_to_step_half_up_gives_whole_troches(amount, step, expected):
    assert arithmetic.round_to_step_half_up(D(amount), D(step)) == D(expected)


@pytest.mark.parametrize(
    ("weight", "per_kg", "expected"),
    [("70", "0.5", "35.0"), ("81.65", "0.5", "40.8"), ("63.7", "0.5", "31.9"), ("63.69", "0.5", "31.8")],
)
def test_dose_mg_rounds_half_up_to_a_tenth(weight, per_kg, expected):
    assert str(arithmetic.dose_mg(D(weight), D(per_kg))) == expected


@pytest.mark.parametrize(("pounds", "expected"), [("180", "81.65"), ("154.32", "70.00"), ("66.14", "30.00")])
def test_pounds_to_kg(pounds, expected):
    assert str(arithmetic.pounds_to_kg(D(pounds))) == expected


@pytest.mark.parametrize(
    ("dose", "concentration", "expected"),
    [("41.2", "50", "0.82"), ("41.25", "50", "0.83"), ("0.2", "50", "0.00"), ("0.3", "50", "0.01")],
)
def test_draw_ml_rounds_half_up_to_a_hundredth(dose, concentration, expected):
    assert str(arithmetic.draw_ml(D(dose), D(concentration))) == expected


def test_drawn_mg_is_what_the_syringe_holds_not_what_was_ordered():
    assert arithmetic.drawn_mg(D("0.82"), D(50)) == D("41.0")


@pytest.mark.parametrize(
    ("volume", "time", "expected"), [("100", 40, "150.0"), ("100", 45, "133.3"), ("50", 32, "93.8")]
)
def test_pump_rate_rounds_half_up_to_a_tenth(volume, time, expected):
    assert str(arithmetic.pump_ml_per_h(D(volume), time)) == expected


@pytest.mark.parametrize(("dose", "expected"), [("41.2", "1.030"), ("35", "0.875"), ("0.02", "0.001")])
def test_mg_per_min_rounds_half_up_to_a_thousandth(dose, expected):
    assert str(arithmetic.mg_per_min(D(dose), 40)) == expected


def test_mcg_per_kg_per_min_and_bag_concentration():
    assert arithmetic.mcg_per_kg_per_min(D(75), D(100), 40) == D("18.75")
    assert arithmetic.bag_concentration_mg_per_ml(D("41.2"), D(100)) == D("0.412")


@pytest.mark.parametrize(
    ("ran", "given", "waste"),
    [
        (22, "19.25", "15.75"),
        (0, "0.00", "35.00"),
        (40, "35.00", "0.00"),
        (43, "35.00", "0.00"),
        (13, "11.38", "23.62"),
    ],
)
def test_early_stop_splits_the_bag_into_given_and_waste(ran, given, waste):
    delivered = arithmetic.delivered_mg(D(35), 40, ran)
    assert (delivered, arithmetic.waste_mg(D(35), delivered)) == (D(given), D(waste))


def test_a_finished_infusion_wastes_nothing_though_drawn_differs_from_ordered():
    drawn = arithmetic.drawn_mg(arithmetic.draw_ml(D("41.2"), D(50)), D(50))
    assert arithmetic.waste_mg(drawn, arithmetic.delivered_mg(drawn, 40, 40)) == 0


def test_waste_refuses_more_given_than_drawn():
    with pytest.raises(DoseInputError, match=r"more than the 41\.0 mg drawn up"):
        arithmetic.waste_mg(D("41.0"), D("41.2"))


def test_dosing_weights_round_only_at_the_end():
    ideal = arithmetic.ideal_body_weight_kg("female", D(160))
    adjusted = arithmetic.adjusted_body_weight_kg(ideal, D(110))
    assert arithmetic.bmi(D(110), D(160)) == D("43.0")
    assert round(ideal, 3) == D("52.382")
    assert round(adjusted, 3) == D("75.429")
    assert arithmetic.ideal_body_weight_kg("male", D("152.4")) == 50


@pytest.mark.parametrize(("height", "is_allowed"), [("119.9", False), ("120", True), ("230", True), ("230.1", False)])
def test_height_range(height, is_allowed):
    if is_allowed:
        assert arithmetic.bmi(D(70), D(height)) > 0
    else:
        with pytest.raises(DoseInputError, match="between 120 and 230 cm"):
            arithmetic.bmi(D(70), D(height))


def test_ideal_weight_refuses_an_unknown_sex():
    with pytest.raises(DoseInputError, match="male or female"):
        arithmetic.ideal_body_weight_kg("x", D(160))


@pytest.mark.parametrize(
    ("dose", "devices"), [("28", 1), ("56", 2), ("84", 3), ("112", 4), ("70", None), ("84.04", None)]
)
def test_esketamine_comes_in_whole_devices(dose, devices):
    assert arithmetic.esketamine_devices(D(dose), D(28)) == devices


def test_device_times_and_release():
    offsets = arithmetic.device_offsets_min(3, D(5))
    assert offsets == (0, 5, 10)
    assert arithmetic.earliest_release_min(offsets, D(120)) == 130


def test_salt_amounts_follow_the_labels():
    assert arithmetic.esketamine_hcl_mg(D(84)) == D("96.9")
    assert [arithmetic.ketamine_hcl_mg(D(mg)) for mg in (10, 50, 100)] == [D("11.53"), D("57.67"), D("115.33")]


@pytest.mark.parametrize(("dose", "count"), [("50", 5), ("45", 5), ("44.9", 4), ("4.9", 0)])
def test_spray_count_is_the_nearest_whole_number(dose, count):
    assert arithmetic.spray_count(D(dose), arithmetic.mg_per_spray(D(100), D("0.1"))) == count


@pytest.mark.parametrize(
    ("measured", "variance", "is_discrepancy"),
    [("7.80", "-0.15", True), ("7.85", "-0.10", False), ("7.84", "-0.11", True), ("8.05", "0.10", False),
     ("8.06", "0.11", True), ("7.95", "0", False)],
)  # fmt: skip
def test_ledger_variance_on_both_sides_of_the_tolerance(measured, variance, is_discrepancy):
    moves = [D("-0.70"), D("-0.82"), D("-0.48"), D("-0.05")]
    expected = arithmetic.expected_balance_ml(D(10), moves)
    found = arithmetic.ledger_variance(expected, D(measured), D(50), D("0.1"))
    assert found == (D(variance), D(variance) * 50, is_discrepancy)


def test_a_balance_below_nothing_is_refused_even_when_later_refilled():
    assert arithmetic.expected_balance_ml(D(1), [D(-1)]) == 0
    with pytest.raises(DoseInputError, match="more was taken out"):
        arithmetic.expected_balance_ml(D(1), [D("-1.01"), D(5)])


@pytest.mark.parametrize(
    ("fraction", "expected"), [("0.93", "37.6"), ("0.45", "77.8"), ("0.23", "152.2"), ("1", "35.0")]
)
def test_route_amount_is_information(fraction, expected):
    assert arithmetic.informational_route_amount_mg(D(35), D(fraction)) == D(expected)


def test_bioavailability_above_one_is_refused():
    with pytest.raises(DoseInputError, match="at most 1"):
        arithmetic.informational_route_amount_mg(D(35), D("1.01"))


@pytest.mark.parametrize("value", [D(0), D(-1), D("NaN"), D("Infinity"), 0, -5])
def test_impossible_numbers_are_refused(value):
    with pytest.raises(DoseInputError):
        arithmetic.require_positive("dose_mg", value)


@pytest.mark.parametrize("value", [0.5, True, "1", None])
def test_only_exact_numbers_are_taken(value):
    with pytest.raises(TypeError, match="dose_mg must be a Decimal"):
        arithmetic.require_positive("dose_mg", value)


@given(weights)
def test_half_a_milligram_per_kg_over_forty_minutes_is_always_12_5(weight):
    dose = arithmetic.dose_mg(weight, D("0.5"))
    rounding_of_dose = D("0.05") * 1000 / weight / 40 + D("0.005")
    assert abs(arithmetic.mcg_per_kg_per_min(dose, weight, 40) - D("12.5")) <= rounding_of_dose


@given(weights, doses_per_kg, concentrations)
def test_the_syringe_is_within_half_a_hundredth_of_a_millilitre(weight, per_kg, concentration):
    dose = arithmetic.dose_mg(weight, per_kg)
    drawn = arithmetic.drawn_mg(arithmetic.draw_ml(dose, concentration), concentration)
    assert abs(drawn - dose) <= D("0.005") * concentration


@given(weights, doses_per_kg)
def test_rounding_moves_a_dose_by_at_most_a_twentieth_of_a_milligram(weight, per_kg):
    assert abs(arithmetic.dose_mg(weight, per_kg) - weight * per_kg) <= D("0.05")


@given(st.decimals("0.1", "500", places=1), minutes, st.integers(0, 150))
def test_given_and_waste_always_add_up_to_the_bag(in_bag, planned, ran):
    delivered = arithmetic.delivered_mg(in_bag, planned, ran)
    assert 0 <= delivered <= in_bag
    assert delivered + arithmetic.waste_mg(in_bag, delivered) == in_bag


@given(st.decimals("1", "100", places=2), minutes)
def test_pump_rate_empties_the_bag_on_time(volume, time):
    assert abs(arithmetic.pump_ml_per_h(volume, time) * time - volume * 60) <= D("0.05") * time


@given(st.lists(st.decimals("-1", "1", places=2), max_size=20))
def test_a_ledger_measured_as_expected_has_no_variance(moves):
    balance = arithmetic.expected_balance_ml(D(20), moves)
    assert balance == 20 + sum(moves)
    assert arithmetic.ledger_variance(balance, balance, D(50), D(0)) == (0, 0, False)


@given(st.decimals("60", "600", places=2))
def test_pounds_and_kilograms_agree(pounds):
    assert abs(arithmetic.pounds_to_kg(pounds) / arithmetic.KG_PER_LB - pounds) <= D("0.012")
