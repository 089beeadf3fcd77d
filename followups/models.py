"""Follow-up after a dose: the practice's time points, each patient's check-ins, and the messages that carry them."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from assessments.models import TeamScoped
from common.records import Privacy, Record, RecordKind


class FollowUpPoint(Record):
    """A time after the first dose at which the practice asks (KAP-FUP-POINTS). Hours; windows around it in hours."""

    kind = RecordKind.REFERENCE
    privacy = Privacy(operational="id practice label offset_hours instruments window_before_h window_after_h is_active")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="follow_up_points")
    label = models.CharField(max_length=20)
    offset_hours = models.PositiveIntegerField()
    instruments = models.JSONField(default=list)
    window_before_h = models.PositiveIntegerField(default=6)
    window_after_h = models.PositiveIntegerField(default=24)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "offset_hours"], name="follow_up_offset_once"),
            models.CheckConstraint(condition=Q(offset_hours__range=(1, 24 * 400)), name="follow_up_within_400_days"),
        ]


class CheckInQuerySet(TeamScoped):
    default_permission = Permission.VIEW_FOLLOWUPS

    def due(self, at):
        return self.filter(state=CheckIn.State.PLANNED, due_at__lte=at)

    def overdue(self, at):
        return self.filter(state=CheckIn.State.SENT, closes_at__lte=at)


class CheckIn(Record):
    """One planned contact. `due_at` is UTC; the local date, time and zone it was derived from are kept beside it."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id patient session point label due_at local_due time_zone closes_at state planned_at sent_at "
        "answered_at ended_at ended_reason assessment_set version"
    )

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        SENT = "sent", "Sent"
        ANSWERED = "answered", "Answered"
        EXPIRED = "expired", "No answer"
        CANCELLED = "cancelled", "Cancelled"
        SUPERSEDED = "superseded", "Replaced by a later one"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="check_ins")
    session = models.ForeignKey("sessions_app.Session", on_delete=models.PROTECT, related_name="follow_ups")
    point = models.ForeignKey(FollowUpPoint, on_delete=models.PROTECT, related_name="+")
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
    assessment_set = models.OneToOneField(
        "assessments.AssessmentSet", on_delete=models.PROTECT, related_name="check_in", null=True
    )
    version = models.PositiveIntegerField(default=1)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "point"], name="check_in_once_per_point"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "sent", "answered", "expired", "cancelled", "superseded"]),
                name="check_in_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="planned"), name="check_in_due"),
            models.Index(fields=["closes_at"], condition=Q(state="sent"), name="check_in_closing"),
            models.Index(fields=["patient", "due_at"], name="check_in_of_patient"),
        ]


class OutboxQuerySet(models.QuerySet):
    def waiting(self, at):
        """Messages that a worker may take now."""
        return self.filter(state=OutboxMessage.State.PENDING, next_try_at__lte=at).order_by("next_try_at")

    def unclear(self):
        """Messages that a person must look at."""
        return self.filter(state__in=[OutboxMessage.State.AMBIGUOUS, OutboxMessage.State.FAILED])


class OutboxMessage(Record):
    """A message to be sent once: claimed by compare-and-set with a lease; `ambiguous` is never blindly resent (F1)."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id practice check_in channel purpose state claimed_until attempts next_try_at message_id sent_at "
        "last_error created_at"
    )

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        CLAIMED = "claimed", "Being sent"
        SENT = "sent", "Sent"
        AMBIGUOUS = "ambiguous", "Unclear whether sent"
        FAILED = "failed", "Not sent"

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=8, default="email")
    purpose = models.CharField(max_length=12, default="invite")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    message_id = models.CharField(max_length=80)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_in", "channel", "purpose"], name="message_once"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["pending", "claimed"]), name="message_waiting"),
        ]
