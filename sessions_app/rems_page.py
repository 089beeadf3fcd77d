"""What the pages and the API of the REMS form show: the work list, and one session's form as filled now and as sent.

The answers are clinical: whoever reads no chart (office roles) sees the clock and the numbers, not the answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.actor import Actor
from accounts.roles import Permission
from common.errors import OutOfScope
from sessions_app.models import RemsForm, RemsSubmission
from sessions_app.rems.clock import days_left, words_of
from sessions_app.rems.definition import CURRENT, Definition, Field, asked, definition_of
from sessions_app.rems.filling import fill, hints, load_rems_facts
from sessions_app.session_facts import ROW
from sessions_app.session_reach import SessionReach
from sessions_app.states import State

LEFT = (State.DISCHARGED, State.ENDED_EARLY, State.SIGNED)
SHOWN = {"open": "To submit", "overdue": "Overdue", "submitted": "Submitted"}


@dataclass(frozen=True)
class RemsLine:
    """One row of the work list; `chip` is kind and words of its clock."""

    form: RemsForm
    chip: tuple[str, str]


@dataclass(frozen=True)
class Told:
    """One field with its value in words; `by` is session, person or empty where nobody told it yet."""

    field: Field
    value: object
    by: str

    @property
    def words(self) -> str:
        return words_of_value(self.value)


@dataclass(frozen=True)
class Sent:
    """One submitted version with its answers in the order of its own form."""

    row: RemsSubmission
    sections: tuple[tuple[str, tuple[Told, ...]], ...]


@dataclass(frozen=True)
class RemsPage:
    form: RemsForm
    today: date
    reach: SessionReach
    definition: Definition
    filled: dict
    hints: dict[str, str]
    sent: tuple[Sent, ...]

    @property
    def session(self):
        return self.form.session

    @property
    def chip(self) -> tuple[str, str]:
        return chip_of(self.form, self.today)

    @property
    def reads_answers(self) -> bool:
        return self.reach.sees_clinical

    @property
    def is_over(self) -> bool:
        """The patient has left, so that the data set can be complete."""
        return self.session.state_now in LEFT

    @property
    def may_submit(self) -> bool:
        return self.is_over and self.reads_answers and self.reach.may(Permission.SUBMIT_REMS)

    @property
    def asked(self) -> list[Field]:
        return asked(self.definition, self.filled)

    @property
    def sections(self) -> tuple[tuple[str, tuple[Told, ...]], ...]:
        """The form as this session fills it now."""
        told = {key: {"value": value, "by": "session"} for key, value in self.filled.items() if value is not None}
        return _sections(self.definition, told)

    @property
    def told_sections(self) -> tuple[tuple[str, tuple[Told, ...]], ...]:
        """The same without what this session does not tell."""
        return _without_empty(self.sections)


def chip_of(form: RemsForm, today: date) -> tuple[str, str]:
    return ("done", "submitted") if form.submitted_at else words_of(form.due_on, today)


def today_of(actor: Actor, at: datetime) -> date:
    """The practice's day."""
    return at.astimezone(ZoneInfo(actor.practice.time_zone)).date()


def forms_of(actor: Actor, show: str, today: date):
    """The forms behind one tab of the work list, the most pressing first."""
    mine = RemsForm.objects.visible_to(actor).with_names()
    if show == "submitted":
        return mine.submitted()
    return mine.overdue_on(today) if show == "overdue" else mine.open()


def lines_of(forms: Iterable[RemsForm], today: date) -> list[RemsLine]:
    return [RemsLine(form, chip_of(form, today)) for form in forms]


def load_rems_page(actor: Actor, session_id: UUID, at: datetime, permission: Permission = Permission.VIEW_REMS):
    """The form of one session within the reach of `permission`, else OutOfScope; a fixed number of queries."""
    joined = ("patient", "practice", *(f"session__{name}" for name in ROW))
    form = RemsForm.objects.visible_to(actor, permission).select_related(*joined).filter(session_id=session_id).first()
    if form is None:
        raise OutOfScope("rems form")
    reach = SessionReach.of(actor, form.session)
    facts = load_rems_facts(form.session) if reach.sees_clinical else None
    rows = form.submissions.select_related("recorded_by__user").order_by("-version")
    return RemsPage(
        form=form,
        today=today_of(actor, at),
        reach=reach,
        definition=definition_of(CURRENT),
        filled=fill(facts) if facts else {},
        hints=hints(facts) if facts else {},
        sent=tuple(Sent(row, _sent_sections(row) if reach.sees_clinical else ()) for row in rows),
    )


def _sent_sections(row: RemsSubmission):
    return _without_empty(_sections(definition_of(row.form_version), row.answers))


def _sections(definition: Definition, told: dict) -> tuple[tuple[str, tuple[Told, ...]], ...]:
    def of(field: Field) -> Told:
        one = told.get(field.key) or {"value": None, "by": ""}
        return Told(field, one["value"], one["by"])

    return tuple((section.title, tuple(map(of, section.fields))) for section in definition.sections)


def _without_empty(sections):
    told = ((title, tuple(one for one in fields if one.words)) for title, fields in sections)
    return tuple((title, fields) for title, fields in told if fields)


def words_of_value(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def days_left_of(form: RemsForm, today: date) -> int | None:
    """For the API: days to the last day, negative when past; None once submitted."""
    return None if form.submitted_at else days_left(form.due_on, today)
