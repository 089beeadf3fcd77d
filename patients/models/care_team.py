"""Who takes care of a patient now and earlier; the base of every clinician's scope."""

from django.db import models
from django.db.models import Q

from common.records import Privacy, Record, RecordKind


class CareTeamQuerySet(models.QuerySet):
    def now(self):
        """Memberships of the team that nobody has ended, with the people."""
        return self.filter(left_at=None).select_related("membership__user")


class CareTeamMember(Record):
    kind = RecordKind.EDITABLE
    privacy = Privacy(operational="id patient membership joined_at added_by left_at removed_by")

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="team")
    membership = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="patients")
    joined_at = models.DateTimeField()
    added_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)

    objects = CareTeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "membership"], condition=Q(left_at=None), name="once_on_the_team"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None, removed_by=None) | Q(left_at__isnull=False, removed_by__isnull=False),
                name="team_left_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["membership", "left_at", "patient"], name="team_of_member")]
