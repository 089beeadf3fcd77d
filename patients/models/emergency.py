"""Break-the-glass: one clinician's look at one patient's chart in an emergency, and its review (R13)."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from accounts.roles import Permission
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField

LASTS = timedelta(minutes=60)


class EmergencyQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own; for those who review access, all of the practice."""
        if actor is None or actor.practice_id is None:
            return self.none()
        mine = self.filter(patient__practice_id=actor.practice_id)
        if actor.reaches_practice(Permission.REVIEW_ACCESS):
            return mine
        return mine.filter(membership_id=actor.membership_id)

    def open_at(self, at: datetime):
        return self.filter(closed_at=None, opened_at__lte=at, expires_at__gt=at)

    def to_review(self):
        return self.filter(reviewed_at=None)

    def unannounced(self):
        return self.filter(announced_at=None)

    def with_people(self):
        return self.select_related("patient", "membership__user", "reviewed_by__user")


class EmergencyAccess(Record):
    kind = RecordKind.EDITABLE
    privacy = Privacy(
        identifying="patient",
        operational="id membership category opened_at expires_at closed_at announced_at review_due_on reviewed_at "
        "reviewed_by outcome",
        clinical="reason review_words",
    )

    class Category(models.TextChoices):
        EMERGENCY = "emergency", "Medical emergency now"
        RISK = "risk", "Danger to self or others"
        COVER = "cover", "The care team cannot be reached"
        OTHER = "other", "Another reason, told below"

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified", "Justified"
        UNCLEAR = "unclear", "Questions remain"
        NOT_JUSTIFIED = "not_justified", "Not justified"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="emergency_accesses")
    membership = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=9, choices=Category.choices)
    reason = SealedTextField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)
    review_due_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    outcome = models.CharField(max_length=13, choices=Outcome.choices, blank=True)
    review_words = SealedTextField(blank=True)

    objects = EmergencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "emergency accesses"
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=["emergency", "risk", "cover", "other"])
                & Q(outcome__in=["", "justified", "unclear", "not_justified"]),
                name="emergency_words_known",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("opened_at")) & Q(expires_at__lte=F("opened_at") + LASTS),
                name="emergency_ends_within_the_hour",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, outcome="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(outcome="")),
                name="emergency_reviewed_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("membership")), name="emergency_reviewed_by_another"
            ),
        ]
        indexes = [
            models.Index(fields=["membership", "expires_at"], name="emergency_of_member"),
            models.Index(fields=["patient", "-opened_at"], name="emergency_of_patient"),
            models.Index(fields=["review_due_on"], condition=Q(reviewed_at=None), name="emergency_to_review"),
        ]

    def is_open(self, at: datetime) -> bool:
        return self.closed_at is None and self.opened_at <= at < self.expires_at

    @property
    def ended_at(self) -> datetime:
        return self.closed_at or self.expires_at


class UnusualQuerySet(models.QuerySet):
    def visible_to(self, actor):
        if actor is None or actor.practice_id is None:
            return self.none()
        return self.filter(practice_id=actor.practice_id)

    def open(self):
        return self.filter(acknowledged_at=None)

    def waiting_first(self):
        return self.order_by(F("acknowledged_at").desc(nulls_first=True), "-first_at", "id")

    def with_people(self):
        return self.select_related("patient", "membership__user", "acknowledged_by__user")


class UnusualLook(Record):
    """A pattern in the audit rows that somebody has to look at: own chart, a co-worker's, a namesake's, many (R14)."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        identifying="patient",
        operational="id practice membership pattern on_day first_at charts found_at acknowledged_at acknowledged_by "
        "words",
    )

    class Pattern(models.TextChoices):
        OWN = "own", "Own chart"
        COLLEAGUE = "colleague", "A colleague's chart"
        SURNAME = "surname", "Same family name"
        ADDRESS = "address", "Same address"
        MANY = "many", "More than 30 charts in an hour"

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+", null=True)
    pattern = models.CharField(max_length=9, choices=Pattern.choices)
    on_day = models.DateField()
    first_at = models.DateTimeField()
    charts = models.PositiveIntegerField(default=1)
    found_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    words = models.CharField(max_length=300, blank=True)

    objects = UnusualQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "patient", "pattern", "on_day"],
                condition=Q(patient__isnull=False),
                name="unusual_look_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["membership", "pattern", "on_day"],
                condition=Q(patient=None),
                name="many_looks_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(pattern__in=["own", "colleague", "surname", "address", "many"]),
                name="unusual_look_pattern_known",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="unusual_look_acknowledged_by_whom",
            ),
        ]
        indexes = [models.Index(fields=["practice", "-first_at"], name="unusual_look_of_practice")]
