"""What an instrument is made of: questions, answer choices, bands, cut-offs and flag rules, all frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

SELF_REPORT_KINDS = frozenset({"self_report", "clinician_or_self"})


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a person can choose; `value` is a whole number or a word such as "refused"."""

    value: int | str
    label: str
    loinc: str | None = None


@dataclass(frozen=True, slots=True)
class AnsweredWith:
    """True when any of `items` has one of `answers` (the skip logic of a form)."""

    items: tuple[str, ...]
    answers: tuple[int | str, ...]

    def holds(self, responses: Mapping[str, Any]) -> bool:
        return any(responses.get(key) in self.answers for key in self.items)


@dataclass(frozen=True, slots=True)
class Item:
    """One question: `options` for a choice, `low` and `high` (words in `anchors`) for a number, `most_letters` for a
    text in the patient's own words; never two of them.

    `parts` are the questions of a list that is scored as one; its answer is the list of theirs. `either` names a
    question that stands in for this one.
    """

    key: str
    text: str | None = None
    label: str | None = None
    loinc: str | None = None
    options: tuple[Option, ...] = ()
    low: int | None = None
    high: int | None = None
    unit: str | None = None
    anchors: tuple[tuple[int, str], ...] = ()
    is_scored: bool = True
    is_risk: bool = False
    is_whole: bool = True
    most_letters: int | None = None
    parts: tuple["Item", ...] = ()
    ask_if: AnsweredWith | None = None
    required_if: AnsweredWith | None = None
    either: str | None = None
    follow_up: str | None = None
    note: str | None = None

    @property
    def wording(self) -> str:
        """The printed question, or our neutral tag where the wording is not ours to print."""
        return self.text or self.label or self.key

    @property
    def choices(self) -> tuple[tuple[int | str, str], ...]:
        return tuple((option.value, option.label) for option in self.options)

    @property
    def is_range(self) -> bool:
        return self.low is not None and not self.options

    @property
    def is_text(self) -> bool:
        return self.most_letters is not None

    @property
    def questions(self) -> tuple["Item", ...]:
        """What a person is asked for it: itself, or each part of a list."""
        return self.parts or (self,)

    def open_questions(self, responses: Mapping[str, Any]) -> tuple["Item", ...]:
        """The ones without an answer."""
        told = answers_by_question((self,), responses)
        return tuple(one for one in self.questions if told[one.key] is None)

    def is_asked(self, responses: Mapping[str, Any]) -> bool:
        """False while the skip logic hides this question."""
        return self.ask_if is None or self.ask_if.holds(responses)

    def is_required(self, responses: Mapping[str, Any]) -> bool:
        """True when a form must not be sent with this question open."""
        if self.required_if is not None:
            return self.required_if.holds(responses)
        if self.either is not None and responses.get(self.either) is not None:
            return False
        return self.is_scored and self.is_asked(responses)

    def answer_from_text(self, text: str) -> int | str | Decimal | None:
        """A form field's text as the answer it stands for; empty is None.

        Text that is no choice and no number comes back unchanged, and scoring refuses it by name.
        """
        if text == "":
            return None
        if self.is_text:
            return text
        text = text.replace(",", ".")
        for option in self.options:
            if str(option.value) == text:
                return option.value
        try:
            return int(text) if self.is_whole else Decimal(text)
        except (ValueError, ArithmeticError):
            return text


def answers_by_question(items: tuple[Item, ...], responses: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to each question a person is asked, None where it is open; lists are spread over their parts."""
    told: dict[str, Any] = {}
    for item in items:
        answer = responses.get(item.key)
        if item.parts:
            told |= zip((one.key for one in item.parts), answer or [None] * len(item.parts), strict=True)
        else:
            told[item.key] = answer
    return told


@dataclass(frozen=True, slots=True)
class Band:
    """A severity word for totals from `low` to `high`, both included."""

    low: int
    high: int
    label: str


@dataclass(frozen=True, slots=True)
class Subscale:
    key: str
    items: tuple[str, ...]
    low: int
    high: int
    name: str | None = None
    required_endorsed: int = 0


@dataclass(frozen=True, slots=True)
class ScoringRule:
    """How answers become a total; `report` names what `score` prints for this instrument."""

    method: str
    items: tuple[str, ...]
    report: tuple[str, ...]
    source_id: str
    low: int | None = None
    high: int | None = None
    multiplier: int = 1
    endorsed_min: int | None = None
    subscales: tuple[Subscale, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingRule:
    strategy: str
    confidence: str
    source_id: str
    max_missing: int = 0
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FlagRule:
    """When something needs a person's attention. `of` names an item, "total" or a detail of the result."""

    code: str
    severity: str
    sentence: str
    source_id: str
    confidence: str
    of: str
    low: int | None = None
    high: int | None = None
    outside: tuple[int, int] | None = None
    equals: str | bool | None = None
    is_missing: bool = False
    only_at_discharge: bool = False

    def holds(self, known: Mapping[str, Any]) -> bool:
        value = known.get(self.of)
        if self.is_missing:
            return value is None
        if value is None:
            return False
        if self.equals is not None:
            return value == self.equals
        if self.outside is not None:
            return not self.outside[0] <= value <= self.outside[1]
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Licence:
    decision: str
    statement: str
    note: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """One questionnaire or rating scale in one version."""

    code: str
    name: str
    version: str
    kind: str
    recall: str
    direction: str
    wording_available: bool
    licence: Licence
    attribution: str | None
    sources: tuple[str, ...]
    loinc: Mapping[str, str] = field(hash=False)
    instructions: str | None
    stem: str | None
    items: tuple[Item, ...]
    context: tuple[Item, ...]
    scoring: ScoringRule
    missing_rule: MissingRule
    bands: tuple[Band, ...]
    thresholds: Mapping[str, int | Decimal] = field(hash=False)
    threshold_confidence: str
    flags: tuple[FlagRule, ...]

    @property
    def is_self_report(self) -> bool:
        return self.kind in SELF_REPORT_KINDS

    @property
    def can_be_given(self) -> bool:
        """True when the questions may be printed; otherwise answers are entered from a licensed form."""
        return self.wording_available

    @property
    def fields(self) -> tuple[Item, ...]:
        """Every key an answer may use: the questions, then context such as sex or the rating before."""
        return self.items + self.context

    @property
    def questions(self) -> tuple[Item, ...]:
        """What a person is asked, one by one: the questions, and each part of a list."""
        return tuple(one for item in self.items for one in item.questions)

    def item(self, key: str) -> Item:
        for item in self.fields:
            if item.key == key:
                return item
        raise LookupError(f"{self.code} has no question {key}.")

    def asked_items(self, responses: Mapping[str, Any]) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_asked(responses))

    def required_items(self, responses: Mapping[str, Any]) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_required(responses))

    def scores_like(self, other: "Instrument") -> bool:
        """Whether totals of both mean the same: the same questions counted, with the same points."""
        if self is other:
            return True
        mine, theirs = (
            [(item.key, item.low, item.high, [value for value, _ in item.choices]) for item in one.scored_items]
            for one in (self, other)
        )
        return self.direction == other.direction and mine == theirs

    @property
    def scored_items(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.key in self.scoring.items)

    def band_for(self, total: int | Decimal | None) -> str | None:
        """The severity word for a total, None without a total or without bands."""
        if total is None:
            return None
        return next((band.label for band in self.bands if band.low <= total <= band.high), None)
