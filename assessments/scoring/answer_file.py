"""Reads answers from JSON text and scores them: one set of answers, or a list of sets."""

import json
from decimal import Decimal
from typing import Any

from assessments.scoring.answers import InvalidAnswers
from assessments.scoring.engine import score


class UnreadableAnswers(ValueError):
    """The text is not JSON with answers in it; the message says where."""


def score_text(code: str, text: str) -> dict[str, Any] | list[dict[str, Any]]:
    """Scores an answers object, an object with "responses", or a list of either (a list gives a list).

    Raises UnreadableAnswers, UnknownInstrument, and InvalidAnswers naming the place in a list.
    """
    content = _read(text)
    if not isinstance(content, list):
        return score(code, _answers_in(content))
    return [_score_entry(code, place, entry) for place, entry in enumerate(content, start=1)]


def _score_entry(code: str, place: int, entry: Any) -> dict[str, Any]:
    try:
        return score(code, _answers_in(entry))
    except InvalidAnswers as fault:
        raise InvalidAnswers({f"entry {place}, {key}": text for key, text in fault.errors.items()}) from None


def _answers_in(entry: Any) -> Any:
    return entry["responses"] if isinstance(entry, dict) and "responses" in entry else entry


def _read(text: str) -> Any:
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_without_doubles
        )
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        raise UnreadableAnswers(f"Not JSON: {fault.msg} at {where}.") from None
    except RecursionError:
        raise UnreadableAnswers("Not answers: nested too deeply.") from None
    except ValueError as fault:
        raise UnreadableAnswers(str(fault)) from None


def _refuse_constant(word: str) -> None:
    raise UnreadableAnswers(f"{word} is not a number that can be an answer.")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise UnreadableAnswers("The same question is answered twice in one object.")
    return content
