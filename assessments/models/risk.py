"""Answers that need a person: the item with its owner and clock, to whom it went on, and what was done about it."""

from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.roles import Permission
from assessments.models.on_call import OnCallPlace
from assessments.models.questionnaires import Assessment, TeamScoped
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField
from patients.models.person import within_team

ON_CALL_ADDS = (Permission.VIEW_RISK, Permission.HANDLE_RISK)  # what a turn gives, for the one item alone


def turn_has_come(membership_id, at) -> Q:
    """The rule of `assessments.escalation.turns_of`, asked of the database for one person and the open items.

    A turn comes `after` the answer, or when the person was put on the list if that is later, unless somebody
    acknowledged before; it lasts until the item is closed.
    """
    turn = ExpressionWrapper(OuterRef("raised_at") + F("after"), output_field=models.DateTimeField())
    places = OnCallPlace.objects.filter(
        membership_id=membership_id, practice_id=OuterRef("patient__practice_id"), listed_at__lte=at
    ).alias(turn_at=turn)
    still_listed = Q(removed_at=None) | Q(removed_at__gt=F("turn_at")) & Q(removed_at__gt=F("listed_at"))
    came_by_now = places.filter(still_listed, turn_at__lte=at)
    acknowledged_at = OuterRef("acknowledged_at")
    came_before = came_by_now.filter(turn_at__lte=acknowledged_at, listed_at__lte=acknowledged_at)
    came = (Q(acknowledged_at=None) & Q(Exists(came_by_now))) | Q(Exists(came_before))
    return Q(closed_at=None) & came


class RiskQuerySet(TeamScoped):
    default_permission = Permission.VIEW_RISK

    def visible_to(self, actor, permission: Permission | None = None):
        """Items of the own patients; and those whose turn has come to the person by the on-call list (R80)."""
        wanted = permission or self.default_permission
        if actor is None or not actor.can(wanted) or actor.reaches_practice(wanted) or wanted not in ON_CALL_ADDS:
            return super().visible_to(actor, wanted)
        mine = within_team(actor, wanted, "patient_id") | turn_has_come(actor.membership_id, timezone.now())
        return self.filter(mine, patient__practice_id=actor.practice_id)

    def on_turn_of(self, membership_id, at):
        """Open items whose turn has come to this person by the on-call list."""
        return self.filter(turn_has_come(membership_id, at))

    def unacknowledged(self):
        return self.filter(acknowledged_at=None, closed_at=None)

    def open(self):
        return self.filter(closed_at=None)

    def closed(self):
        return self.exclude(closed_at=None)

    def with_people(self):
        return self.select_related("patient", "assessment", "acknowledged_by__user", "closed_by__user").annotate(
            first_contact_at=Subquery(
                RiskContact.objects.filter(risk_item=OuterRef("pk")).order_by("recorded_at").values("recorded_at")[:1]
            )
        )

    def most_pressing_first(self):
        """Open before closed, urgent before alert, nobody acting yet before acknowledged, then the oldest."""
        return self.annotate(
            is_closed=models.Case(models.When(closed_at=None, then=0), default=1),
            is_calmer=models.Case(models.When(severity=RiskItem.Severity.URGENT, then=0), default=1),
            is_taken=models.Case(models.When(acknowledged_at=None, then=0), default=1),
        ).order_by("is_closed", "is_calmer", "is_taken", "raised_at", "id")

    def waiting(self, unseen_since) -> dict:
        """How many are open, since when the oldest waits, and how many nobody acknowledged that came before a time."""
        unseen = Q(acknowledged_at=None, raised_at__lte=unseen_since)
        return self.open().aggregate(
            count=models.Count("pk"), oldest=models.Min("raised_at"), unseen=models.Count("pk", filter=unseen)
        )


class RiskItem(Record):
    """An answer that needs a person: owner, clock, acknowledgement, closure in words."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id patient assessment raised_at acknowledged_at acknowledged_by closed_at closed_by version",
        clinical="code severity sentence patient_words closing_text",
    )

    class Severity(models.TextChoices):
        ALERT = "alert", "Alert"
        URGENT = "urgent", "Urgent"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="risk_items")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="risk_items")
    code = models.CharField(max_length=32)
    severity = models.CharField(max_length=6, choices=Severity.choices)
    sentence = SealedTextField()
    patient_words = SealedTextField(blank=True)
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    closing_text = SealedTextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = RiskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "code"], name="risk_once_per_answer"),
            models.CheckConstraint(condition=Q(severity__in=["alert", "urgent"]), name="risk_severity_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closing_text="")),
                name="risk_closed_in_words",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="risk_acknowledged_at_and_by",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "closed_at"], name="risk_of_patient"),
            models.Index(fields=["raised_at"], condition=Q(closed_at=None), name="risk_open"),
        ]


class RiskEscalation(Record):
    """That an item's turn came to a person of the on-call list. The turn itself follows from the clock and the list;
    this row is the lasting proof, written by the sweep or with the acknowledgement, whichever comes first.
    """

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id risk_item place turn_at recorded_at is_mailed")

    risk_item = models.ForeignKey(RiskItem, on_delete=models.PROTECT, related_name="escalations")
    place = models.ForeignKey(OnCallPlace, on_delete=models.PROTECT, related_name="+")
    turn_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    is_mailed = models.BooleanField("a notice was put in the post")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["risk_item", "place"], name="risk_turn_once"),
            models.CheckConstraint(condition=Q(recorded_at__gte=F("turn_at")), name="risk_turn_not_future"),
        ]


class RiskContact(EventRecord):
    """What was done about a risk item: who was reached, how, outcome, plan."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " risk_item", clinical="how outcome plan")

    class How(models.TextChoices):
        PHONE = "phone", "Phone call"
        IN_PERSON = "in_person", "In person"
        MESSAGE = "message", "Message"
        EMERGENCY = "emergency", "Emergency services"
        NOT_REACHED = "not_reached", "Tried, not reached"

    risk_item = models.ForeignKey(RiskItem, on_delete=models.PROTECT, related_name="contacts")
    how = models.CharField(max_length=12, choices=How.choices)
    outcome = SealedTextField()
    plan = SealedTextField(blank=True)

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(how__in=["phone", "in_person", "message", "emergency", "not_reached"]),
                name="risk_contact_how_known",
            ),
        ]
