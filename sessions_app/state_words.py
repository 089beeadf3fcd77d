"""How a state looks: the kind of its chip, and the steps of a visit."""

from sessions_app.states import State

CHIPS = {
    State.SCHEDULED: "neutral",
    State.CHECKED_IN: "waiting",
    State.READY: "info",
    State.DOSING: "info",
    State.RECOVERY: "info",
    State.DISCHARGED: "waiting",
    State.ENDED_EARLY: "warning",
    State.SIGNED: "done",
    State.CANCELLED: "neutral",
    State.NO_SHOW: "neutral",
    State.ABORTED: "caution",
}
PATH = (
    State.SCHEDULED,
    State.CHECKED_IN,
    State.READY,
    State.DOSING,
    State.RECOVERY,
    State.DISCHARGED,
    State.SIGNED,
)


def chip_of(state: State) -> str:
    return CHIPS[state]


def steps_to(state: State) -> list[tuple[str, str]]:
    """(label, "past" | "now" | "") for the path of a visit; a visit that left the path ends with its own step."""
    path = list(PATH)
    if state is State.ENDED_EARLY:
        path[path.index(State.DISCHARGED)] = state
    elif state not in path:
        path = [State.SCHEDULED, state]
    reached = path.index(state)
    return [
        (one.label, "past" if place < reached else "now" if place == reached else "") for place, one in enumerate(path)
    ]
