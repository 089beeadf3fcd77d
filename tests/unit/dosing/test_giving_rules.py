"""What stands before one dose, both sides of every rule (KAP-DOSE-*, KAP-PROD, KAP-REF-DILUTE)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from dosing.giving_rules import DoseToGive, blockers_for, is_above_order, most_allowed_mg
from dosing.limits import DEFAULTS, GENERAL

AT = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
DAY = date(2026, 6, 2)


def liquid(strength=50, **more):
    values = {"pk": "p", "name": "Vial", "form": "solution", "routes": ["IV", "IM", "SC"], "is_esketamine": False}
    return SimpleNamespace(**{**values, "concentration_mg_per_ml": Decimal(strength), "unit_mg": None, **more})


def unit(form, amount, routes, **more):
    values = {"pk": "p", "name": "Unit", "form": form, "routes": routes, "is_esketamine": form == "device"}
    return SimpleNamespace(**{**values, "concentration_mg_per_ml": None, "unit_mg": Decimal(amount), **more})


def order(route="IM", dose="40", product=None, **more):
    product = product or liquid()
    values = {
        "route": route,
        "product": product,
        "product_id": product.pk,
        "expires_on": DAY,
        "weight_kg": Decimal(80),
        "dose_mg": Decimal(dose),
        "drawn_mg": Decimal(dose),
        "max_total_mg": Decimal(dose),
        "booster_mg": None,
        "booster_after_min": None,
        "concentration_mg_per_ml": product.concentration_mg_per_ml,
        "duration_min": None,
    }
    return SimpleNamespace(**{**values, **more})


def dose(amount="40", **more):
    values = {"drawn_mg": Decimal(amount), "planned_mg": Decimal(amount), "occurred_at": AT, "day": DAY}
    return DoseToGive(**{**values, **more})


def codes(given, ordered=None, product=None, lot=None):
    ordered = ordered or order()
    product = product or ordered.product
    lot = lot or SimpleNamespace(lot_number="L1", expires_on=DAY, balance_mg=Decimal(1000))
    found = blockers_for(
        given, order=ordered, lot=lot, product=product, limits=DEFAULTS[ordered.route], general=GENERAL
    )
    return {blocker.code: blocker.override for blocker in found}


def test_the_ordered_dose_meets_nothing():
    assert codes(dose()) == {}


@pytest.mark.parametrize(("days", "found"), [(0, {}), (-1, {"ORDER_EXPIRED": None})])
def test_order_on_and_after_its_last_day(days, found):
    assert codes(dose(), order(expires_on=DAY + timedelta(days=days))) == found


@pytest.mark.parametrize(("days", "found"), [(0, {}), (-1, {"LOT_EXPIRED": None})])
def test_lot_on_and_after_its_expiry(days, found):
    lot = SimpleNamespace(lot_number="L1", expires_on=DAY + timedelta(days=days), balance_mg=Decimal(100))
    assert codes(dose(), lot=lot) == found


@pytest.mark.parametrize(("balance", "found"), [("40", {}), ("39.999", {"LOT_TOO_SMALL": None})])
def test_lot_with_exactly_enough_and_less(balance, found):
    lot = SimpleNamespace(lot_number="L1", expires_on=DAY, balance_mg=Decimal(balance))
    assert codes(dose(), lot=lot) == found


def test_running_infusion_refuses_another_dose():
    assert codes(dose(is_running=True)) == {"INFUSION_RUNNING": None}


def test_product_of_another_route_is_refused():
    troche = unit("troche", 40, ["SL"])
    assert codes(dose(), product=troche) == {"PRODUCT_NOT_FOR_ROUTE": None}


@pytest.mark.parametrize("route", ["ESK", "IM"])
def test_esketamine_and_racemic_never_stand_in_for_each_other(route):
    wrong = unit("device", 28, ["ESK", "IM"]) if route == "IM" else unit("device", 28, ["ESK"], is_esketamine=False)
    ordered = order(route, "56", product=wrong)
    assert codes(dose("56"), ordered)["PRODUCT_NOT_FOR_ROUTE"] is None


def test_another_product_of_the_route_needs_a_prescriber():
    assert codes(dose(), product=liquid(100, pk="other")) == {"PRODUCT_NOT_ORDERED": "override_limit"}


@pytest.mark.parametrize(
    ("form", "drawn", "planned", "is_refused"),
    [
        ("device", "56", "56", False),
        ("device", "57", "56", True),
        ("device", "56", "40", True),
        ("capsule", "56", "40", True),
        ("troche", "56", "56", False),
    ],
)
def test_units_are_whole(form, drawn, planned, is_refused):
    routes = {"device": "ESK", "capsule": "PO", "troche": "SL"}
    product = unit(form, 28, [routes[form]])
    given = dose(drawn, planned_mg=Decimal(planned))
    found = codes(given, order(routes[form], "56", product=product))
    assert ("NOT_WHOLE_UNITS" in found) is is_refused


def test_part_of_a_troche_may_be_given():
    product = unit("troche", 100, ["SL"])
    given = dose("100", planned_mg=Decimal(50))
    assert codes(given, order("SL", "50", product=product)) == {}


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        ("40", {}),
        ("41", {}),
        ("40.5", {"DOSE_DIFFERS_FROM_ORDER": "override_limit"}),
        ("41.001", {"DOSE_ABOVE_ORDER": "override_limit", "DOSE_DIFFERS_FROM_ORDER": "override_limit"}),
        ("30", {"DOSE_DIFFERS_FROM_ORDER": "override_limit"}),
    ],
)
def test_first_dose_is_the_ordered_one_or_what_its_syringe_holds(amount, found):
    assert codes(dose(amount), order(drawn_mg=Decimal(41))) == found


def test_above_the_hard_limit_nobody_may_give():
    found = codes(dose("161"), order(dose="40"))
    assert found["DOSE_ABOVE_HARD_LIMIT"] is None
    assert "DOSE_ABOVE_ORDER" not in found


@pytest.mark.parametrize(("amount", "code"), [("160", "DOSE_ABOVE_ORDER"), ("160.001", "DOSE_ABOVE_HARD_LIMIT")])
def test_hard_limit_counts_what_was_given_before(amount, code):
    given = dose("10", given_before_mg=Decimal(amount) - 10, last_dose_at=AT - timedelta(hours=1))
    assert code in codes(given)


@pytest.mark.parametrize(("seconds", "is_early"), [(720, False), (719, True)])
def test_booster_as_soon_as_the_order_says(seconds, is_early):
    ordered = order(booster_mg=Decimal(20), booster_after_min=12, max_total_mg=Decimal(60))
    given = dose("20", given_before_mg=Decimal(40), last_dose_at=AT - timedelta(seconds=seconds))
    assert codes(given, ordered) == ({"BOOSTER_TOO_SOON": "override_limit"} if is_early else {})


@pytest.mark.parametrize(("minutes", "is_early"), [(10, False), (9, True)])
def test_second_dose_without_ordered_time_keeps_the_limit_of_the_route(minutes, is_early):
    given = dose("10", given_before_mg=Decimal(30), last_dose_at=AT - timedelta(minutes=minutes))
    assert ("BOOSTER_TOO_SOON" in codes(given)) is is_early


@pytest.mark.parametrize(("minutes", "is_early"), [(5, False), (4, True)])
def test_devices_rest_five_minutes(minutes, is_early):
    product = unit("device", 28, ["ESK"])
    given = dose("28", given_before_mg=Decimal(28), last_dose_at=AT - timedelta(minutes=minutes))
    assert ("BOOSTER_TOO_SOON" in codes(given, order("ESK", "56", product=product))) is is_early


@pytest.mark.parametrize(("amount", "found"), [("28", {}), ("56", {"ONE_DEVICE_AT_A_TIME": None})])
def test_devices_are_given_one_at_a_time(amount, found):
    product = unit("device", 28, ["ESK"])
    assert codes(dose(amount), order("ESK", "56", product=product)) == found


def test_one_device_of_several_is_a_right_first_dose():
    product = unit("device", 28, ["ESK"])
    assert codes(dose("28"), order("ESK", "56", product=product)) == {}


@pytest.mark.parametrize(
    ("minutes", "found"),
    [
        (60, {}),
        (40, {}),
        (39, {"INFUSION_FASTER_THAN_ORDERED": "override_limit"}),
        (15, {"INFUSION_FASTER_THAN_ORDERED": "override_limit"}),
        (14, {"INFUSION_TOO_FAST": None}),
    ],
)
def test_infusion_speed(minutes, found):
    ordered = order("IV", duration_min=40)
    given = dose(duration_min=minutes, final_volume_ml=Decimal(100))
    assert codes(given, ordered) == found


@pytest.mark.parametrize(
    ("strength", "diluent", "volume", "is_refused"),
    [
        (50, "", None, False),
        (100, "NS", "0.8", False),
        (100, "NS", "0.79", True),
        (100, "", "100", True),
        (100, "NS", None, True),
        (Decimal("99.9"), "", None, False),
    ],
)
def test_strong_vial_is_diluted_for_the_vein(strength, diluent, volume, is_refused):
    product = liquid(strength)
    given = dose(diluent=diluent, final_volume_ml=Decimal(volume) if volume else None, duration_min=40)
    assert ("MUST_DILUTE" in codes(given, order("IV", product=product))) is is_refused


def test_strong_vial_in_the_muscle_needs_no_diluent():
    assert codes(dose(), order("IM", product=liquid(100))) == {}


def test_everything_wrong_is_said_at_once_and_the_absolute_first():
    lot = SimpleNamespace(lot_number="L1", expires_on=DAY - timedelta(days=1), balance_mg=Decimal(1))
    found = codes(replace(dose("45"), is_running=True), lot=lot)
    assert list(found.values()) == [None, None, None, "override_limit", "override_limit"]


def test_most_allowed_counts_what_the_syringe_rounds_up():
    ordered = order(dose="40.8", drawn_mg=Decimal(41), max_total_mg=Decimal("71.1"), booster_mg=Decimal("30.3"))
    assert most_allowed_mg(ordered) == Decimal("71.5")
    assert not is_above_order(ordered, Decimal("71.5"))
    assert is_above_order(ordered, Decimal("71.501"))
