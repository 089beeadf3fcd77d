"""Check-ins fall on sensible local times in every zone (F12)."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followups.defaults import POINTS
from followups.schedule import Hours, local_day, not_before, slot_before, slot_for, waking_time


def local(slot):
    return slot.due_at.astimezone(ZoneInfo(slot.time_zone))


def test_day_after_an_afternoon_dose_is_ten_in_the_morning_where_the_patient_lives():
    dose = datetime(2026, 6, 2, 18, 0, tzinfo=UTC)  # 14:00 in New York, 11:00 in Los Angeles

    slot = slot_for(dose, 24, 6, 24, "America/Los_Angeles")

    assert slot.local_due == "2026-06-03 10:00"
    assert slot.due_at == datetime(2026, 6, 3, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "zone", "days", "expected"),
    [
        ("2026-06-04T13:00Z", "America/New_York", 1, "2026-06-03 10:00"),
        ("2026-06-04T13:00Z", "America/New_York", 3, "2026-06-01 10:00"),
        ("2026-06-04T03:00Z", "America/New_York", 1, "2026-06-02 10:00"),  # 23:00 on 3 June there
        ("2026-11-01T16:00Z", "America/New_York", 1, "2026-10-31 10:00"),  # the clocks change in between
        ("2026-10-03T22:00Z", "Australia/Lord_Howe", 1, "2026-10-03 10:00"),
    ],
)
def test_contact_before_a_session_is_on_an_earlier_day_where_the_patient_lives(starts, zone, days, expected):
    moment = datetime.fromisoformat(starts)
    slot = slot_before(moment, 180, days, zone)
    assert (slot.local_due, slot.closes_at) == (expected, moment + timedelta(hours=3))


@pytest.mark.parametrize(
    ("moment", "expected", "moved"),
    [
        ("2026-06-03T13:59Z", "2026-06-03 10:00", False),
        ("2026-06-03T14:01Z", "2026-06-03 10:01", False),
        ("2026-06-04T01:00Z", "2026-06-04 08:00", True),  # 21:00: quiet until 08:00
    ],
)
def test_what_comes_too_late_for_its_time_is_asked_at_the_next_waking_moment(moment, expected, moved):
    usual = slot_before(datetime(2026, 6, 4, 13, 0, tzinfo=UTC), 180, 1, "America/New_York")
    slot = not_before(usual, datetime.fromisoformat(moment))
    assert (slot.local_due, slot.is_out_of_quiet_hours) == (expected, moved)


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


@pytest.mark.parametrize(
    ("dose", "zone", "contact", "expected"),
    [
        # 01:30 comes twice in New York on 2026-11-01: the first one, still summer time.
        ("2026-10-31T14:00Z", "America/New_York", time(1, 30), "2026-11-01T05:30Z"),
        # 02:30 does not come on 2027-03-14: an hour later by the clock.
        ("2027-03-13T12:00Z", "America/New_York", time(2, 30), "2027-03-14T07:30Z"),
        # Lord Howe moves by half an hour, Phoenix never, and Apia had no 30 December 2011.
        ("2026-10-03T03:00Z", "Australia/Lord_Howe", time(2, 15), "2026-10-03T15:45Z"),
        ("2026-03-07T20:00Z", "America/Phoenix", time(2, 30), "2026-03-08T09:30Z"),
        ("2011-12-29T20:00Z", "Pacific/Apia", time(10, 0), "2011-12-30T20:00Z"),
    ],
)
def test_local_times_that_come_twice_or_never(dose, zone, contact, expected):
    """F12: awake all night, so that nothing but the clock change decides."""
    awake = Hours(contact, time(23, 59), time(0, 0))
    slot = slot_for(datetime.fromisoformat(dose), 24, 12, 24, zone, awake)
    assert slot.due_at == datetime.fromisoformat(expected)


ZONES = sorted(available_timezones())
BEGIN, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)
DOSES = st.timedeltas(timedelta(0), END - BEGIN).map(lambda passed: BEGIN + passed)


def practice_hours() -> st.SearchStrategy:
    """Whatever a practice may set: quiet until 05:00 to 10:00, from 17:00 to 23:00, asked in between."""
    quarter = st.integers(0, 3).map(lambda number: 15 * number)
    until, start = (st.builds(time, st.integers(low, high), quarter) for low, high in ((5, 9), (17, 22)))
    contact = st.builds(time, st.integers(10, 16), quarter)
    return st.builds(Hours, contact, start, until)


@given(DOSES, st.sampled_from(ZONES), st.sampled_from(ZONES), st.integers(0, 200), practice_hours())
@settings(max_examples=300)
def test_a_whole_plan_skips_nothing_doubles_nothing_and_keeps_the_night(dose, home, moved_to, moved_after, hours):
    """F12: every zone, 2024 to 2032, with a move in the middle of the plan; what was sent before stays as it was."""
    slots = [slot_for(dose, each[1], each[3], each[4], home, hours) for each in POINTS]
    moved_at = dose + timedelta(days=moved_after)
    again = [slot_for(dose, each[1], each[3], each[4], moved_to, hours) for each in POINTS]
    lived = [here if here.due_at <= moved_at else there for here, there in zip(slots, again, strict=True)]
    for plan in (slots, lived):
        assert [slot.due_at for slot in plan] == sorted({slot.due_at for slot in plan})
        assert all(later.due_at - slot.due_at > timedelta(hours=24) for slot, later in pairwise(plan))
        for slot in plan:
            clock = local(slot)
            assert hours.quiet_until <= clock.time() < hours.quiet_from
            assert slot.local_due == clock.strftime("%Y-%m-%d %H:%M")
            assert slot.due_at < slot.closes_at
    assert len({slot.local_due[:10] for slot in slots}) == len(POINTS)


@given(DOSES, st.sampled_from(ZONES), practice_hours())
def test_a_message_that_waits_goes_out_at_the_end_of_the_night(moment, zone, hours):
    awake = waking_time(moment, zone, hours)
    clock = awake.astimezone(ZoneInfo(zone))
    assert hours.quiet_until <= clock.time() < hours.quiet_from
    assert moment <= awake < moment + timedelta(hours=17)
    assert awake == moment or clock.time() == hours.quiet_until
    begin, end = local_day(moment, zone)
    assert begin <= moment < end


@given(
    DOSES,
    st.sampled_from(ZONES),
    st.sampled_from(POINTS),
)
def test_any_dose_anywhere_gets_a_waking_contact_before_it_closes(dose, zone, point):
    _, hours, _, before, after, _ = point

    slot = slot_for(dose, hours, before, after, zone)

    assert 8 <= local(slot).hour < 21
    assert dose < slot.due_at < slot.closes_at
    assert slot.due_at >= dose + timedelta(hours=hours - before)
    assert slot.due_at <= dose + timedelta(hours=hours + after + 12)
