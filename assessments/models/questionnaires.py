"""Questionnaires as given and answered: the set handed to a patient, its links, and the answers."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedJSONField
from patients.models.person import within_team


class TeamScoped(models.QuerySet):
    """Rows with a `patient` that the actor may read under `default_permission`."""

    default_permission = Permission.VIEW_ASSESSMENTS

    def visible_to(self, actor, permission: Permission | None = None):
        permission = permission or self.default_permission
        if actor is None or not actor.can(permission):
            return self.none()
        mine = self.filter(patient__practice_id=actor.practice_id)
        return mine if actor.reaches_practice(permission) else mine.filter(within_team(actor, permission, "patient_id"))


class SetQuerySet(TeamScoped):
    def open(self):
        return self.filter(completed_at=None, cancelled_at=None)

    def newest_first(self):
        return self.order_by("-due_at", "-id")

    def with_answers(self):
        """Each set with its questionnaires' states and its creator, in three queries whatever the number."""
        states = Assessment.objects.defer("answers", "details", "subscales").order_by("started_at")
        sets = self.select_related("created_by__user", "day_before__told_to__user")
        return sets.prefetch_related(models.Prefetch("assessments", states), "links")


class AssessmentSet(Record):
    """One or more questionnaires given together for one occasion (before a session, a follow-up …)."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id patient occasion asks_day_before created_at created_by due_at expires_at completed_at "
        "cancelled_at versions",
        clinical="instruments",
    )

    class Occasion(models.TextChoices):
        INTAKE = "intake", "Intake"
        PRE_SESSION = "pre", "Before the session"
        POST_SESSION = "post", "After the session"
        FOLLOW_UP = "follow_up", "Follow-up"
        OTHER = "other", "Other"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="assessment_sets")
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    instruments = models.JSONField(help_text="Instrument codes in the order they are asked.")
    asks_day_before = models.BooleanField(
        default=False, help_text="Also asks about fasting, medicines and the way home (DayBefore); complete with both."
    )
    versions = models.JSONField(default=dict, help_text="The version of each instrument when it was given, by code.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = SetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(occasion__in=["intake", "pre", "post", "follow_up", "other"]),
                name="set_occasion_known",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(cancelled_at=None), name="set_completed_or_cancelled"
            ),
        ]
        indexes = [models.Index(fields=["patient", "-due_at"], name="set_of_patient")]

    @property
    def is_open(self) -> bool:
        return self.completed_at is None and self.cancelled_at is None

    @property
    def day_before_told(self):
        """The DayBefore that came with this set, or None."""
        return getattr(self, "day_before", None) if self.asks_day_before else None


class LinkQuerySet(models.QuerySet):
    def answerable(self, at):
        """Links that still open a questionnaire (R70, R72, R73)."""
        return self.filter(
            used_at=None,
            revoked_at=None,
            locked_at=None,
            expires_at__gt=at,
            assessment_set__completed_at=None,
            assessment_set__cancelled_at=None,
        )

    def with_patient(self):
        return self.select_related("assessment_set__patient__practice")


class AnswerLink(Record):
    """A patient's link to one set: only the SHA-256 of the token is stored (R70); submitted once (R72)."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id assessment_set token_sha256 created_at created_by expires_at used_at revoked_at "
        "birth_date_tries locked_at channel"
    )

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mailed link"
        TEXT = "text", "Texted link"
        HANDED = "handed", "Link or QR handed over"
        TABLET = "tablet", "Clinic's tablet"

    assessment_set = models.ForeignKey(AssessmentSet, on_delete=models.PROTECT, related_name="links")
    token_sha256 = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    birth_date_tries = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=["email", "text", "handed", "tablet"]), name="link_channel_known"
            ),
        ]

    def is_answerable(self, at) -> bool:
        """The same question as `LinkQuerySet.answerable`, asked of this row and its set."""
        ended = self.used_at or self.revoked_at or self.locked_at
        return not ended and self.expires_at > at and self.assessment_set.is_open


class AssessmentQuerySet(TeamScoped):
    def submitted(self):
        return self.filter(submitted_at__isnull=False)


class Assessment(Record):
    """One instrument answered once: a draft that autosaves, frozen when submitted with its score (R40)."""

    kind = RecordKind.SIGNED
    frozen_by = "submitted_at"
    privacy = Privacy(
        operational="id patient assessment_set instrument instrument_version started_at answered_at submitted_at "
        "submitted_by link channel",
        clinical="answers total subscales severity flags is_complete details",
    )

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="assessments")
    assessment_set = models.ForeignKey(AssessmentSet, on_delete=models.PROTECT, related_name="assessments")
    instrument = models.CharField(max_length=20)
    instrument_version = models.CharField(max_length=80)
    answers = SealedJSONField(default=dict)
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    link = models.ForeignKey(AnswerLink, on_delete=models.PROTECT, related_name="+", null=True)
    channel = models.CharField(max_length=8, blank=True)
    total = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    subscales = SealedJSONField(default=dict)
    severity = models.CharField(max_length=40, blank=True)
    flags = models.JSONField(default=list)
    is_complete = models.BooleanField(default=False)
    details = SealedJSONField(default=dict)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment_set", "instrument"], name="instrument_once_in_set"),
        ]
        indexes = [models.Index(fields=["patient", "instrument", "answered_at"], name="assessment_trend")]
