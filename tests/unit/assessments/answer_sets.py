"""Sets of answers for the scoring tests: by total, or all alike."""

from assessments.catalogue import get_instrument


def answers_with_total(code, total):
    """Answers of an adding instrument that sum to `total` / multiplier, filled from the first item."""
    instrument = get_instrument(code)
    left, answers = total // instrument.scoring.multiplier, {}
    for key in instrument.scoring.items:
        highest = max(option.value for option in instrument.item(key).options)
        answers[key] = min(left, highest)
        left -= answers[key]
    return answers


def flat(code, value, **changes):
    return {item.key: value for item in get_instrument(code).items} | changes


def codes_of(result):
    return [flag.code for flag in result.flags]
