"""Decides which groups a report may not show, so that nobody can tell who is in them (KAP-OUT-CELL)."""

from collections.abc import Mapping, Sequence

from outcomes.arithmetic import Step


def hidden(counts: Mapping[str, int], least: int) -> set[str]:
    """The groups to leave out: fewer than `least` people, and one more where a single one could be worked out by
    taking the shown ones from the total. A group of nobody tells nothing and is shown."""
    small = {name for name, count in counts.items() if 0 < count < least}
    others = sorted((count, name) for name, count in counts.items() if name not in small and count)
    if others and 0 < sum(counts[name] for name in small) < least:
        small.add(others[0][1])
    return small


def shown_steps(steps: Sequence[Step], least: int) -> tuple[Step, ...]:
    """The weeks in which at least `least` people were followed. Ever fewer are, so it is the last ones that are left
    out; as in a group, what counts is how many there are and not how many lost it."""
    return tuple(step for step in steps if step.at_risk >= least)
