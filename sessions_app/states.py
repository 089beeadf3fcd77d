"""The states of a session and the moves between them, as data (product.md, "The record")."""

import enum


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
