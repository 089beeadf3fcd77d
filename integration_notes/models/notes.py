"""Integration notes in the fields of their modality, addenda, and homework."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedJSONField, SealedTextField
from integration_notes.templates_data import NOTE_KINDS, PREPARATION
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

    def signed(self):
        return self.filter(signed_at__isnull=False)

    def about_dose(self):
        """Without those of preparation visits: what was written after a dose."""
        return self.exclude(modality=PREPARATION)

    def drafts_of(self, membership_id):
        """What this person began and has not signed."""
        return self.filter(signed_at=None, author_id=membership_id)

    def with_everything(self):
        """A note with what its page shows."""
        people = ("patient", "session__series", "author__user", "author__practice")
        return self.select_related(*people).prefetch_related(
            "addenda__recorded_by__user", "homework__set_by__user", "homework__done_by__user"
        )

    def for_list(self):
        return self.select_related("session", "author__user").annotate(addenda_count=models.Count("addenda"))


class HomeworkQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.VIEW_NOTE):
        """Homework of patients on whose team the actor is."""
        if actor is None or not actor.can(permission):
            return self.none()
        mine = self.filter(patient__practice_id=actor.practice_id)
        return mine if actor.reaches_practice(permission) else mine.filter(on_team(actor.membership_id, "patient_id"))

    def open(self):
        return self.filter(done_at=None)

    def due_by(self, day):
        """Not done yet, and due on this day or before."""
        return self.open().filter(due_on__lte=day)

    def for_list(self):
        """Open ones first, the earliest due on top; then the ones done, newest first."""
        return self.select_related("patient", "note", "set_by__user", "done_by__user").order_by(
            models.F("done_at").desc(nulls_first=True), models.F("due_on").asc(nulls_last=True), "set_at"
        )


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
    modality = models.CharField(max_length=14, choices=NOTE_KINDS)
    template_version = models.CharField(max_length=12)
    fields = SealedJSONField(default=dict)
    themes = SealedJSONField(default=list)
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
                condition=Q(modality__in=[kind for kind, _ in NOTE_KINDS]), name="note_modality_known"
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None)
                | (Q(signed_at__isnull=False, signed_by=models.F("author")) & ~Q(content_sha256="")),
                name="note_signed_by_its_author",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-created_at"], name="note_of_patient"),
            models.Index(fields=["author"], condition=Q(signed_at=None), name="note_draft"),
            models.Index(fields=["session"], condition=Q(signed_at__isnull=False), name="note_signed_of_session"),
        ]


class NoteAddendum(EventRecord):
    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " note", clinical="text")

    note = models.ForeignKey(IntegrationNote, on_delete=models.PROTECT, related_name="addenda")
    text = SealedTextField()


class Homework(Record):
    """Something to practise until the next meeting."""

    class DoneHow(models.TextChoices):
        PATIENT = "patient", "The patient, between meetings"
        TOGETHER = "therapist", "Together with the therapist"

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id patient note set_at set_by due_on done_at done_by done_how", clinical="task outcome"
    )

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="homework")
    note = models.ForeignKey(IntegrationNote, on_delete=models.PROTECT, related_name="homework")
    task = SealedTextField()
    due_on = models.DateField(null=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    done_how = models.CharField(max_length=9, choices=DoneHow.choices, blank=True)
    outcome = SealedTextField(blank=True)

    objects = HomeworkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["patient", "set_at"], name="homework_of_patient"),
            models.Index(fields=["due_on"], condition=Q(done_at=None), name="homework_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="homework_done_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(done_how__in=["", "patient", "therapist"]), name="homework_done_how_known"
            ),
        ]
