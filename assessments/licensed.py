"""Wording that a practice loads under its own licence: question texts and answer labels; scoring is never touched.

The document, as it may be pasted into the form:
{"instrument": "BDI2", "items": {"q1": "text of question 1", ...}, "answers": {"all": {"0": "label", ...}, "q2": {...}}}
"answers" may be left out; "all" holds for every question without an entry of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assessments.catalogue import all_instruments
from assessments.definitions import Instrument, Item

LONGEST_TEXT, LONGEST_LABEL, LARGEST_DOCUMENT = 500, 200, 200_000
ALL = "all"


class UnfitWording(ValueError):
    """The texts do not fit the instrument; `sentences` says each fault."""

    def __init__(self, sentences: list[str]):
        self.sentences = sentences
        super().__init__(" ".join(sentences))


@dataclass(frozen=True)
class Wording:
    """`items` are texts by question; `answers` are labels by question and value, as text."""

    items: Mapping[str, str]
    answers: Mapping[str, Mapping[str, str]]

    def as_json(self) -> dict[str, Any]:
        return {"items": dict(self.items), "answers": {key: dict(labels) for key, labels in self.answers.items()}}


def loadable() -> tuple[Instrument, ...]:
    """Instruments whose wording does not ship."""
    return tuple(each for each in all_instruments() if is_loadable(each))


def is_loadable(instrument: Instrument) -> bool:
    return not instrument.wording_available


def with_wording(instrument: Instrument, number: int, wording: Wording, licence: str) -> Instrument:
    """The instrument as the practice may show it; `number` is the version of the texts."""
    credit = ". ".join(part.rstrip(".") for part in (instrument.attribution, f"Used under licence: {licence}") if part)
    return replace(
        instrument,
        wording_available=True,
        version=wording_version(instrument, number),
        attribution=credit,
        items=tuple(_worded(item, wording) for item in instrument.items),
    )


def wording_version(instrument: Instrument, number: int) -> str:
    return f"{instrument.version}, wording {number}"


def _worded(item: Item, wording: Wording) -> Item:
    if item.parts:
        return replace(item, parts=tuple(_worded(part, wording) for part in item.parts))
    labels = wording.answers.get(item.key) or wording.answers.get(ALL) or {}
    options = tuple(replace(each, label=labels.get(str(each.value), each.label)) for each in item.options)
    return replace(item, text=wording.items[item.key], options=options)


def wording_of_lines(instrument: Instrument, texts: str, labels: str) -> Wording:
    """Texts one in each line, in the order of the questions; labels as "0 = words". Raises UnfitWording."""
    lines = [line.strip() for line in texts.splitlines() if line.strip()]
    if len(lines) != len(instrument.questions):
        raise UnfitWording([_count_sentence(instrument, len(lines))])
    answers = {}
    for line in (each for each in labels.splitlines() if each.strip()):
        value, sign, label = line.partition("=")
        if not sign:
            raise UnfitWording([f"Write “{line.strip()[:60]}” as a value, an equals sign and words."])
        answers[value.strip()] = label.strip()
    keys = [item.key for item in instrument.questions]
    return checked(instrument, dict(zip(keys, lines, strict=True)), {ALL: answers} if answers else {})


def wording_of_document(instrument: Instrument, content: str | bytes) -> Wording:
    """The document described above. Raises UnfitWording."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise UnfitWording(["This is not JSON."]) from None
    if not isinstance(told, dict) or set(told) - {"instrument", "items", "answers"}:
        raise UnfitWording(["It has exactly these parts: instrument, items, answers."])
    if told.get("instrument") != instrument.code:
        raise UnfitWording([f"It is not for {instrument.code}: its part “instrument” says something else."])
    return checked(instrument, told.get("items"), told.get("answers", {}))


def checked(instrument: Instrument, items: Any, answers: Any) -> Wording:
    """The wording when it fits the questions and values of the instrument exactly. Raises UnfitWording."""
    if not _is_texts(items) or not isinstance(answers, dict) or not all(_is_texts(one) for one in answers.values()):
        raise UnfitWording(["Questions and answers are texts by key."])
    faults = _faults_of_items(instrument, items) + _faults_of_answers(instrument, answers)
    if faults:
        raise UnfitWording(faults)
    tidy = {key: {value: label.strip() for value, label in labels.items()} for key, labels in answers.items()}
    return Wording({item.key: items[item.key].strip() for item in instrument.questions}, tidy)


def _is_texts(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(one, str) for one in (*found, *found.values()))


def _faults_of_items(instrument: Instrument, items: Mapping[str, str]) -> list[str]:
    keys = [item.key for item in instrument.questions]
    if len(items) != len(keys):
        return [_count_sentence(instrument, len(items))]
    faults = [f"There is no question {key}." for key in items if key not in keys]
    faults += [
        f"Write the text of {key} in 1 to {LONGEST_TEXT} characters."
        for key in keys
        if key in items and not 1 <= len(items[key].strip()) <= LONGEST_TEXT
    ]
    return faults


def _faults_of_answers(instrument: Instrument, answers: Mapping[str, Mapping[str, str]]) -> list[str]:
    values = {item.key: {str(option.value) for option in item.options} for item in instrument.questions}
    values[ALL] = set().union(*values.values())
    faults = []
    for key, labels in answers.items():
        if key not in values:
            faults.append(f"There is no question {key}.")
        elif strange := set(labels) - values[key]:
            faults.append(f"{key} has no answer {', '.join(sorted(strange))}.")
        elif key != ALL and len(labels) < len(values[key]):
            faults.append(f"Give every answer of {key} a label.")
        if not all(1 <= len(label.strip()) <= LONGEST_LABEL for label in labels.values()):
            faults.append(f"Write each answer of {key} in 1 to {LONGEST_LABEL} characters.")
    return faults


def _count_sentence(instrument: Instrument, found: int) -> str:
    return f"{instrument.code} has {len(instrument.questions)} questions; there are {found} texts."
