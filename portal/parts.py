"""The questionnaires of a link as numbered parts; their names stay with the clinic."""

from dataclasses import dataclass

from assessments.forms.day_before import FOLLOWS
from assessments.models import Assessment, RiskItem
from assessments.practice_catalogue import catalogue_of
from assessments.risk_codes import CALL_ME, SUICIDE_CODES
from portal.visits import Visit


@dataclass(frozen=True)
class Part:
    """State: "sent", "begun" or "new"; `questions` is how many there are."""

    number: int
    state: str
    questions: int


@dataclass(frozen=True)
class Overview:
    parts: tuple[Part, ...]
    next_part: int | None
    day_before: Part | None = None

    @property
    def shown(self) -> tuple[Part, ...]:
        """Every part in order; the day before comes last."""
        return (*self.parts, self.day_before) if self.day_before else self.parts

    @property
    def is_begun(self) -> bool:
        return any(part.state != "new" for part in self.shown)

    @property
    def minutes(self) -> int:
        """About eight seconds for a question, never less than a minute."""
        left = sum(part.questions for part in self.shown if part.state != "sent")
        return max(1, round(left * 8 / 60))


def overview(visit: Visit) -> Overview:
    given = visit.assessment_set
    rows, catalogue = {row.instrument: row for row in given.assessments.all()}, catalogue_of(given.patient.practice_id)
    parts = tuple(
        Part(number, _state(rows.get(code)), len(catalogue.in_set(given, code).questions))
        for number, code in enumerate(given.instruments, start=1)
    )
    return Overview(parts, visit.next_part, _day_before(visit))


def _day_before(visit: Visit) -> Part | None:
    if not visit.assessment_set.asks_day_before:
        return None
    return Part(visit.total_parts, "new" if visit.waits_for_day_before else "sent", len(FOLLOWS))


def _state(row: Assessment | None) -> str:
    if row is None:
        return "new"
    return "sent" if row.submitted_at else "begun"


def code_of(visit: Visit, number: int) -> str | None:
    """The instrument of a part; None when there is no such part or it was sent already."""
    codes = visit.assessment_set.instruments
    if not 1 <= number <= len(codes) or codes[number - 1] in visit.sent:
        return None
    return codes[number - 1]


def is_about_suicide(row: Assessment) -> bool:
    """Whether an answer just sent calls for crisis help at once."""
    return any(item.code.startswith(SUICIDE_CODES) for item in row.risk_items.all())


def call_asked(visit: Visit) -> bool:
    """Whether the clinic already has an open wish to be called that came with these questions."""
    sent = [row.pk for row in visit.sent.values()]
    return bool(sent) and RiskItem.objects.open().filter(assessment__in=sent, code__startswith=CALL_ME).exists()
