import pytest

from sessions_app.state_words import CHIPS, steps_to
from sessions_app.states import MOVES, State, may_move, standing_stop


def test_every_state_has_moves_and_a_chip():
    assert set(MOVES) == set(State) == set(CHIPS)


@pytest.mark.parametrize("state", [State.SIGNED, State.CANCELLED, State.NO_SHOW, State.ABORTED])
def test_a_session_that_is_over_goes_nowhere(state):
    assert not any(may_move(state, to) for to in State)


def test_no_dose_without_a_check_in_and_no_leaving_without_recovery():
    assert not may_move(State.SCHEDULED, State.DOSING)
    assert not may_move(State.DOSING, State.DISCHARGED)
    assert not may_move(State.RECOVERY, State.SIGNED)


@pytest.mark.parametrize(
    ("state", "now", "past"),
    [(State.SCHEDULED, "Scheduled", 0), (State.DOSING, "Dosing", 3), (State.ENDED_EARLY, "Ended early", 5)],
)
def test_steps_of_a_visit(state, now, past):
    steps = steps_to(state)

    assert [label for label, when in steps if when == "now"] == [now]
    assert sum(when == "past" for _, when in steps) == past


def test_steps_of_a_session_that_was_called_off():
    assert steps_to(State.CANCELLED) == [("Scheduled", "past"), ("Cancelled", "now")]


BEGAN, STOPPED, ENDED = ("ready", "dosing", ""), ("dosing", "recovery", "Too intense"), ("dosing", "recovery", "")
AGAIN, LEFT = ("recovery", "dosing", "Further dose"), ("recovery", "discharged", "")


@pytest.mark.parametrize(
    ("moves", "stands"),
    [
        ((), None),
        ((BEGAN,), None),
        ((BEGAN, ENDED), None),
        ((BEGAN, STOPPED), STOPPED),
        ((BEGAN, STOPPED, LEFT), STOPPED),
        ((BEGAN, STOPPED, AGAIN), None),
        ((BEGAN, STOPPED, AGAIN, ENDED, LEFT), None),
        ((BEGAN, ENDED, AGAIN, STOPPED), STOPPED),
    ],
)
def test_an_early_stop_stands_until_dosing_goes_on(moves, stands):
    assert standing_stop(moves, lambda move: move) == stands
