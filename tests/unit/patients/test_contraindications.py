"""The screen as data: complete, sourced, and strict where the sources are."""

import re
from pathlib import Path

import pytest

from common.clinical import Route
from patients.contraindications import GROUPS, ITEMS

SOURCES = Path(__file__).parents[3] / "docs/clinical/sources_screening.md"


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_each_item_fits_the_record_and_stands_in_the_sources(item):
    text = SOURCES.read_text()
    assert re.fullmatch(r"[a-z_]{3,32}", item.code)
    assert item.question.endswith("?")
    assert f"`{item.code}`" in text
    assert item.source in text


def test_every_item_is_shown_once():
    shown = [item.code for items in GROUPS.values() for item in items]
    assert sorted(shown) == sorted(ITEMS)


@pytest.mark.parametrize("route", Route.values)
@pytest.mark.parametrize("code", ["aneurysm", "avm", "intracerebral_bleed"])
def test_vascular_items_forbid_only_esketamine(code, route):
    assert ITEMS[code].forbids(route) is (route == "ESK")


@pytest.mark.parametrize("route", [*Route.values, None])
@pytest.mark.parametrize("code", ["hypersensitivity", "pressure_hazard"])
def test_some_items_forbid_every_route(code, route):
    assert ITEMS[code].forbids(route)


def test_an_unknown_route_is_judged_as_the_strictest():
    assert ITEMS["aneurysm"].forbids(None)
    assert not ITEMS["sleep_apnoea"].forbids(None)


def test_all_other_items_are_cautions():
    cautions = {code for code, item in ITEMS.items() if not item.absolute_for}
    assert cautions == {
        "uncontrolled_hypertension",
        "recent_mi_stroke",
        "unstable_angina",
        "heart_failure",
        "arrhythmia",
        "raised_pressure",
        "hyperthyroidism",
        "hepatic_disease",
        "cystitis",
        "sleep_apnoea",
        "pregnancy",
        "psychosis_mania",
        "delirium_dementia",
        "substance_use",
    }
