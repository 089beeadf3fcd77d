"""Which answers an instrument accepts: checks each value's type, range and key before anything is scored."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from assessments.definitions import Instrument, Item

WHOLE_FORM = "__all__"


class InvalidAnswers(ValueError):
    """Answers that cannot be scored. `errors` maps an item key (or "__all__") to what to do about it."""

    def __init__(self, errors: Mapping[str, str]):
        self.errors = dict(errors)
        super().__init__(" ".join(f"{key}: {message}" for key, message in self.errors.items()))


def clean_answers(instrument: Instrument, responses: Any) -> dict[str, Any]:
    """Every key of the instrument with its checked answer, None where the question was left open.

    Whole-number questions take `int` only (no bool, no float, no text); hours and minutes take a finite
    number and come back as Decimal. Raises InvalidAnswers listing every fault at once.
    """
    if not isinstance(responses, Mapping):
        raise InvalidAnswers({WHOLE_FORM: "Give the answers as an object of question keys and values."})
    known = {item.key for item in instrument.fields}
    strangers = [str(key) for key in responses if key not in known]
    errors = dict.fromkeys(strangers, f"This question does not belong to {instrument.code}.")
    answers = {}
    for item in instrument.fields:
        answers[item.key] = _clean(item, responses.get(item.key), errors)
    if errors:
        raise InvalidAnswers(errors)
    return answers


def _clean(item: Item, value: Any, errors: dict[str, str]) -> Any:
    """The checked answer; what is wrong with it goes into `errors`, under the part of a list that is wrong."""
    if value is not None and item.parts:
        if isinstance(value, list | tuple) and len(value) == len(item.parts):
            return tuple(_clean(part, told, errors) for part, told in zip(item.parts, value, strict=True))
        errors[item.key] = f"Give a list of {len(item.parts)} answers."
        return None
    try:
        return None if value is None else _clean_one(item, value)
    except ValueError as fault:
        errors[item.key] = str(fault)
        return None


def _clean_one(item: Item, value: Any) -> Any:
    if item.options:
        return _chosen(item, value)
    if item.is_text:
        return _written(item, value)
    if item.is_whole and type(value) is not int:
        raise ValueError(_range_sentence(item))
    number = value if item.is_whole else _exact(item, value)
    if not item.low <= number <= item.high:
        raise ValueError(_range_sentence(item))
    return number


def _chosen(item: Item, value: Any) -> int | str:
    for option in item.options:
        if type(value) is type(option.value) and value == option.value:
            return option.value
    raise ValueError(f"Choose one of {', '.join(str(option.value) for option in item.options)}.")


def _written(item: Item, value: Any) -> str | None:
    if type(value) is not str or len(value.strip()) > item.most_letters:
        raise ValueError(f"Write at most {item.most_letters} characters.")
    return value.strip() or None


def _exact(item: Item, value: Any) -> Decimal:
    if type(value) not in (int, float, Decimal):
        raise ValueError(_range_sentence(item))
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(_range_sentence(item))
    return number


def _range_sentence(item: Item) -> str:
    kind = "whole number" if item.is_whole else "number"
    unit = f" {item.unit}" if item.unit else ""
    return f"Enter a {kind} from {item.low} to {item.high}{unit}."
