"""One submitted questionnaire as a page: every question with its answer in words, the score, and where it came from."""

from dataclasses import dataclass

from assessments.definitions import Item, answers_by_question
from assessments.models import AnswerLink, Assessment
from assessments.practice_catalogue import catalogue_of
from assessments.questionnaires_page import FLAG_KINDS
from assessments.questions import is_rated, text_of_answer


@dataclass(frozen=True)
class AnswerLine:
    number: int
    text: str
    answer: str
    value: str
    is_risk: bool
    is_marked: bool


@dataclass(frozen=True)
class AnswersPage:
    instrument: object
    row: Assessment
    lines: tuple[AnswerLine, ...]
    flags: tuple[dict, ...]
    subscales: tuple[tuple[str, str], ...]
    provenance: str
    is_verified: bool
    notes: tuple[str, ...]


def answers_page(row: Assessment) -> AnswersPage:
    instrument = catalogue_of(row.patient.practice_id).of(row)
    context = tuple(item for item in instrument.context if row.answers.get(item.key) is not None)
    told = answers_by_question(instrument.fields, row.answers)
    return AnswersPage(
        instrument=instrument,
        row=row,
        lines=tuple(
            answer_line(item, number, told[item.key])
            for number, item in enumerate(instrument.questions + context, start=1)
        ),
        flags=tuple({**flag, "kind": FLAG_KINDS.get(flag["severity"], "caution")} for flag in row.flags),
        subscales=tuple(
            (each.name or each.key.upper(), f"{row.subscales[each.key]} of {each.high}")
            for each in instrument.scoring.subscales
            if row.subscales.get(each.key) is not None
        ),
        provenance=signed_words(row) if is_rated(instrument) and row.submitted_by_id else provenance_of(row),
        is_verified=row.link_id is None,
        notes=tuple(_notes(row)),
    )


def answer_line(item: Item, number: int, value) -> AnswerLine:
    marked = item.is_risk and value not in (None, 0)
    return AnswerLine(number, item.wording, words_of_answer(item, value), text_of_answer(value), item.is_risk, marked)


def words_of_answer(item: Item, value) -> str:
    """The label of a choice, or the number with its unit; '' where nothing was answered."""
    if value is None:
        return ""
    label = next((option.label for option in item.options if option.value == value), None)
    return label or f"{text_of_answer(value)} {item.unit or ''}".strip()


def signed_words(row: Assessment) -> str:
    return f"Rated and signed by {row.submitted_by.user.full_name}."


def provenance_of(row: Assessment) -> str:
    """How it came here and what is known about who answered (R79)."""
    if row.channel == AnswerLink.Channel.TABLET:
        return "Answered on the clinic's tablet, handed over by staff."
    if row.link_id is not None:
        return "Submitted via link, identity not verified."
    return f"Entered by {row.submitted_by.user.full_name}." if row.submitted_by_id else "Entered by staff."


def _notes(row: Assessment):
    missing = row.details.get("missing") or []
    if row.details.get("prorated"):
        yield f"{len(missing)} left open; the total was estimated from the others by the instrument's own rule."
    elif missing:
        yield f"{len(missing)} left open, so there is no total." if row.total is None else f"{len(missing)} left open."
