"""What the pages of a practice's own questionnaires show: the list, the versions of one, a draft, a form to look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assessments.definitions import Instrument
from assessments.models import PracticeQuestionnaire
from assessments.practice_made import (
    DIRECTIONS,
    FORMS,
    counted_questions,
    faults_to_publish,
    range_of,
)
from assessments.questions import Question, questions_of


@dataclass(frozen=True)
class OwnRow:
    """One questionnaire in the list: the version that is given, and the draft of the next."""

    code: str
    name: str
    given: PracticeQuestionnaire | None
    draft: PracticeQuestionnaire | None

    @property
    def is_retired(self) -> bool:
        return self.given is not None and self.given.is_retired

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """Kind, word and icon of each."""
        found = []
        if self.is_retired:
            found.append(("neutral", "Retired", "ban"))
        elif self.given:
            found.append(("normal", f"Version {self.given.version} is given", "check"))
        if self.draft:
            found.append(("waiting", f"Draft of version {self.draft.version}", "pencil-line"))
        return found

    @property
    def questions(self) -> int:
        return len((self.given or self.draft).definition["questions"])


def own_rows(rows: Iterable[PracticeQuestionnaire]) -> list[OwnRow]:
    """`rows` are all versions with `is_retired`; one line for each questionnaire, by name."""
    by_code: dict[str, list[PracticeQuestionnaire]] = {}
    for row in sorted(rows, key=lambda one: -one.version):
        by_code.setdefault(row.code, []).append(row)
    return sorted((_own_row(code, found) for code, found in by_code.items()), key=lambda one: one.name.casefold())


def _own_row(code: str, versions: list[PracticeQuestionnaire]) -> OwnRow:
    given = next((row for row in versions if row.is_published), None)
    draft = next((row for row in versions if not row.is_published), None)
    return OwnRow(code, (given or draft).name, given, draft)


@dataclass(frozen=True)
class QuestionLine:
    """A question of a draft in the words of whoever writes it."""

    key: str
    number: int
    text: str
    form: str
    answers: str
    counts: bool


def question_lines(questionnaire: PracticeQuestionnaire) -> list[QuestionLine]:
    asked = questionnaire.definition["questions"]
    return [
        QuestionLine(one["key"], number, one["text"], FORMS[one["form"]], _answers(one), one["counts"])
        for number, one in enumerate(asked, start=1)
    ]


def _answers(question: Mapping) -> str:
    if question["form"] == "choice":
        return " · ".join(f"{one['label']} ({one['points']})" for one in question["options"])
    if question["form"] == "number":
        return f"{question['low']} to {question['high']} {question['unit']}".strip()
    return ""


@dataclass(frozen=True)
class DraftPage:
    """A draft with what still keeps it from being published."""

    row: PracticeQuestionnaire
    lines: list[QuestionLine]
    missing: list[str]

    @property
    def score_words(self) -> str:
        score = self.row.definition["score"]
        if not score:
            return "No score."
        if not counted_questions(self.row.definition):
            return "Added up, but no question counts yet."
        reach = range_of(self.row.definition)
        return f"Added up, {reach.low} to {reach.high}. {DIRECTIONS[score['direction']]}."


def draft_page(row: PracticeQuestionnaire) -> DraftPage:
    return DraftPage(row, question_lines(row), faults_to_publish(row.definition))


def blank_questions(instrument: Instrument) -> list[Question]:
    """The form as a patient meets it, with nothing chosen."""
    return questions_of(instrument, {}, {}, {})
