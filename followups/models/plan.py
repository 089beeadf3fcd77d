"""The practice's time points and each patient's check-ins."""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.roles import Permission
from assessments.models import AnswerLink, RiskItem, TeamScoped
from common.records import Privacy, Record, RecordKind
from followups.models.outbox import OutboxMessage

UNOPENED_AFTER = timedelta(minutes=2)  # KAP-FUP-SILENCE: a due check-in that nobody opened
UNANSWERED_AFTER = timedelta(hours=24)  # KAP-FUP-LATE: asked, and no answer yet
REMEMBERED_FOR = timedelta(days=14)  # KAP-FUP-NOANSWER: how long a missed check-in stays on the lists


class FollowUpPointQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The points of the actor's practice, in the order they are asked."""
        if actor is None or not actor.can(Permission.VIEW_SETTINGS):
            return self.none()
        return self.filter(practice_id=actor.practice_id).order_by("offset_hours")


class FollowUpPoint(Record):
    """A time after the first dose at which the practice asks (KAP-FUP-POINTS). Hours; windows around it in hours."""

    kind = RecordKind.REFERENCE
    privacy = Privacy(
        operational="id practice label offset_hours instruments window_before_h window_after_h remind_after_h is_active"
    )

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="follow_up_points")
    label = models.CharField(max_length=20)
    offset_hours = models.PositiveIntegerField()
    instruments = models.JSONField(default=list)
    window_before_h = models.PositiveIntegerField(default=6)
    window_after_h = models.PositiveIntegerField(default=24)
    remind_after_h = models.PositiveIntegerField(default=12, help_text="Hours after asking; 0 for no reminder.")
    is_active = models.BooleanField(default=True)

    objects = FollowUpPointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "offset_hours"], name="follow_up_offset_once"),
            models.CheckConstraint(condition=Q(offset_hours__range=(1, 24 * 400)), name="follow_up_within_400_days"),
        ]


class CheckInQuerySet(TeamScoped):
    default_permission = Permission.VIEW_FOLLOWUPS

    def due(self, at):
        """Planned and due, still inside their window."""
        return self.filter(state=CheckIn.State.PLANNED, due_at__lte=at, closes_at__gt=at)

    def told_from_later(self, at):
        """With `is_outdated`, a later follow-up of the patient is due as well; with `is_yielding`, so is something that
        hangs on a session; with `is_at_risk`, a risk item is open."""
        later = Q(due_at__gt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__gt=OuterRef("pk"))
        others = CheckIn.objects.due(at).filter(patient=OuterRef("patient"))
        is_follow_up = Q(occasion=CheckIn.Occasion.FOLLOW_UP)
        at_risk = RiskItem.objects.filter(patient=OuterRef("patient"), closed_at=None)
        return self.annotate(
            is_outdated=Exists(others.filter(later, is_follow_up)),
            is_yielding=Exists(others.exclude(is_follow_up)),
            is_at_risk=Exists(at_risk),
        )

    def missed(self, at):
        """Planned, never opened, and their window is over: messages were not going out."""
        return self.filter(state=CheckIn.State.PLANNED, due_at__lte=at, closes_at__lte=at)

    def over(self, at):
        """Asked, and their window is over without an answer."""
        return self.filter(state=CheckIn.State.SENT, closes_at__lte=at)

    def in_another_zone(self):
        """Planned for a time zone in which the patient no longer lives."""
        return self.filter(state=CheckIn.State.PLANNED).exclude(time_zone=F("patient__time_zone"))

    def unopened(self, at):
        """Due for a while and not opened: the queue stands still (F6)."""
        return self.filter(state=CheckIn.State.PLANNED, due_at__lte=at - UNOPENED_AFTER)

    def due_between(self, start, end):
        """Planned for, or already asked on, the time from `start` up to `end`."""
        return self.filter(
            state__in=[CheckIn.State.PLANNED, CheckIn.State.SENT, CheckIn.State.ANSWERED],
            due_at__gte=start,
            due_at__lt=end,
        )

    def waiting(self):
        """Asked, and the answer is awaited."""
        return self.filter(state=CheckIn.State.SENT)

    def paused(self):
        return self.filter(state=CheckIn.State.PAUSED)

    def to_remind(self, at, hours: int):
        """Asked by mail these hours ago, reminded after that many, and nothing was sent since (KAP-FUP-REMIND).

        Still open for an hour at least: a reminder of something that is about to close helps nobody.
        """
        asked_at = at - timedelta(hours=hours)
        messages = OutboxMessage.objects.filter(check_in=OuterRef("pk"))
        invited = messages.filter(purpose="invite", state=OutboxMessage.State.SENT, sent_at__lte=asked_at)
        return self.filter(
            Exists(invited),
            ~Exists(messages.exclude(purpose="invite")),
            state=CheckIn.State.SENT,
            sent_at__lte=asked_at,
            closes_at__gt=at + timedelta(hours=1),
            point__remind_after_h=hours,
        )

    def another_on_day(self, check_in, start, end):
        """Other check-ins of the patient that are asked, or planned, in the time from `start` up to `end`."""
        return (
            self.filter(patient_id=check_in.patient_id)
            .exclude(pk=check_in.pk)
            .filter(Q(state=CheckIn.State.PLANNED, due_at__gte=start, due_at__lt=end) | _asked_between(start, end))
        )

    def asked_on_day(self, check_in, start, end):
        """Other check-ins of the patient whose first message goes out in the time from `start` up to `end`."""
        return self.filter(_asked_between(start, end), patient_id=check_in.patient_id).exclude(pk=check_in.pk)

    def coming(self, at, days: int = 30):
        return self.filter(state=CheckIn.State.PLANNED, due_at__gt=at, due_at__lte=at + timedelta(days=days))

    def late(self, at):
        """No answer a day after asking, or not even asked although it was due."""
        return self.filter(_is_late(at))

    def to_call(self, at):
        """Asked, but no message went out or arrived, or its link was taken back, and none is usable: somebody calls."""
        return self.filter(_is_to_call(at))

    def unclear(self):
        """Their message failed, or nobody knows whether it went out."""
        return self.filter(_is_unclear())

    def no_answer(self, at):
        """Ended without an answer in the last two weeks, and the patient has answered none since."""
        return self.filter(_is_unanswered(at))

    def needing_somebody(self, at):
        return self.filter(_is_late(at) | _is_to_call(at) | _is_unclear() | _is_unanswered(at))

    def of_patient(self, patient):
        """A patient's whole plan: the latest session first, its check-ins in order, with what was sent."""
        return (
            self.filter(patient=patient)
            .select_related("session", "point", "assessment_set")
            .prefetch_related("messages", "assessment_set__links")
            .order_by(Coalesce("session__first_dose_at", "session__scheduled_for").desc(), "due_at")
        )

    def for_list(self):
        """With what a row of a list shows; the number of queries does not grow with the rows."""
        return self.select_related("patient", "session", "point", "assessment_set").prefetch_related(
            "messages", "assessment_set__links"
        )

    def with_delivery(self):
        """With what became of its messages and links; the number of queries does not grow with the rows."""
        return self.select_related("assessment_set").prefetch_related("messages", "assessment_set__links")

    def with_everything(self):
        """One check-in with what its page shows."""
        return self.for_list().select_related("patient__practice", "session__patient")


def _asked_between(start, end) -> Q:
    """A first message went out, or waits to go out, in this time."""
    invites = OutboxMessage.objects.filter(check_in=OuterRef("pk"), purpose="invite")
    sent = invites.filter(state=OutboxMessage.State.SENT, sent_at__gte=start, sent_at__lt=end)
    waiting = invites.filter(
        state__in=[OutboxMessage.State.PENDING, OutboxMessage.State.CLAIMED],
        next_try_at__gte=start,
        next_try_at__lt=end,
    )
    return Q(Exists(sent)) | Q(Exists(waiting))


def _is_late(at) -> Q:
    return Q(state="planned", due_at__lte=at - UNOPENED_AFTER) | Q(state="sent", sent_at__lte=at - UNANSWERED_AFTER)


def _is_to_call(at) -> Q:
    State = OutboxMessage.State
    messages = OutboxMessage.objects.filter(check_in=OuterRef("pk")).exclude(state=State.DROPPED)
    links = AnswerLink.objects.filter(assessment_set=OuterRef("assessment_set"), revoked_at=None)
    usable = links.filter(locked_at=None, expires_at__gt=at)
    is_told = Exists(messages.exclude(state=State.SENT)) | Exists(messages) & Exists(links)
    return Q(state="sent") & (~is_told & ~Exists(usable) | _is_not_delivered(messages, usable))


def _is_not_delivered(messages, usable) -> Q:
    """The last message did not arrive, and nobody handed a link over since."""
    handed_over = usable.exclude(channel__in=OutboxMessage.Channel.values)
    arrived = messages.exclude(delivery=OutboxMessage.Delivery.UNDELIVERED)
    return Q(Exists(messages.undelivered())) & ~Exists(arrived) & ~Exists(handed_over)


def _is_unclear() -> Q:
    return Q(state="sent") & Exists(OutboxMessage.objects.unclear().filter(check_in=OuterRef("pk")))


def _is_unanswered(at) -> Q:
    later = CheckIn.objects.filter(
        patient=OuterRef("patient"), state=CheckIn.State.ANSWERED, answered_at__gte=OuterRef("due_at")
    )
    return Q(occasion="follow_up", state__in=["expired", "missed"], ended_at__gt=at - REMEMBERED_FOR) & ~Exists(later)


class CheckIn(Record):
    """One planned contact. `due_at` is UTC; the local date, time and zone it was derived from are kept beside it.

    It hangs on a time point after a dose; or on the session itself, `days_before` it or when the patient leaves, and
    then carries the session's own questionnaires from the beginning and has no point.
    """

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id patient session occasion point days_before label due_at local_due time_zone closes_at state "
        "planned_at sent_at answered_at ended_at ended_reason moved_reason assessment_set version"
    )

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        SENT = "sent", "Sent"
        ANSWERED = "answered", "Answered"
        EXPIRED = "expired", "No answer"
        MISSED = "missed", "Not sent in time"
        CANCELLED = "cancelled", "Cancelled"
        PAUSED = "paused", "Paused"
        SUPERSEDED = "superseded", "Replaced by a later one"

    class Occasion(models.TextChoices):
        BEFORE = "pre", "Before the session"
        AFTER = "post", "After the session"
        FOLLOW_UP = "follow_up", "Follow-up"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="check_ins")
    session = models.ForeignKey("sessions_app.Session", on_delete=models.PROTECT, related_name="follow_ups")
    occasion = models.CharField(max_length=10, choices=Occasion.choices, default=Occasion.FOLLOW_UP)
    point = models.ForeignKey(FollowUpPoint, on_delete=models.PROTECT, related_name="+", null=True)
    days_before = models.PositiveSmallIntegerField(null=True, help_text="Only before a session.")
    label = models.CharField(max_length=20)
    due_at = models.DateTimeField()
    local_due = models.CharField(max_length=16, help_text="YYYY-MM-DD HH:MM in time_zone")
    time_zone = models.CharField(max_length=64)
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=200, blank=True)
    moved_reason = models.CharField(max_length=200, blank=True)
    assessment_set = models.OneToOneField(
        "assessments.AssessmentSet", on_delete=models.PROTECT, related_name="check_in", null=True
    )
    version = models.PositiveIntegerField(default=1)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "point"], name="check_in_once_per_point"),
            models.UniqueConstraint(
                fields=["session", "occasion"],
                condition=Q(state__in=["planned", "paused", "sent"]) & ~Q(occasion="follow_up"),
                name="check_in_once_around_a_session",
            ),
            models.CheckConstraint(
                condition=Q(occasion="follow_up", point__isnull=False, days_before=None)
                | Q(occasion="pre", point=None, days_before__isnull=False, assessment_set__isnull=False)
                | Q(occasion="post", point=None, days_before=None, assessment_set__isnull=False),
                name="check_in_of_point_or_session",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["planned", "sent", "answered", "expired", "missed", "cancelled", "paused", "superseded"]
                ),
                name="check_in_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="planned"), name="check_in_due"),
            models.Index(fields=["closes_at"], condition=Q(state="sent"), name="check_in_closing"),
            models.Index(fields=["patient", "due_at"], name="check_in_of_patient"),
            models.Index(fields=["due_at", "id"], name="check_in_by_due"),
            models.Index(
                fields=["ended_at"], condition=Q(state__in=["expired", "missed"]), name="check_in_without_answer"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.PLANNED, self.State.SENT)

    @property
    def is_follow_up(self) -> bool:
        """Whether it hangs on a time point; silence then says something about the patient, and it yields to others."""
        return self.occasion == self.Occasion.FOLLOW_UP

    @property
    def remind_after_h(self) -> int:
        """Hours after asking; 0 for no reminder. Around a session nobody is reminded."""
        return self.point.remind_after_h if self.point else 0
