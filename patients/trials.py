"""Decides what earlier treatments say about an indication: how many adequate ones failed, and whether it is enough."""

from collections.abc import Iterable

from common.clinical import Indication, Route
from patients.person_rules import fold

# Failures that the indication of esketamine for treatment-resistant depression names (KAP-SCR-TRD).
TRD_TRIALS = 2
COUNTED = "antidepressant"


def count_different(treatments: Iterable[str]) -> int:
    """The same treatment tried twice counts once."""
    return len({fold(name) for name in treatments})


def trials_missing(failed: dict[str, list[str]], route: str | None, indication: str | None) -> int:
    """How many failed trials of an antidepressant are not on record yet; 0 where no number is asked for.

    `failed` has the adequate trials without a full response: kind of treatment → names.
    """
    if (route, indication) != (Route.ESK, Indication.TRD):
        return 0
    return max(0, TRD_TRIALS - count_different(failed.get(COUNTED, ())))


def words_of_failed(failed: dict[str, list[str]]) -> str:
    """'two adequate trials failed', of any kind of treatment."""
    number = count_different(name for names in failed.values() for name in names)
    word = {0: "no", 1: "one", 2: "two", 3: "three"}.get(number, str(number))
    return f"{word} adequate trial{'' if number == 1 else 's'} failed"
