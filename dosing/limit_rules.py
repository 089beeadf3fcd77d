"""Decides, one rule for each limit, whether a proposed dose crosses it; `limits.check_dose` runs them all."""

from dosing.limit_defaults import GENERAL, ROUTE_NAMES
from dosing.proposed_dose import HARD, INFO, SOFT, finding, show


def must_dilute(route, concentration_mg_per_ml, general=GENERAL):
    """True for IV from a vial of 100 mg/mL or more. KAP-REF-DILUTE."""
    if route != "IV" or concentration_mg_per_ml is None:
        return False
    return concentration_mg_per_ml >= general.dilute_iv_from_mg_per_ml


def _dose_per_kg(proposed, limits):
    if proposed.weight_kg is None:
        return
    steps = ((HARD, limits.hard_max_mg_per_kg), (SOFT, limits.soft_max_mg_per_kg))
    for severity, limit in steps:
        if limit is not None and proposed.is_above_mg_per_kg(limit):
            sentence = (
                f"{proposed.working} is {show(proposed.total_mg_per_kg)} mg/kg, above the {severity} limit "
                f"of {show(limit)} mg/kg for {ROUTE_NAMES[limits.route]}"
            )
            yield finding(f"DOSE_ABOVE_{severity.upper()}_MG_PER_KG", severity, sentence, limits.source)
            return


def _dose_absolute(proposed, limits):
    for severity, limit in ((HARD, limits.hard_max_mg), (SOFT, limits.soft_max_mg)):
        if limit is not None and proposed.total_mg > limit:
            sentence = (
                f"{proposed.working} is above the {severity} limit of {show(limit)} mg for {ROUTE_NAMES[limits.route]}"
            )
            yield finding(f"DOSE_ABOVE_{severity.upper()}_MG", severity, sentence, limits.source)
            return


def _is_above_in_route_unit(proposed, limits, limit):
    if limits.unit == "mg/kg":
        return proposed.weight_kg is not None and proposed.is_above_mg_per_kg(limit)
    return proposed.total_mg > limit


def _first_session(proposed, limits):
    limit, why = limits.first_max, ""
    if limits.first_max_mdsi is not None:
        why = f" for {proposed.indication or 'an unstated indication'}"
        if proposed.indication == "MDSI":
            limit = limits.first_max_mdsi
    if not proposed.first_session or limit is None or not _is_above_in_route_unit(proposed, limits, limit):
        return
    sentence = (
        f"{proposed.working} is above the first-session maximum of {show(limit)} {limits.unit} "
        f"for {ROUTE_NAMES[limits.route]}{why}"
    )
    yield finding("DOSE_ABOVE_FIRST_SESSION", SOFT, sentence, limits.source)


def _usual_range(proposed, limits):
    if limits.usual_low is None or limits.usual_high is None:
        return
    usual = f"{show(limits.usual_low)}-{show(limits.usual_high)} {limits.unit}"
    place = f"the usual {usual} for {ROUTE_NAMES[limits.route]}"
    if _is_above_in_route_unit(proposed, limits, limits.usual_high):
        yield finding("DOSE_ABOVE_USUAL", INFO, f"{proposed.working} is above {place}", limits.source)
    elif _is_below_in_route_unit(proposed, limits, limits.usual_low):
        sentence = f"{proposed.working} is below {place}; check the decimal point"
        yield finding("DOSE_BELOW_USUAL", INFO, sentence, limits.source)


def _is_below_in_route_unit(proposed, limits, limit):
    if limits.unit == "mg/kg":
        return proposed.weight_kg is not None and proposed.total_before_rounding_mg < limit * proposed.weight_kg
    return proposed.total_mg < limit


def _anaesthetic_range(proposed, limits, general):
    low, high = limits.anaesthetic_low_mg_per_kg, limits.anaesthetic_high_mg_per_kg
    soft = limits.soft_max_mg_per_kg
    if low is None or high is None or proposed.weight_kg is None:
        return
    if soft is None or not proposed.is_above_mg_per_kg(soft):
        return
    if proposed.is_above_mg_per_kg(high):
        where = "above"
    elif proposed.total_before_rounding_mg >= low * proposed.weight_kg:
        where = "inside"
    elif limits.hard_max_mg_per_kg is not None and proposed.is_above_mg_per_kg(limits.hard_max_mg_per_kg):
        where = "between the hard limit and"
    else:
        return
    sentence = (
        f"{show(proposed.total_mg_per_kg)} mg/kg is {where} the range for general anaesthesia "
        f"({show(low)}-{show(high)} mg/kg {limits.route}); check the decimal point and the route"
    )
    yield finding("ANAESTHETIC_RANGE", INFO, sentence, general.anaesthetic_source)


def _booster(proposed, limits):
    earliest, planned = limits.booster_after_min, proposed.booster_after_min
    if not proposed.booster_mg or earliest is None:
        return
    if planned is None:
        sentence = f"Say how many minutes after the first dose the booster is due ({show(earliest)} or more)"
        yield finding("BOOSTER_TIME_MISSING", HARD, sentence, limits.source)
    elif planned < earliest:
        sentence = (
            f"A booster {show(planned)} minutes after the first dose is too early; "
            f"{show(earliest)} minutes or more is allowed"
        )
        yield finding("BOOSTER_TOO_EARLY", HARD, sentence, limits.source)


def _duration(proposed, limits):
    planned = proposed.duration_min
    if not limits.is_infusion:
        return
    if planned is None:
        yield finding("DURATION_MISSING", HARD, "Enter the infusion time in minutes", limits.source)
        return
    for severity, limit in ((HARD, limits.hard_min_duration_min), (SOFT, limits.soft_min_duration_min)):
        if limit is not None and planned < limit:
            sentence = (
                f"{show(planned)} minutes is shorter than the {severity} minimum of {show(limit)} minutes "
                f"for {ROUTE_NAMES[limits.route]}"
            )
            yield finding(f"DURATION_BELOW_{severity.upper()}", severity, sentence, limits.source)
            return


def _step(proposed, limits):
    step, previous = limits.max_step_mg_per_kg, proposed.previous_mg_per_kg
    if step is None or previous is None or proposed.weight_kg is None:
        return
    if proposed.is_above_mg_per_kg(previous + step):
        sentence = (
            f"{show(proposed.total_mg_per_kg)} mg/kg is {show(proposed.total_mg_per_kg - previous)} mg/kg "
            f"more than the previous {show(previous)} mg/kg; the largest step is {show(step)} mg/kg"
        )
        yield finding("STEP_TOO_LARGE", SOFT, sentence, limits.source)


def _devices(proposed, limits):
    total, device = proposed.total_mg, limits.device_mg
    if device is None:
        return
    listed = " or ".join(show(dose) for dose in limits.allowed_doses_mg)
    if total % device:
        sentence = f"{show(total)} mg cannot be made from {show(device)} mg devices; choose {listed} mg"
        yield finding("NOT_A_DEVICE_DOSE", HARD, sentence, limits.source)
    elif total in limits.allowed_with_reason_mg:
        sentence = f"{show(total)} mg needs a reason; the usual dose is {listed} mg"
        yield finding("DEVICE_DOSE_NEEDS_REASON", SOFT, sentence, limits.source)
    elif total not in limits.allowed_doses_mg:
        sentence = f"{show(total)} mg ({total // device} devices) is not an allowed dose; choose {listed} mg"
        yield finding("DEVICE_DOSE_NOT_ALLOWED", HARD, sentence, limits.source)


def _draw(proposed, _limits, general):
    if proposed.draw_ml is not None and proposed.draw_ml == 0:
        sentence = f"{show(proposed.dose_mg)} mg is too little to draw up from this vial (below 0.005 mL)"
        yield finding("DRAW_TOO_SMALL", HARD, sentence, general.volume_source)


def _volume(proposed, _limits, general):
    draw, final = proposed.draw_ml, proposed.final_volume_ml
    if draw is not None and final is not None and final < draw:
        sentence = f"The final volume of {show(final)} mL is less than the {show(draw)} mL to be drawn up"
        yield finding("FINAL_VOLUME_TOO_SMALL", HARD, sentence, general.volume_source)


def _dilution(proposed, _limits, general):
    if not must_dilute(proposed.route, proposed.concentration_mg_per_ml, general):
        return
    vial = f"{show(proposed.concentration_mg_per_ml)} mg/mL must never go IV undiluted"
    draw, final = proposed.draw_ml, proposed.final_volume_ml
    if final is None:
        sentence = f"{vial}; enter the diluent and the final volume"
    elif draw is not None and final < draw * general.dilution_min_ratio:
        sentence = f"{vial}; {show(draw)} mL needs at least {show(draw * general.dilution_min_ratio)} mL in all"
        sentence = f"{sentence}, not {show(final)} mL"
    else:
        return
    yield finding("MUST_DILUTE", HARD, sentence, general.dilution_source)


def _interval(proposed, _limits, general):
    hours = proposed.hours_since_last_dose
    if hours is None:
        return
    for severity, limit in ((HARD, general.hard_min_hours_between), (SOFT, general.soft_min_hours_between)):
        if hours < limit:
            sentence = (
                f"The last dose was {show(hours)} hours ago, less than the {severity} minimum of {show(limit)} hours"
            )
            yield finding(f"INTERVAL_BELOW_{severity.upper()}", severity, sentence, general.source)
            return


RULES = (_dose_per_kg, _dose_absolute, _devices, _first_session, _duration, _booster, _step, _usual_range)
GENERAL_RULES = (_dilution, _volume, _draw, _interval, _anaesthetic_range)
