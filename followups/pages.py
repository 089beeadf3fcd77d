"""What the follow-up pages read: a patient's plan by dose, the practice's lists, one check-in with its preview."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.paginator import Page
from django.utils import timezone

from accounts.actor import Actor
from accounts.paging import page_of
from accounts.roles import Permission
from assessments.practice_catalogue import catalogue_of
from common.blockers import Blocker
from followups.coming import Coming, coming_of
from followups.contact import contact_blockers, contact_of
from followups.corrected import corrections_of
from followups.hours import hours_of
from followups.mail import SUBJECT, mail_text
from followups.models import CheckIn, FollowUpPause, MissedInARow
from followups.rows import Row, rows_of
from followups.texts import text_words
from patients.models import Patient
from patients.scope import Reach
from sessions_app.models import Session

UNFOLDED = 2  # sessions whose plan is open on the page
PLACEHOLDER = "(a personal link, made when the message goes out)"


@dataclass(frozen=True)
class PlannedRow(Row):
    """A check-in of a patient's plan with what will come of it by itself."""

    coming: tuple[Coming, ...] = ()


@dataclass(frozen=True)
class SessionPlan:
    """The check-ins that hang on one session: before it, when the patient leaves, and after its dose."""

    session: Session
    rows: list[PlannedRow]


def patient_plan(actor: Actor, patient: Patient, at: datetime, pause: FollowUpPause | None) -> list[SessionPlan]:
    """Newest session first; six queries whatever their number."""
    plans: dict = {}
    hours, catalogue = hours_of(patient.practice_id), catalogue_of(patient.practice_id)
    check_ins = list(CheckIn.objects.visible_to(actor).of_patient(patient))
    corrected = corrections_of(check_in.session_id for check_in in check_ins)
    for check_in in check_ins:
        check_in.patient = patient
        coming = tuple(coming_of(check_in, hours, pause, at))
        row = PlannedRow(check_in, at, catalogue, corrected.get(check_in.session_id), coming)
        plans.setdefault(check_in.session_id, []).append(row)
    return [SessionPlan(rows[0].check_in.session, rows) for rows in plans.values()]


@dataclass(frozen=True)
class Contact:
    """What stands between the practice and a message to this patient."""

    blockers: list[Blocker]

    @property
    def is_not_arriving(self) -> bool:
        """A message did not arrive there, and nobody has checked the contact since."""
        return any(blocker.code == "CONTACT_UNDELIVERED" for blocker in self.blockers)


@dataclass(frozen=True)
class CheckInPage:
    row: Row
    may_manage: bool
    may_see_answers: bool
    contact: Contact
    preview: dict
    coming: list[Coming]


def check_in_page(actor: Actor, check_in: CheckIn, at: datetime) -> CheckInPage:
    reach = Reach.of(actor, check_in.patient)
    corrected = corrections_of([check_in.session_id]).get(check_in.session_id)
    return CheckInPage(
        row=Row(check_in, at, catalogue_of(check_in.patient.practice_id), corrected),
        may_manage=reach.may(Permission.MANAGE_FOLLOWUPS),
        may_see_answers=reach.may(Permission.VIEW_ASSESSMENTS),
        contact=Contact(contact_blockers(check_in.patient) if check_in.is_open else []),
        preview=_preview(check_in),
        coming=coming_of(check_in, hours_of(check_in.patient.practice_id), pause_of(actor, check_in.patient), at),
    )


def _preview(check_in: CheckIn) -> dict:
    """The message as it would go out now."""
    to = contact_of(check_in.patient)
    if check_in.patient.contact_by == Patient.ContactBy.TEXT:
        return {"to": to, "text": text_words(check_in, PLACEHOLDER)}
    return {
        "sender": settings.DEFAULT_FROM_EMAIL,
        "to": to,
        "subject": SUBJECT,
        "text": mail_text(check_in, PLACEHOLDER),
    }


def pause_of(actor: Actor, patient: Patient) -> FollowUpPause | None:
    standing = FollowUpPause.objects.visible_to(actor).standing().of_patient(patient.pk)
    return standing.select_related("paused_by__user").first()


def plan_context(actor: Actor, patient: Patient, form) -> dict:
    """What the plan's page shows; `form` asks for a pause."""
    at, pause = timezone.now(), pause_of(actor, patient)
    plans = patient_plan(actor, patient, at, pause)
    return {
        "plans": plans[:UNFOLDED],
        "earlier": plans[UNFOLDED:],
        "contact": Contact(contact_blockers(patient) if patient.is_in_care else []),
        "pause": pause,
        "task": MissedInARow.objects.visible_to(actor).open().filter(patient=patient).first(),
        "form": form,
    }


LISTS = {
    "attention": "Needs somebody",
    "today": "Due today",
    "waiting": "Waiting for the answer",
    "late": "Overdue",
    "no_answer": "No answer",
    "call": "To call",
    "unclear": "Delivery unclear",
    "coming": "Next 30 days",
}


def chosen(check_ins, show: str, at: datetime):
    """The check-ins of one of LISTS."""
    if show == "today":
        return check_ins.due_between(*day_of(at))
    if show == "waiting":
        return check_ins.waiting()
    if show == "coming":
        return check_ins.coming(at)
    return {
        "late": lambda: check_ins.late(at),
        "no_answer": lambda: check_ins.no_answer(at),
        "call": lambda: check_ins.to_call(at),
        "unclear": check_ins.unclear,
    }.get(show, lambda: check_ins.needing_somebody(at))()


def day_of(at: datetime) -> tuple[datetime, datetime]:
    """The practice's own day around `at`; the practice's zone is the active one."""
    start = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, (start + timedelta(days=1, hours=2)).replace(hour=0)


@dataclass(frozen=True)
class ListPage:
    page: Page
    rows: list[Row]
    show: str
    title: str


def list_page(request, show: str, at: datetime) -> ListPage:
    """One page of 25; the number of queries does not grow with the rows."""
    found = chosen(CheckIn.objects.visible_to(request.actor), show, at)
    page = page_of(found.for_list().order_by("due_at", "pk"), request)
    return ListPage(page, rows_of(page, at, request.actor.practice_id), show, LISTS[show])
