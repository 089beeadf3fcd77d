"""A pause of a patient's follow-up, on request: nothing is asked while it stands."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from assessments.models import TeamScoped
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField


class PauseQuerySet(TeamScoped):
    default_permission = Permission.VIEW_FOLLOWUPS

    def standing(self):
        return self.filter(ended_at=None)

    def of_patient(self, patient_id):
        return self.filter(patient_id=patient_id)

    def may_be_over(self, day):
        """Standing, and their day is this one or before it; the patient's own clock decides."""
        return self.standing().filter(until__lte=day)


class FollowUpPause(Record):
    """`until` is the day, where the patient lives, on which asking begins again; None is open-ended."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id patient paused_at paused_by until ended_at ended_by",
        clinical="reason",
    )

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="follow_up_pauses")
    paused_at = models.DateTimeField()
    paused_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    until = models.DateField(null=True)
    reason = SealedTextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(ended_at=None), name="one_pause_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="pause_ended_when_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["until"], condition=Q(ended_at=None), name="pause_until")]
