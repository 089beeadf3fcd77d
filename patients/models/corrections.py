"""A patient's request that an entry of the record be corrected, and the practice's answer (45 CFR 164.526)."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField
from patients.models.person import on_team


class CorrectionQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.VIEW_CHART):
        """Requests about patients on whose team the actor is."""
        if actor is None or not actor.can(permission):
            return self.none()
        mine = self.filter(patient__practice_id=actor.practice_id)
        return mine if actor.reaches_practice(permission) else mine.filter(on_team(actor.membership_id, "patient_id"))

    def waiting(self):
        return self.filter(decided_at=None)

    def for_list(self):
        """Those that wait first, the one due soonest on top; then the answered ones, newest first."""
        people = ("patient", "recorded_by__user", "decided_by__user")
        return self.select_related(*people).order_by(models.F("decided_at").desc(nulls_first=True), "due_on", "pk")


class CorrectionRequest(Record):
    """What the patient finds wrong and what it should say; the entry itself is never overwritten.

    An accepted request is followed by an addendum or a new entry; a denied one stays with its reason, and the
    patient's words with it.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "Accepted: the record is amended"
        DENIED = "denied", "Denied: the entry is accurate and complete"

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        identifying="patient",
        clinical="entry wanted answer outcome",
        operational="id recorded_at recorded_by due_on decided_at decided_by",
    )

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="corrections")
    entry = SealedTextField("which entry")
    wanted = SealedTextField("what it should say")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    answer = SealedTextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["patient", "recorded_at"], name="correction_of_patient"),
            models.Index(fields=["due_on"], condition=Q(decided_at=None), name="correction_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, outcome="")
                | Q(decided_at__isnull=False, decided_by__isnull=False, outcome__in=["accepted", "denied"]),
                name="correction_decided_whole",
            )
        ]
