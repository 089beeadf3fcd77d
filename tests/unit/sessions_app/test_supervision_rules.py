from uuid import UUID, uuid4

import pytest

from sessions_app.supervision_rules import DEFAULTS, SupervisionLimits, Watched, warnings

QUILL, ROOK = UUID(int=1), UUID(int=2)


def codes(*watched, prescriber=True, limits=DEFAULTS):
    return [one.code for one in warnings(watched, has_prescriber_on_site=prescriber, limits=limits)]


def by(monitor, number, route="IM"):
    return [Watched(route, monitor, {QUILL: "N. Quill", ROOK: "R. Rook"}.get(monitor, "")) for _ in range(number)]


@pytest.mark.parametrize(("limit", "patients", "warns"), [(1, 1, False), (1, 2, True), (3, 3, False), (3, 4, True)])
def test_monitor_ratio_on_both_sides(limit, patients, warns):
    found = codes(*by(QUILL, patients), limits=SupervisionLimits(per_monitor=limit))

    assert bool(found) is warns


def test_each_monitor_is_counted_alone_the_busiest_first():
    found = warnings([*by(QUILL, 3), *by(ROOK, 4)], has_prescriber_on_site=True, limits=DEFAULTS)

    assert [one.code for one in found] == [f"MONITOR_RATIO_{ROOK}", f"MONITOR_RATIO_{QUILL}"]
    assert found[0].sentence == (
        "R. Rook monitors 4 patients who are dosing or recovering; the limit is 2. Name another monitor."
    )


def test_patient_without_a_monitor_is_a_warning():
    assert codes(*by(None, 1)) == ["NO_MONITOR"]


@pytest.mark.parametrize(
    ("route", "routes", "prescriber", "warns"),
    [
        ("ESK", frozenset(), False, True),
        ("ESK", frozenset(), True, False),
        ("IM", frozenset(), False, False),
        ("IM", frozenset({"IM"}), False, True),
        ("IV", frozenset({"IM"}), False, False),
    ],
)
def test_prescriber_on_site_by_route(route, routes, prescriber, warns):
    """KAP-SUP-ONSITE: esketamine whatever the practice set, the others as it set."""
    limits = SupervisionLimits(on_site_routes=routes)

    assert bool(codes(*by(uuid4(), 1, route), prescriber=prescriber, limits=limits)) is warns


def test_nobody_to_watch_is_no_warning():
    assert codes(prescriber=False) == []


def test_missing_prescriber_comes_first():
    found = warnings([*by(QUILL, 3, "ESK"), *by(ROOK, 1)], has_prescriber_on_site=False, limits=DEFAULTS)

    assert found[0].code == "NO_PRESCRIBER_ON_SITE"
    assert "4 patients are dosing or recovering" in found[0].sentence
