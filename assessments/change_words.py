"""Says a change from baseline in words, with a kind and an icon, so colour never carries the meaning alone."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from assessments.change import Change
from common.templatetags.ui import decimal_trim

# Where a scale counts response in points (PCL-5), the word still waits for half; until then it is a meaningful change.
HALF = Decimal(50)


@dataclass(frozen=True)
class ChangeWords:
    kind: str
    icon: str
    text: str


def words_of(change: Change | None) -> ChangeWords | None:
    """None where no change can be told. The strongest true statement is said, worsening before anything else."""
    if change is None:
        return None
    if change.is_any_deterioration:
        amount = _amount(-change.improvement)
        if change.is_reliable_deterioration:
            return ChangeWords("warning", _icon(change), f"{amount} worse, more than measurement error")
        return ChangeWords("caution", _icon(change), f"{amount} worse")
    if change.improvement == 0:
        return ChangeWords("neutral", "equal", "No change")
    return _better(change)


def _better(change: Change) -> ChangeWords:
    text = f"{_amount(change.improvement)} better"
    if change.percent_improved is not None:
        text += f" ({change.percent_improved.quantize(Decimal(1), ROUND_HALF_UP)} %)"
    said = [
        word
        for is_true, word in (
            (change.is_remission, "remission"),
            (change.is_response and (change.percent_improved or 0) >= HALF, "response"),
            (change.is_reliable_improvement, "more than measurement error"),
            (change.is_meaningful_improvement, "meaningful change"),
        )
        if is_true
    ]
    kind = "normal" if said else "neutral"
    return ChangeWords(kind, _icon(change), f"{text}: {said[0]}" if said else text)


def _icon(change: Change) -> str:
    """Which way the score itself went; a fall is good on most scales and bad on some, the words say which."""
    return "trending-up" if change.difference > 0 else "trending-down"


def _amount(points) -> str:
    return f"{decimal_trim(points)} point{'' if points == 1 else 's'}"
