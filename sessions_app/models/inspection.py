"""Inspection packs: who asked for which part of the register and why, and the file that waits for a day (R87)."""

from django.db import models
from django.db.models import F, Q

from accounts.roles import Permission
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField


class InspectionPackQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Packs of the practice, for those who may make one; the file itself is its asker's."""
        if actor is None or not actor.can(Permission.EXPORT_DOSING):
            return self.none()
        return self.filter(practice_id=actor.practice_id)

    def with_names(self):
        return self.select_related("asked_by__user", "approved_by__user").order_by("-asked_at", "id")

    def to_build(self):
        return self.filter(state="building").order_by("asked_at")


class InspectionPack(Record):
    """`wanted` holds the period and what it is narrowed to; `rows_total` counts what is written to CSV and PDF."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id practice asked_at asked_by reason wanted patients state approved_at approved_by started_at "
        "rows_done rows_total ready_at sha256 size_bytes expires_at downloads"
    )

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for a second person"
        BUILDING = "building", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Not made"
        GONE = "gone", "Removed"

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    reason = SealedTextField()
    wanted = models.JSONField()
    patients = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    started_at = models.DateTimeField(null=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    downloads = models.PositiveIntegerField(default=0)

    objects = InspectionPackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "building", "ready", "failed", "gone"]), name="pack_state_known"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")), name="pack_approved_by_another"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-asked_at", "id"], name="pack_newest"),
            models.Index(fields=["asked_by", "-asked_at"], name="pack_of_member"),
            models.Index(fields=["asked_at"], condition=Q(state="building"), name="pack_to_build"),
        ]

    @property
    def per_cent(self) -> int:
        return min(100, 100 * self.rows_done // self.rows_total) if self.rows_total else 0
