"""The states of a session and the moves between them, as data (product.md, "The record")."""

import enum
from collections.abc import Callable, Iterable
from typing import TypeVar

Move = TypeVar("Move")


class State(enum.Enum):
    SCHEDULED = "scheduled"
    CHECKED_IN = "checked_in"
    READY = "ready"
    DOSING = "dosing"
    RECOVERY = "recovery"
    DISCHARGED = "discharged"
    ENDED_EARLY = "ended_early"
    SIGNED = "signed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ABORTED = "aborted"

    @property
    def label(self) -> str:
        return {"checked_in": "Checked in", "no_show": "No-show", "ended_early": "Ended early"}.get(
            self.value, self.value.capitalize()
        )

    @property
    def is_in_progress(self) -> bool:
        return self in IN_PROGRESS

    @property
    def is_over(self) -> bool:
        return self not in IN_PROGRESS and self is not State.SCHEDULED

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(state.value, state.label) for state in cls]

    @classmethod
    def values(cls) -> list[str]:
        return [state.value for state in cls]


IN_PROGRESS = frozenset({State.CHECKED_IN, State.READY, State.DOSING, State.RECOVERY})

# from → the states it may become. READY means: no blocker stands between the patient and the dose.
MOVES: dict[State, frozenset[State]] = {
    State.SCHEDULED: frozenset({State.CHECKED_IN, State.CANCELLED, State.NO_SHOW}),
    State.CHECKED_IN: frozenset({State.READY, State.DOSING, State.ABORTED}),
    State.READY: frozenset({State.CHECKED_IN, State.DOSING, State.ABORTED}),
    State.DOSING: frozenset({State.RECOVERY}),
    State.RECOVERY: frozenset({State.DOSING, State.DISCHARGED, State.ENDED_EARLY}),
    State.DISCHARGED: frozenset({State.SIGNED}),
    State.ENDED_EARLY: frozenset({State.SIGNED}),
    State.SIGNED: frozenset(),
    State.CANCELLED: frozenset(),
    State.NO_SHOW: frozenset(),
    State.ABORTED: frozenset(),
}


def may_move(start: State, to: State) -> bool:
    return to in MOVES[start]


def is_early_stop(start: str, to: str, reason: str) -> bool:
    """Whether a move says that dosing ended before all of it was given: only then does recovery begin with a reason."""
    return (start, to) == (State.DOSING.value, State.RECOVERY.value) and bool(reason)


def standing_stop(moves: Iterable[Move], told: Callable[[Move], tuple[str, str, str]]) -> Move | None:
    """The early stop that stands: the last time that dosing ended, unless it was taken up again since.

    `moves` are in the order they happened; `told` gives (from state, to state, reason) of one.
    """
    last = None
    for move in moves:
        start, to, reason = told(move)
        if to in (State.DOSING.value, State.RECOVERY.value):
            last = move if is_early_stop(start, to, reason) else None
    return last
