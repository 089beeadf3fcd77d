"""Two check-ins in a row without an answer are a task for a person: owner, calls, closure in words."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from assessments.models import TeamScoped
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField


class MissedQuerySet(TeamScoped):
    default_permission = Permission.MANAGE_FOLLOWUPS

    def open(self):
        return self.filter(closed_at=None)

    def with_people(self):
        return self.select_related("patient", "check_in__point", "check_in__session", "taken_by__user")


class MissedInARow(Record):
    """The task. `check_in` is the second one that was missed (KAP-FUP-TWICE)."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id patient check_in raised_at taken_at taken_by closed_at closed_by version",
        clinical="closing_text",
    )

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="missed_in_a_row")
    check_in = models.OneToOneField("followups.CheckIn", on_delete=models.PROTECT, related_name="missed_in_a_row")
    raised_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    closing_text = SealedTextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = MissedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(closed_at=None), name="one_missed_task_at_a_time"),
            models.CheckConstraint(
                condition=Q(taken_at=None, taken_by=None) | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="missed_taken_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closing_text="")),
                name="missed_closed_in_words",
            ),
        ]


class MissedCall(EventRecord):
    """One try to reach the patient: how, and what came of it."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " task", clinical="how outcome")

    class How(models.TextChoices):
        PHONE = "phone", "Phone call"
        IN_PERSON = "in_person", "In person"
        MESSAGE = "message", "Message left"
        NOT_REACHED = "not_reached", "Tried, not reached"

    task = models.ForeignKey(MissedInARow, on_delete=models.PROTECT, related_name="calls")
    how = models.CharField(max_length=12, choices=How.choices)
    outcome = SealedTextField()

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(how__in=["phone", "in_person", "message", "not_reached"]), name="missed_call_how_known"
            ),
        ]
