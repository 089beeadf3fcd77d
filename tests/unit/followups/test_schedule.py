"""Check-ins fall on sensible local times in every zone (F12)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.defaults import POINTS
from followups.schedule import slot_for


def local(slot):
    return slot.due_at.astimezone(ZoneInfo(slot.time_zone))


def test_day_after_an_afternoon_dose_is_ten_in_the_morning_where_the_patient_lives():
    dose = datetime(2026, 6, 2, 18, 0, tzinfo=UTC)  # 14:00 in New York, 11:00 in Los Angeles

    slot = slot_for(dose, 24, 6, 24, "America/Los_Angeles")

    assert slot.local_due == "2026-06-03 10:00"
    assert slot.due_at == datetime(2026, 6, 3, 17, 0, tzinfo=UTC)


def test_late_dose_moves_the_contact_to_the_start_of_its_window():
    dose = datetime(2026, 6, 2, 22, 0, tzinfo=UTC)  # 18:00 in New York

    assert slot_for(dose, 24, 6, 24, "America/New_York").local_due == "2026-06-03 12:00"


def test_night_is_never_used():
    dose = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)  # 04:00 in New York: window 22:00-04:00 next night

    slot = slot_for(dose, 24, 6, 0, "America/New_York")

    assert slot.local_due == "2026-06-03 08:00"


@pytest.mark.parametrize(
    ("dose", "zone", "expected"),
    [
        (datetime(2026, 10, 31, 18, 0, tzinfo=UTC), "America/New_York", "2026-11-01 10:00"),
        (datetime(2027, 3, 13, 19, 0, tzinfo=UTC), "America/New_York", "2027-03-14 10:00"),
        (datetime(2026, 10, 3, 3, 0, tzinfo=UTC), "Australia/Lord_Howe", "2026-10-04 10:00"),
        (datetime(2026, 3, 7, 20, 0, tzinfo=UTC), "America/Phoenix", "2026-03-08 10:00"),
    ],
)
def test_clock_changes_keep_ten_in_the_morning(dose, zone, expected):
    assert slot_for(dose, 24, 6, 24, zone).local_due == expected


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)),  # noqa: DTZ001  (the zone is added below)
    st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone)),
    st.sampled_from(POINTS),
)
def test_any_dose_anywhere_gets_a_waking_contact_before_it_closes(naive, zone, point):
    dose = naive.replace(tzinfo=UTC)
    _, hours, _, before, after = point

    slot = slot_for(dose, hours, before, after, zone)

    assert 8 <= local(slot).hour < 21
    assert dose < slot.due_at < slot.closes_at
    assert slot.due_at >= dose + timedelta(hours=hours - before)
    assert slot.due_at <= dose + timedelta(hours=hours + after + 12)
