"""What a therapist has to do: sessions whose integration is due, drafts to sign, homework to look at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from accounts.actor import Actor
from accounts.roles import Permission
from integration_notes.models import Homework, IntegrationNote
from patients.models.person import on_team
from sessions_app.models import Session
from sessions_app.states import State

DUE_AFTER = timedelta(hours=24)  # KAP-INT-WINDOW: 1 to 3 days after the dose
OVERDUE_AFTER = timedelta(hours=72)
SHOWN_FOR = timedelta(days=30)  # KAP-INT-SHOWN
BEFORE_DOSE = (State.SCHEDULED.value, State.CHECKED_IN.value, State.READY.value)


@dataclass(frozen=True)
class DueIntegration:
    """A dosed session without a signed note."""

    session: Session
    at: datetime

    @property
    def day(self) -> int:
        """Whole days since the first dose: "day 2"."""
        return (self.at - self.session.first_dose_at).days

    @property
    def day_text(self) -> str:
        return str(self.day)

    @property
    def is_overdue(self) -> bool:
        return is_overdue(self.session.first_dose_at, self.at)


def is_overdue(first_dose_at: datetime, at: datetime) -> bool:
    """Whether more than 72 hours have passed since the first dose."""
    return at - first_dose_at > OVERDUE_AFTER


def due_integrations(actor: Actor, at: datetime):
    """Sessions of the therapist's own patients, dosed 24 hours to 30 days ago, that nobody has signed a note about."""
    signed = IntegrationNote.objects.signed().about_dose().filter(session=OuterRef("pk"))
    mine = IntegrationNote.objects.drafts_of(actor.membership_id).filter(session=OuterRef("pk"))
    return (
        Session.objects.visible_to(actor, Permission.WRITE_NOTE)
        .filter(on_team(actor.membership_id, "patient_id"))
        .filter(first_dose_at__lte=at - DUE_AFTER, first_dose_at__gt=at - SHOWN_FOR)
        .filter(~Exists(signed))
        .annotate(my_draft=Subquery(mine.order_by("-saved_at").values("pk")[:1]))
        .select_related("patient", "series")
        .order_by("first_dose_at")
    )


def rows_of(sessions, at: datetime) -> list[DueIntegration]:
    return [DueIntegration(session, at) for session in sessions]


def my_drafts(actor: Actor):
    mine = IntegrationNote.objects.visible_to(actor, Permission.WRITE_NOTE).drafts_of(actor.membership_id)
    return mine.select_related("patient", "session").order_by("saved_at")


def homework_due(actor: Actor, at: datetime):
    """Homework of the therapist's own patients that is due today or was due before, in the practice's zone."""
    return Homework.objects.visible_to(actor, Permission.WRITE_NOTE).due_by(timezone.localdate(at)).for_list()


def sessions_to_prepare(actor: Actor, patient):
    """A patient's sessions to come without a signed note of a preparation visit, the next one first."""
    prepared = IntegrationNote.objects.signed().filter(session=OuterRef("pk"))
    waiting = Session.objects.visible_to(actor, Permission.WRITE_NOTE).filter(
        patient=patient, first_dose_at=None, state__in=BEFORE_DOSE
    )
    return waiting.filter(~Exists(prepared)).select_related("series").order_by("scheduled_for")


def sessions_without_note(actor: Actor, patient):
    """A patient's dosed sessions that nobody has signed a note about, newest first."""
    signed = IntegrationNote.objects.signed().about_dose().filter(session=OuterRef("pk"))
    dosed = Session.objects.visible_to(actor, Permission.WRITE_NOTE).filter(
        patient=patient, first_dose_at__isnull=False
    )
    return dosed.filter(~Exists(signed)).select_related("series").order_by("-first_dose_at")
