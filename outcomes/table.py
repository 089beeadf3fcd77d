"""The outcomes as lines of a file: the same rows as the page, and the same ones left out."""

from collections.abc import Iterator
from decimal import Decimal

from outcomes.outcomes_page import Group, Outcomes
from outcomes.tally import Share

HEADINGS = (
    *("Questionnaire", "Period", "By", "Group", "Series or sessions", "Counted"),
    *("No score before", "No score after", "Score may still come"),
    *("Response", "Response of", "Remission", "Remission of", "Reliably better", "Reliably better of"),
    *("Reliably worse", "Reliably worse of", "Any worsening", "Any worsening of", "Recovered", "Recovered of"),
    *("Mean before", "SD before", "Mean after", "SD after", "Mean change", "SD change", "Change from", "Change to"),
    *("d by average SD", "d by baseline SD", "d by change SD"),
)
SHARES = ("response", "remission", "reliable_better", "reliable_worse", "any_worse", "recovery")


def lines_of(found: Outcomes) -> Iterator[tuple]:
    """One line for each group, the excluded ones at the end."""
    parts = (("after the last session", (found.overall,)), ("route", found.by_route), ("session", found.by_number))
    for by, groups in parts:
        for group in groups:
            yield (found.name, found.period.label, by, group.label, *_values(group, found.least))
    for words, number in (
        ("Sessions called off", found.excluded.called_off),
        ("Sessions not signed yet", found.excluded.not_signed),
        ("Questionnaires not submitted", found.excluded.drafts),
    ):
        yield (found.name, found.period.label, "not counted", words, number)


def _values(group: Group, least: int) -> tuple:
    if group.is_hidden:
        return (f"fewer than {least}, or left out with such a group",)
    result = group.result
    low, high = result.change.interval or (None, None)
    effect = result.effect
    return (
        *(result.total, result.counted, result.no_before, result.no_after, result.waiting),
        *(number for name in SHARES for number in _share(result.shares[name])),
        *map(_rounded, (result.before.mean, result.before.sd, result.after.mean, result.after.sd)),
        *map(_rounded, (result.change.mean, result.change.sd, low, high)),
        *map(_rounded, (effect.by_average_sd, effect.by_baseline_sd, effect.by_change_sd)),
    )


def _share(share: Share) -> tuple[int | None, int]:
    return (share.k if share.n else None), share.n


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"))
