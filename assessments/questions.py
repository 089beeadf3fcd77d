"""How an instrument's questions are laid out: large choices, a number pad, a slider with a number, or a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.definitions import Instrument, Item

PAD_FROM = 7  # this many numbered choices are easier to take in as a pad than as a list

UNIT_WORDS = {"min": "minutes", "h": "hours"}


@dataclass(frozen=True)
class Choice:
    """One answer: the value a form sends, and its words; `short` is the number alone on a pad."""

    value: str
    label: str
    short: str = ""


@dataclass(frozen=True)
class Question:
    """One question as a page shows it. `is_open` is False while the skip logic hides it."""

    key: str
    number: int
    text: str
    kind: str
    value: str
    errors: tuple[str, ...]
    is_open: bool
    choices: tuple[Choice, ...] = ()
    most_letters: int | None = None
    low: int | None = None
    high: int | None = None
    unit: str = ""
    unit_words: str = ""
    low_words: str = ""
    high_words: str = ""
    ask_items: str = ""
    ask_answers: str = ""
    follow_up: str = ""
    takes_focus: bool = False


def questions_of(
    instrument: Instrument,
    texts: Mapping[str, str],
    answers: Mapping[str, Any],
    errors: Mapping[str, Sequence[str]],
) -> list[Question]:
    """Every question in order; `texts` are the chosen values as a form sends them, `errors` sentences by key."""
    asked = instrument.questions
    first_wrong = next((item.key for item in asked if errors.get(item.key)), None)
    return [
        _question(item, number, texts.get(item.key, ""), answers, tuple(errors.get(item.key, ())), first_wrong)
        for number, item in enumerate(asked, start=1)
    ]


def _question(item: Item, number: int, value: str, answers, errors: tuple[str, ...], first_wrong) -> Question:
    kind = _kind(item)
    choices = tuple(_choice(option) for option in item.options)
    low_words, high_words = _ends(item, kind)
    ask = item.ask_if
    return Question(
        key=item.key,
        number=number,
        text=item.wording,
        kind=kind,
        value=value,
        errors=errors,
        is_open=item.is_asked(answers) or bool(errors),
        choices=choices,
        most_letters=item.most_letters,
        low=item.low,
        high=item.high,
        unit=item.unit or "",
        unit_words=UNIT_WORDS.get(item.unit, item.unit or ""),
        low_words=low_words,
        high_words=high_words,
        ask_items=" ".join(ask.items) if ask else "",
        ask_answers=" ".join(str(answer) for answer in ask.answers) if ask else "",
        follow_up=item.follow_up or "",
        takes_focus=item.key == first_wrong,
    )


def text_of_answer(value: Any) -> str:
    """As a form sends it and a page shows it: empty while it is open, 8 and not 8.0 hours."""
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


def _kind(item: Item) -> str:
    if item.is_text:
        return "text"
    if item.is_range:
        return "range" if item.is_whole else "number"
    numbered = all(option.label.split(" ")[0] == str(option.value) for option in item.options)
    return "pad" if numbered and len(item.options) >= PAD_FROM else "list"


def _choice(option) -> Choice:
    return Choice(str(option.value), option.label, str(option.value))


def _ends(item: Item, kind: str) -> tuple[str, str]:
    """Words for the two ends of a slider or a pad."""
    if kind == "pad":
        return tuple(option.label.partition(" - ")[2] for option in (item.options[0], item.options[-1]))
    words = dict(item.anchors)
    return words.get(item.low, ""), words.get(item.high, "")


def is_rated(instrument: Instrument) -> bool:
    """Whether a clinician rates it: the patient never answers it alone."""
    return instrument.kind in ("clinician_rated", "clinician_administered")


def is_given_over_links(instrument: Instrument) -> bool:
    """Whether a patient can answer it: printed wording, and no rating by an observer."""
    return instrument.can_be_given and not is_rated(instrument)
