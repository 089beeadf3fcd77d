"""A questionnaire that a practice writes itself: what it may hold, how it is changed, and how it becomes an instrument.

A definition is {"instructions", "recall", "questions": [...], "score": {"direction", "bands"} or None}. A question is
{"key", "form", "text", "counts"} with "options" ([{"points", "label"}]) for a choice, and "low", "high", "unit",
"low_words", "high_words" for a number. Scores only add up points; nothing here raises a flag.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from assessments.definitions import Band, Instrument, Item, Licence, MissingRule, Option, ScoringRule

Definition = dict[str, Any]
Question = dict[str, Any]

CODE_PREFIX = "OWN-"
FORMS = {
    "choice": "Choice with points",
    "number": "Number in a range",
    "yes_no": "Yes or no",
    "text": "The patient's own words",
}
RECALLS = ("right now", "today", "past week", "past 2 weeks", "past month", "no fixed time")
DIRECTIONS = {
    "higher_worse": "Higher is worse",
    "higher_better": "Higher is better",
    "neither": "Neither is better",
}
EMPTY: Definition = {"instructions": "", "recall": RECALLS[-1], "questions": [], "score": None}

LONGEST_NAME, LONGEST_INSTRUCTIONS, LONGEST_TEXT, LONGEST_LABEL, LONGEST_UNIT = 120, 1000, 300, 120, 20
MOST_QUESTIONS, MOST_OPTIONS, MOST_BANDS, MOST_LETTERS = 60, 12, 8, 2000
BIGGEST = 1000
YES_NO = (Option(0, "No"), Option(1, "Yes"))
OWN = Licence("own", "Made by the practice.", "", "")
NO_ESTIMATE = MissingRule("none", "", "")


@dataclass(frozen=True)
class Range:
    """The lowest and the highest total that the counted questions can add up to."""

    low: int
    high: int


def is_practice_made(code: str) -> bool:
    return code.startswith(CODE_PREFIX)


def instrument_of(code: str, version: int, name: str, definition: Definition) -> Instrument:
    """The questionnaire as every page, score and trend takes it; its version is the number as text."""
    score = definition["score"]
    counted = counted_questions(definition) if score else []
    reach = range_of(definition) if counted else None
    return Instrument(
        code=code,
        name=name,
        version=str(version),
        kind="self_report",
        recall=definition["recall"],
        direction=score["direction"] if score else "neither",
        wording_available=True,
        licence=OWN,
        attribution=None,
        sources=(),
        loinc=MappingProxyType({}),
        instructions=definition["instructions"] or None,
        stem=None,
        items=tuple(_item(question) for question in definition["questions"]),
        context=(),
        scoring=ScoringRule(
            method="sum" if reach else "none",
            items=tuple(question["key"] for question in counted),
            report=("total", "severity", "missing") if reach else ("missing",),
            source_id="",
            low=reach.low if reach else None,
            high=reach.high if reach else None,
        ),
        missing_rule=NO_ESTIMATE,
        bands=tuple(Band(**band) for band in score["bands"]) if score else (),
        thresholds=MappingProxyType({}),
        threshold_confidence="",
        flags=(),
    )


def _item(question: Question) -> Item:
    form, common = question["form"], {"key": question["key"], "text": question["text"]}
    if form == "text":
        return Item(**common, most_letters=MOST_LETTERS, is_scored=False)
    if form == "yes_no":
        return Item(**common, options=YES_NO)
    if form == "choice":
        return Item(**common, options=tuple(Option(one["points"], one["label"]) for one in question["options"]))
    low, high = question["low"], question["high"]
    ends = ((low, question["low_words"]), (high, question["high_words"]))
    anchors = tuple((at, words) for at, words in ends if words)
    return Item(**common, low=low, high=high, unit=question["unit"] or None, anchors=anchors)


def counted_questions(definition: Definition) -> list[Question]:
    return [question for question in definition["questions"] if question["counts"] and question["form"] != "text"]


def range_of(definition: Definition) -> Range:
    ends = [_ends(question) for question in counted_questions(definition)]
    return Range(sum(low for low, _ in ends), sum(high for _, high in ends))


def _ends(question: Question) -> tuple[int, int]:
    if question["form"] == "choice":
        points = [one["points"] for one in question["options"]]
        return min(points), max(points)
    return (0, 1) if question["form"] == "yes_no" else (question["low"], question["high"])


# --- changing a draft -------------------------------------------------------------------------------------------------


def with_question(definition: Definition, question: Question) -> Definition:
    """The question in the place of the one with its key; one without a key comes last, with a key never used before."""
    asked = definition["questions"]
    if question.get("key"):
        return definition | {"questions": [question if one["key"] == question["key"] else one for one in asked]}
    number = 1 + max((int(one["key"][1:]) for one in asked), default=0)
    return definition | {"questions": [*asked, question | {"key": f"q{number}"}]}


def without_question(definition: Definition, key: str) -> Definition:
    return definition | {"questions": [one for one in definition["questions"] if one["key"] != key]}


def moved(definition: Definition, key: str, places: int) -> Definition:
    """The question so many places further down (up when negative); one at the end stays where it is."""
    asked = list(definition["questions"])
    at = next(place for place, one in enumerate(asked) if one["key"] == key)
    question = asked.pop(at)
    asked.insert(min(max(at + places, 0), len(asked)), question)
    return definition | {"questions": asked}


# --- what may be stored and published ---------------------------------------------------------------------------------


def faults_of_draft(name: str, definition: Definition) -> dict[str, str]:
    """What keeps a draft from being stored, by field."""
    found = {}
    if not 3 <= len(name.strip()) <= LONGEST_NAME:
        found["name"] = f"Enter a name of 3 to {LONGEST_NAME} characters."
    if len(definition["instructions"]) > LONGEST_INSTRUCTIONS:
        found["instructions"] = f"Shorten this to {LONGEST_INSTRUCTIONS} characters."
    if definition["recall"] not in RECALLS:
        found["recall"] = "Choose what time the questions are about."
    if len(definition["questions"]) > MOST_QUESTIONS:
        found["questions"] = f"A questionnaire has at most {MOST_QUESTIONS} questions."
    for question in definition["questions"]:
        found |= dict(faults_of_question(question))
    if definition["score"] and definition["score"]["direction"] not in DIRECTIONS:
        found["direction"] = "Choose what a higher score means."
    return found


def faults_of_question(question: Question) -> Iterator[tuple[str, str]]:
    if question["form"] not in FORMS:
        yield "form", "Choose the kind of question."
    if not 3 <= len(question["text"].strip()) <= LONGEST_TEXT:
        yield "text", f"Write the question in 3 to {LONGEST_TEXT} characters."
    if question["form"] == "choice":
        yield from _faults_of_options(question["options"])
    if question["form"] == "number":
        yield from _faults_of_range(question)


def _faults_of_options(options: list[dict]) -> Iterator[tuple[str, str]]:
    points = [one["points"] for one in options]
    if not 2 <= len(options) <= MOST_OPTIONS:
        yield "options", f"Give 2 to {MOST_OPTIONS} answers."
    elif len(set(points)) < len(points):
        yield "options", "Two answers have the same points. Give each its own."
    elif any(abs(one) > BIGGEST for one in points):
        yield "options", f"Give points from -{BIGGEST} to {BIGGEST}."
    elif not all(1 <= len(one["label"].strip()) <= LONGEST_LABEL for one in options):
        yield "options", f"Write each answer in 1 to {LONGEST_LABEL} characters."


def _faults_of_range(question: Question) -> Iterator[tuple[str, str]]:
    if not -BIGGEST <= question["low"] < question["high"] <= BIGGEST:
        yield "high", f"Enter a highest number above the lowest; both from -{BIGGEST} to {BIGGEST}."
    if len(question["unit"]) > LONGEST_UNIT:
        yield "unit", f"Shorten this to {LONGEST_UNIT} characters."
    for name in ("low_words", "high_words"):
        if len(question[name]) > LONGEST_LABEL:
            yield name, f"Shorten this to {LONGEST_LABEL} characters."


def faults_to_publish(definition: Definition) -> list[str]:
    """What is missing before patients can be asked, in sentences."""
    if not definition["questions"]:
        return ["Add at least one question."]
    if not definition["score"]:
        return []
    if not counted_questions(definition):
        return ["No question counts towards the score. Let one count, or take the score away."]
    return list(_faults_of_bands(definition["score"]["bands"], range_of(definition)))


def _faults_of_bands(bands: list[dict], reach: Range) -> Iterator[str]:
    if len(bands) > MOST_BANDS:
        yield f"Give at most {MOST_BANDS} ranges of the score."
    before = None
    for band in bands:
        told = f"{band['low']} to {band['high']}"
        if not 1 <= len(band["label"].strip()) <= 40:
            yield f"Name the range {told} in 1 to 40 characters."
        if not reach.low <= band["low"] <= band["high"] <= reach.high:
            yield f"The range {told} does not fit the score, which runs from {reach.low} to {reach.high}."
        elif before is not None and band["low"] <= before:
            yield f"The range {told} begins before the one above it ends."
        before = band["high"]
