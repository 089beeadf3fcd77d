"""Spravato REMS: the check before an esketamine dose, the form owed for a session, and what was submitted when."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedJSONField, SealedTextField
from patients.models.person import within_team
from sessions_app.models.visit import Session


class RemsCheck(EventRecord):
    """Asked before the first device of this session, never carried over from another; the newest counts."""

    frozen_with = ("session",)
    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " session",
        clinical="is_enrolled is_counselled is_first_treatment takes_benzodiazepines takes_sedatives takes_opioids "
        "takes_stimulants takes_maois",
    )

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="rems_checks")
    is_enrolled = models.BooleanField("enrolled in the REMS")
    is_counselled = models.BooleanField("counselled on the risks")
    is_first_treatment = models.BooleanField("first treatment with Spravato")
    takes_benzodiazepines = models.BooleanField()
    takes_sedatives = models.BooleanField("takes other sedative hypnotics")
    takes_opioids = models.BooleanField()
    takes_stimulants = models.BooleanField("takes psychostimulants")
    takes_maois = models.BooleanField("takes MAO inhibitors")

    class Meta(EventRecord.Meta):
        indexes = [models.Index(fields=["session", "recorded_at"], name="rems_check_of_session")]


class RemsFormQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.VIEW_REMS):
        """Forms of the practice: all, or those of patients on whose care team the actor is."""
        if actor is None or not actor.can(permission):
            return self.none()
        mine = self.filter(practice_id=actor.practice_id)
        return mine if actor.reaches_practice(permission) else mine.filter(within_team(actor, permission, "patient_id"))

    def open(self):
        return self.filter(submitted_at=None).order_by("due_on", "id")

    def overdue_on(self, day):
        return self.open().filter(due_on__lt=day)

    def submitted(self):
        return self.filter(submitted_at__isnull=False).order_by("-submitted_at", "-id")

    def with_names(self):
        return self.select_related("patient", "session")


class RemsForm(Record):
    """One esketamine session owes one form until `due_on`; `submitted_at` is when the newest version went out."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(identifying="patient", operational="id practice session due_on opened_at submitted_at version")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+")
    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="rems_form")
    due_on = models.DateField()
    opened_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    version = models.PositiveSmallIntegerField(default=0)

    objects = RemsFormQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at=None, version=0) | Q(submitted_at__isnull=False, version__gt=0),
                name="rems_form_submitted_has_a_version",
            )
        ]
        indexes = [
            models.Index(fields=["practice", "due_on"], condition=Q(submitted_at=None), name="rems_form_open"),
            models.Index(fields=["practice", "-submitted_at"], name="rems_form_submitted"),
        ]


class RemsSubmission(EventRecord):
    """What was sent to the REMS, by whom and when (`occurred_at`); a later version says why and leaves this one.

    `answers` maps each field of the form's version to its value and whether the session or a person told it.
    """

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " form version form_version confirmation_number content_sha256",
        clinical="answers reason",
    )

    form = models.ForeignKey(RemsForm, on_delete=models.PROTECT, related_name="submissions")
    version = models.PositiveSmallIntegerField()
    form_version = models.CharField(max_length=20)
    answers = SealedJSONField()
    confirmation_number = models.CharField(max_length=60)
    reason = SealedTextField("why it was submitted again", blank=True)
    content_sha256 = models.CharField(max_length=64)

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.UniqueConstraint(fields=["form", "version"], name="rems_version_once"),
            models.CheckConstraint(condition=~Q(confirmation_number=""), name="rems_has_confirmation"),
            models.CheckConstraint(
                condition=Q(version=1, reason="") | (Q(version__gt=1) & ~Q(reason="")), name="rems_again_has_reason"
            ),
        ]
