"""Decides every number on a dosing page: milligrams, millilitres, pump rates, devices and ledger balances.

All values are `Decimal`; a float is refused. Formulas: docs/clinical/sources_dosing.md (KAP-FORM-*).
Half-up means a tie goes away from zero, so 2.5 becomes 3 and a variance of -2.5 becomes -3.
"""

from decimal import ROUND_HALF_UP, Decimal

KG_PER_LB = Decimal("0.45359237")
CM_PER_INCH = Decimal("2.54")

DOSE_STEP_MG = Decimal("0.1")
PART_DOSE_STEP_MG = Decimal("0.01")
VOLUME_STEP_ML = Decimal("0.01")
PUMP_STEP_ML_PER_H = Decimal("0.1")
WEIGHT_STEP_KG = Decimal("0.01")
MG_PER_MIN_STEP = Decimal("0.001")
MCG_PER_KG_PER_MIN_STEP = Decimal("0.01")
MG_PER_KG_STEP = Decimal("0.001")
CONCENTRATION_STEP_MG_PER_ML = Decimal("0.001")

ESKETAMINE_HCL_MG_PER_28_MG = Decimal("32.3")
KETAMINE_HCL_MG_PER_MG_BASE = Decimal("1.1533")
HEIGHT_RANGE_CM = (Decimal(120), Decimal(230))
IBW_BASE_KG = {"male": Decimal("50"), "female": Decimal("45.5")}


class DoseInputError(ValueError):
    """A number that cannot be used; the message is one sentence for the person who entered it."""


def require_finite(name, value):
    """Return `value` as a Decimal; raises DoseInputError for NaN or infinity, TypeError for a float."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"{name} must be a Decimal, not {type(value).__name__}")
    if not Decimal(value).is_finite():
        raise DoseInputError(f"{name} must be a number")
    return Decimal(value)


def require_positive(name, value):
    """Return `value` as a Decimal above 0; raises as `require_finite`."""
    number = require_finite(name, value)
    if number <= 0:
        raise DoseInputError(f"{name} must be above 0")
    return number


def require_not_negative(name, value):
    """Return `value` as a Decimal of 0 or more; raises as `require_finite`."""
    number = require_finite(name, value)
    if number < 0:
        raise DoseInputError(f"{name} must be 0 or more")
    return number


def round_half_up(value, step):
    """Round to decimal places: `step` is a power of ten such as 0.1; ties go away from zero."""
    return value.quantize(step, rounding=ROUND_HALF_UP)


def round_to_step_half_up(amount_mg, step_mg):
    """Round mg to whole steps (a troche or spray of `step_mg`); ties go up; may return 0. KAP-FORM-STEP."""
    step = require_positive("step_mg", step_mg)
    return round_half_up(amount_mg / step, Decimal(1)) * step


def pounds_to_kg(weight_lb):
    """Kilograms from pounds (above 0), rounded half-up to 0.01 kg. KAP-FORM-LB."""
    return round_half_up(require_positive("weight_lb", weight_lb) * KG_PER_LB, WEIGHT_STEP_KG)


def dose_mg(weight_kg, mg_per_kg):
    """Dose in mg of base from kg and mg/kg (both above 0), rounded half-up to 0.1 mg. KAP-FORM-DOSE."""
    weight = require_positive("weight_kg", weight_kg)
    return round_half_up(weight * require_positive("mg_per_kg", mg_per_kg), DOSE_STEP_MG)


def draw_ml(dose_in_mg, concentration_mg_per_ml):
    """Volume to draw up in mL, rounded half-up to 0.01 mL; 0.00 when too small to measure. KAP-FORM-DRAW."""
    dose = require_positive("dose_mg", dose_in_mg)
    return round_half_up(dose / require_positive("concentration_mg_per_ml", concentration_mg_per_ml), VOLUME_STEP_ML)


def drawn_mg(volume_ml, concentration_mg_per_ml):
    """Mg really in the syringe: exact, not rounded. This, not the ordered dose, goes in the register."""
    volume = require_not_negative("volume_ml", volume_ml)
    return volume * require_positive("concentration_mg_per_ml", concentration_mg_per_ml)


def pump_ml_per_h(final_volume_ml, minutes):
    """Pump rate in mL/h for the whole bag over `minutes`, rounded half-up to 0.1 mL/h. KAP-FORM-PUMP."""
    volume = require_positive("final_volume_ml", final_volume_ml)
    return round_half_up(volume * 60 / require_positive("minutes", minutes), PUMP_STEP_ML_PER_H)


def mg_per_min(dose_in_mg, minutes):
    """Infusion rate in mg/min, rounded half-up to 0.001. KAP-FORM-RATE."""
    dose = require_positive("dose_mg", dose_in_mg)
    return round_half_up(dose / require_positive("minutes", minutes), MG_PER_MIN_STEP)


def mcg_per_kg_per_min(dose_in_mg, weight_kg, minutes):
    """Infusion rate in mcg/kg/min of the rounded dose, rounded half-up to 0.01. KAP-FORM-RATE."""
    dose = require_positive("dose_mg", dose_in_mg)
    kg_minutes = require_positive("weight_kg", weight_kg) * require_positive("minutes", minutes)
    return round_half_up(dose * 1000 / kg_minutes, MCG_PER_KG_PER_MIN_STEP)


def mg_per_kg_of(amount_mg, weight_kg):
    """Mg/kg of an amount already fixed in mg, rounded half-up to 0.001, for display only."""
    amount = require_positive("amount_mg", amount_mg)
    return round_half_up(amount / require_positive("weight_kg", weight_kg), MG_PER_KG_STEP)


def bag_concentration_mg_per_ml(amount_mg, final_volume_ml):
    """Concentration in the bag in mg/mL, rounded half-up to 0.001. KAP-FORM-BAG."""
    amount = require_positive("amount_mg", amount_mg)
    return round_half_up(amount / require_positive("final_volume_ml", final_volume_ml), CONCENTRATION_STEP_MG_PER_ML)


def delivered_mg(in_bag_mg, planned_min, actual_min):
    """Mg given when an infusion of `planned_min` ran `actual_min`, rounded half-up to 0.01. KAP-FORM-STOP.

    `in_bag_mg` is what was drawn up. Running longer than planned gives the whole bag, never more.
    """
    in_bag = require_positive("in_bag_mg", in_bag_mg)
    planned = require_positive("planned_min", planned_min)
    ran = min(require_not_negative("actual_min", actual_min), planned)
    return round_half_up(in_bag * ran / planned, PART_DOSE_STEP_MG)


def waste_mg(drawn_in_mg, given_mg):
    """Mg left to destroy, exact. Raises DoseInputError when more was given than drawn. KAP-FORM-STOP."""
    drawn = require_positive("drawn_mg", drawn_in_mg)
    given = require_not_negative("given_mg", given_mg)
    if given > drawn:
        raise DoseInputError(f"{given} mg given is more than the {drawn} mg drawn up")
    return drawn - given


def bmi(weight_kg, height_cm):
    """Body mass index in kg/m², rounded half-up to 0.1. KAP-FORM-IBW."""
    metres = _height(height_cm) / 100
    return round_half_up(require_positive("weight_kg", weight_kg) / (metres * metres), Decimal("0.1"))


def ideal_body_weight_kg(sex, height_cm):
    """Devine ideal body weight in kg, not rounded; sex 'male' or 'female', 120-230 cm. KAP-FORM-IBW."""
    if sex not in IBW_BASE_KG:
        raise DoseInputError("sex must be male or female for an ideal body weight")
    return IBW_BASE_KG[sex] + Decimal("2.3") * (_height(height_cm) / CM_PER_INCH - 60)


def adjusted_body_weight_kg(ideal_kg, weight_kg):
    """Ideal weight plus 0.4 of the difference to the measured weight, in kg, not rounded. KAP-FORM-IBW."""
    ideal = require_positive("ideal_kg", ideal_kg)
    return ideal + Decimal("0.4") * (require_positive("weight_kg", weight_kg) - ideal)


def _height(height_cm):
    low, high = HEIGHT_RANGE_CM
    if not low <= require_positive("height_cm", height_cm) <= high:
        raise DoseInputError(f"height must be between {low} and {high} cm")
    return Decimal(height_cm)


def esketamine_devices(dose_in_mg, device_mg):
    """Number of whole devices that make the dose, or None when no whole number does. KAP-LIM-ESK."""
    count, rest = divmod(require_positive("dose_mg", dose_in_mg), require_positive("device_mg", device_mg))
    return None if rest else int(count)


def device_offsets_min(devices, gap_min):
    """Minutes after the first device at which each is used: 0, gap, 2 × gap … KAP-LIM-ESK."""
    return tuple(int(gap_min) * index for index in range(devices))


def earliest_release_min(offsets_min, observe_min):
    """Minutes after the FIRST device at which observation, counted from the LAST, ends. KAP-LIM-ESK."""
    return offsets_min[-1] + int(observe_min)


def esketamine_hcl_mg(base_mg):
    """Mg of esketamine hydrochloride for mg of base (28 mg = 32.3 mg), half-up to 0.1. KAP-REF-SALT."""
    return round_half_up(require_positive("base_mg", base_mg) * ESKETAMINE_HCL_MG_PER_28_MG / 28, DOSE_STEP_MG)


def ketamine_hcl_mg(base_mg):
    """Mg of ketamine hydrochloride for mg of base (100 mg = 115.33 mg), half-up to 0.01. KAP-REF-SALT."""
    return round_half_up(require_positive("base_mg", base_mg) * KETAMINE_HCL_MG_PER_MG_BASE, PART_DOSE_STEP_MG)


def mg_per_spray(concentration_mg_per_ml, spray_ml):
    """Mg in one spray, exact. KAP-FORM-SPRAY."""
    concentration = require_positive("concentration_mg_per_ml", concentration_mg_per_ml)
    return concentration * require_positive("spray_ml", spray_ml)


def spray_count(dose_in_mg, one_spray_mg):
    """Whole sprays nearest to the dose, ties up; 0 when the dose is below half a spray. KAP-FORM-SPRAY."""
    dose = require_positive("dose_mg", dose_in_mg)
    return int(round_half_up(dose / require_positive("one_spray_mg", one_spray_mg), Decimal(1)))


def expected_balance_ml(open_ml, moves_ml):
    """Ledger balance in mL, exact: opening plus signed moves. Raises DoseInputError below 0 at any move."""
    balance = require_not_negative("open_ml", open_ml)
    for move in moves_ml:
        balance += require_finite("move_ml", move)
        if balance < 0:
            raise DoseInputError("more was taken out than the container held; check the movements")
    return balance


def ledger_variance(expected_ml, measured_ml, concentration_mg_per_ml, tolerance_ml):
    """(variance mL, variance mg, is a discrepancy); exact; negative is missing drug. KAP-FORM-LEDGER.

    Exactly at the tolerance is not a discrepancy.
    """
    measured = require_not_negative("measured_ml", measured_ml)
    tolerance = require_not_negative("tolerance_ml", tolerance_ml)
    variance = measured - require_not_negative("expected_ml", expected_ml)
    concentration = require_positive("concentration_mg_per_ml", concentration_mg_per_ml)
    return variance, variance * concentration, abs(variance) > tolerance


def informational_route_amount_mg(iv_mg, bioavailability):
    """Mg by another route with the systemic amount of `iv_mg` IV, half-up to 0.1. KAP-REF-BIO.

    Information only: an order is never converted between routes. Bioavailability is above 0, at most 1.
    """
    fraction = require_positive("bioavailability", bioavailability)
    if fraction > 1:
        raise DoseInputError("bioavailability must be above 0 and at most 1")
    return round_half_up(require_positive("iv_mg", iv_mg) / fraction, DOSE_STEP_MG)
