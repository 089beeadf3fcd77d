"""Whether an answer is so much worse that a person has to look: reliable worsening (KAP-RISK-WORSE, AS-RCI)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from assessments.change import Change, ChangeNotDefined, ChangeRule, measure_change, rule_of
from assessments.definitions import Instrument
from common.templatetags.ui import decimal_trim

Scored = tuple[datetime, Decimal]  # when it was answered, and its total


def watched_rule(instrument: Instrument) -> ChangeRule | None:
    """The yardsticks of an instrument that has a reliable change, else None."""
    try:
        rule = rule_of(instrument)
    except ChangeNotDefined:
        return None
    return rule if rule.reliable_change is not None else None


def leaves_room(rule: ChangeRule, total: Decimal) -> bool:
    """Whether any earlier total could have been reliably better than this one; near the best end none can."""
    best = rule.low if rule.lower_is_better else rule.high
    return abs(total - best) >= rule.reliable_change


def may_be_worse(rule: ChangeRule, earlier: Sequence[Scored], total: Decimal) -> bool:
    """Whether the total is reliably worse than any earlier one; without that nothing else need be asked."""
    return any(_is_worse(rule, each, total) for _, each in earlier)


def worsening(
    rule: ChangeRule, name: str, earlier: Sequence[Scored], first_dose_at: datetime | None, total: Decimal
) -> str:
    """The sentence of the risk item, or ''. Compared with the baseline (the last score before the first dose, else the
    first, KAP-ASM-BASELINE) and with the score before this one. `earlier` is in the order it was answered."""
    before_dose = [each for at, each in earlier if first_dose_at and at <= first_dose_at]
    baseline = before_dose[-1] if before_dose else earlier[0][1] if earlier else None
    for words, since in (("the baseline", baseline), ("the time before", earlier[-1][1] if earlier else None)):
        if since is not None and _is_worse(rule, since, total):
            points = decimal_trim(abs(total - since))
            return (
                f"{name}: {decimal_trim(total)} after {decimal_trim(since)}, {points} points worse than {words}, "
                "more than measurement error."
            )
    return ""


def _is_worse(rule: ChangeRule, since: Decimal, total: Decimal) -> bool:
    change: Change | None = measure_change(rule, since, total)
    return change is not None and bool(change.is_reliable_deterioration)
