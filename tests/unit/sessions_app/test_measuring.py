"""Which protocol holds for a route, and which timed scale a rating counts for: both sides of every limit."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from sessions_app.measuring import DEFAULT, Protocol, protocol_for
from sessions_app.timed_scales import timed_scales

DOSE = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GENERAL, OWN = Protocol(before=("PHQ9",)), Protocol(before=("SUDS",), days_before=2, during=(("RASS", 40),))


def version(about: str, number: int, protocol: Protocol | None) -> SimpleNamespace:
    return SimpleNamespace(about=about, version=number, values=protocol.as_values() if protocol else {})


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([], DEFAULT),
        ([version("ALL", 1, GENERAL)], GENERAL),
        ([version("ALL", 1, GENERAL), version("ESK", 1, OWN)], GENERAL),
        ([version("IM", 1, OWN), version("ALL", 1, GENERAL)], OWN),
        ([version("IM", 2, None), version("IM", 1, OWN), version("ALL", 1, GENERAL)], GENERAL),
        ([version("ALL", 2, OWN), version("ALL", 1, GENERAL)], OWN),
    ],
)
def test_a_route_has_its_own_protocol_or_that_of_every_route(versions, expected):
    assert protocol_for("IM", versions) == expected


def test_a_protocol_reads_back_as_it_was_stored():
    assert Protocol.from_values(OWN.as_values()) == OWN
    assert (OWN.minutes_of("RASS"), OWN.minutes_of("CADSS6")) == ([40], [])


@pytest.mark.parametrize(
    ("rated_at", "counts_for"),
    [
        ([29], []),
        ([30], [40]),
        ([79], [40]),
        ([80], [90]),
        ([41, 91], [40, 90]),
        ([31, 41], [40]),
    ],
)
def test_a_rating_counts_from_ten_minutes_ahead_until_the_next_is_near(rated_at, counts_for):
    protocol = Protocol(during=(("RASS", 40), ("RASS", 90)))
    dues = timed_scales(protocol, DOSE, [("RASS", DOSE + minute * MINUTE) for minute in rated_at])
    assert [due.minutes for due in dues if due.taken_at] == counts_for


def test_a_rating_is_overdue_after_ten_minutes_and_only_after_a_dose():
    protocol = Protocol(during=(("RASS", 40),))
    (due,) = timed_scales(protocol, DOSE, [("CADSS6", DOSE + 40 * MINUTE)])
    assert [due.is_overdue(DOSE + minute * MINUTE) for minute in (50, 51)] == [False, True]
    assert timed_scales(protocol, None, []) == []
