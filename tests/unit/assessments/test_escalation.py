"""Whose turn a risk answer is, minute by minute (R80)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.escalation import CARE_TEAM, Facts, Limits, Place, standing_of, turns_of

RAISED = datetime(2026, 6, 3, 2, 0, tzinfo=UTC)
LONG_AGO = RAISED - timedelta(days=30)
LIMITS = Limits(timedelta(minutes=15), timedelta(minutes=60))


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def place(person: str, position: int, listed: datetime = LONG_AGO, removed: datetime | None = None, step=15) -> Place:
    return Place(f"{person}{position}", person, person, position, minutes(step * position), listed, removed)


THREE = [place("Ada", 0), place("Ben", 1), place("Cleo", 2)]


@pytest.mark.parametrize(
    ("after", "owner", "following", "is_unseen", "is_over"),
    [
        (0, "Ada", "Ben", False, False),
        (14.99, "Ada", "Ben", False, False),
        (15, "Ben", "Cleo", True, False),
        (29.99, "Ben", "Cleo", True, False),
        (30, "Cleo", None, True, False),
        (44.99, "Cleo", None, True, False),
        (45, "Cleo", None, True, True),
        (600, "Cleo", None, True, True),
    ],
)
def test_it_goes_on_every_quarter_of_an_hour(after, owner, following, is_unseen, is_over):
    shown = standing_of(Facts(RAISED), THREE, LIMITS, RAISED + minutes(after))
    assert (shown.owner, shown.following and shown.following.name) == (owner, following)
    assert (shown.is_unseen, shown.is_overdue, shown.is_list_over) == (is_unseen, is_unseen, is_over)
    assert not shown.is_list_empty


def test_without_a_list_it_stays_with_the_care_team_and_says_so():
    for after in (0, 600):
        shown = standing_of(Facts(RAISED), [], LIMITS, RAISED + minutes(after))
        assert (shown.owner, shown.since, shown.turns, shown.following) == (CARE_TEAM, RAISED, (), None)
        assert shown.is_list_empty
        assert shown.is_unseen is (after > 0)


@pytest.mark.parametrize(
    ("contact_after", "asked_after", "is_uncontacted", "due"),
    [(None, 69.99, False, True), (None, 70, True, True), (30, 70, False, False), (69, 600, False, False)],
)
def test_acknowledging_stops_the_clock_and_starts_the_next(contact_after, asked_after, is_uncontacted, due):
    contact = RAISED + minutes(contact_after) if contact_after else None
    facts = Facts(RAISED, RAISED + minutes(10), "Dora", contact)
    shown = standing_of(facts, THREE, LIMITS, RAISED + minutes(asked_after))
    assert (shown.owner, shown.since) == ("Dora", RAISED + minutes(10))
    assert [turn.name for turn in shown.turns] == ["Ada"]
    assert (shown.following, shown.is_unseen, shown.is_list_over) == (None, False, False)
    assert (shown.is_uncontacted, shown.is_overdue) == (is_uncontacted, is_uncontacted)
    assert shown.contact_due_at == (RAISED + minutes(70) if due else None)


def test_a_closed_item_is_overdue_no_more():
    facts = Facts(RAISED, RAISED + minutes(20), "Ben", None, RAISED + minutes(90))
    shown = standing_of(facts, THREE, LIMITS, RAISED + timedelta(days=2))
    assert not shown.is_overdue
    assert shown.contact_due_at is None
    assert [turn.name for turn in shown.turns] == ["Ada", "Ben"]


def test_a_new_list_holds_for_what_waits_and_forgets_nobody():
    """Ada was asked, then the list was set anew at minute 10: Cleo is asked at once, Ben a quarter after the answer."""
    changed = RAISED + minutes(10)
    places = [place("Ada", 0, removed=changed), place("Ben", 1, removed=changed)]
    places += [place("Cleo", 0, changed), place("Ben", 1, changed)]
    at = {name: RAISED + minutes(after) for name, after in (("Ada", 0), ("Cleo", 10), ("Ben", 15))}
    turns = turns_of(RAISED, RAISED + minutes(60), places)
    assert {turn.name: turn.at for turn in turns} == at
    assert [turn.name for turn in turns] == ["Ada", "Cleo", "Ben"]


def test_who_left_the_list_before_the_turn_never_gets_it():
    places = [place("Ada", 0), place("Ben", 1, removed=RAISED + minutes(15))]
    assert [turn.name for turn in turns_of(RAISED, RAISED + minutes(60), places)] == ["Ada"]


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDE"), st.integers(0, 6), st.integers(-60, 90), st.none() | st.integers(0, 120)),
        max_size=12,
    ),
    st.integers(0, 150),
    st.integers(0, 60),
)
def test_turns_only_ever_come_and_never_go(rows, until, more):
    """What was true of the past stays true: a later look has the earlier turns in the same order, everybody once."""
    places = [
        place(
            person, position, RAISED + minutes(listed), None if gone is None else RAISED + minutes(listed + abs(gone))
        )
        for person, position, listed, gone in rows
    ]
    early = turns_of(RAISED, RAISED + minutes(until), places)
    late = turns_of(RAISED, RAISED + minutes(until + more), places)
    assert late[: len(early)] == early
    assert len({turn.place.person for turn in late}) == len(late)
    assert [turn.at for turn in late] == sorted(turn.at for turn in late)
