"""Integration notes in the fields of their modality, addenda, and homework."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from common.clinical import Modality
from common.records import EventRecord, Privacy, Record, RecordKind
from patients.models.person import on_team


class NoteQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.VIEW_NOTE):
        """Signed notes of patients on whose team the actor is, and the actor's own drafts."""
        if actor is None or not actor.can(permission):
            return self.none()
        mine = self.filter(patient__practice_id=actor.practice_id).filter(
            Q(signed_at__isnull=False) | Q(author_id=actor.membership_id)
        )
        return mine if actor.reaches_practice(permission) else mine.filter(on_team(actor.membership_id, "patient_id"))


class IntegrationNote(Record):
    """A therapist's note on what a session meant; a draft until its author signs, then frozen."""

    kind = RecordKind.SIGNED
    frozen_by = "signed_at"
    privacy = Privacy(
        operational="id patient session author created_at saved_at signed_at signed_by content_sha256 version",
        clinical="modality template_version fields themes",
    )

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="integration_notes")
    session = models.ForeignKey("sessions_app.Session", on_delete=models.PROTECT, related_name="integration_notes")
    author = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    modality = models.CharField(max_length=14, choices=Modality.choices)
    template_version = models.CharField(max_length=12)
    fields = models.JSONField(default=dict)
    themes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None)
                | (Q(signed_at__isnull=False, signed_by=models.F("author")) & ~Q(content_sha256="")),
                name="note_signed_by_its_author",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-created_at"], name="note_of_patient"),
            models.Index(fields=["author"], condition=Q(signed_at=None), name="note_draft"),
        ]


class NoteAddendum(EventRecord):
    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " note", clinical="text")

    note = models.ForeignKey(IntegrationNote, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField()


class Homework(Record):
    """Something to practise until the next meeting."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(operational="id patient note set_at set_by due_on done_at done_by", clinical="task outcome")

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="homework")
    note = models.ForeignKey(IntegrationNote, on_delete=models.PROTECT, related_name="homework")
    task = models.TextField()
    due_on = models.DateField(null=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    outcome = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="homework_done_at_and_by",
            )
        ]
