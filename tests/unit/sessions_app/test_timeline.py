from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.timeline import TimelineEvent, merged, t_plus_minutes

T0 = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, 0), (59, 0), (60, 1), (3900, 65), (-1, -1), (-60, -1), (-61, -2)]
)
def test_minutes_from_the_first_dose(seconds, expected):
    assert t_plus_minutes(T0 + timedelta(seconds=seconds), T0) == expected


def test_no_minutes_before_a_first_dose():
    assert t_plus_minutes(T0, None) is None


def test_events_stand_in_the_order_they_happened():
    def event(minutes, title, order=50, recorded=0):
        at = T0 + timedelta(minutes=minutes)
        return TimelineEvent(at, at + timedelta(minutes=recorded), title, order=order)

    found = merged([event(5, "late"), event(0, "dose"), event(0, "state", order=40), event(0, "note", recorded=3)])

    assert [one.title for one in found] == ["state", "dose", "note", "late"]
