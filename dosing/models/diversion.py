"""The daily report on signs of diversion, and what compliance made of each sign (R49)."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField


class WatchQuerySet(models.QuerySet):
    def visible_to(self, actor):
        if actor is None or not actor.can(Permission.REVIEW_DIVERSION):
            return self.none()
        return self.filter(practice_id=actor.practice_id)


class DiversionReport(Record):
    """One day of a practice was looked at, with the 90 days before it. `findings` were new."""

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id practice day made_at doses findings")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="diversion_reports")
    day = models.DateField()
    made_at = models.DateTimeField()
    doses = models.PositiveIntegerField()
    findings = models.PositiveIntegerField()

    objects = WatchQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "day"], name="day_watched_once")]


class DiversionFindingQuerySet(WatchQuerySet):
    def open(self):
        return self.filter(settled_at=None)

    def with_names(self):
        return self.select_related("about__user", "lot__product", "settled_by__user")

    def newest_first(self):
        return self.order_by("-day", "gravity", "id")


class DiversionFinding(Record):
    """One sign, told once; frozen when somebody in compliance has settled it in words. `words` names nobody."""

    kind = RecordKind.SIGNED
    frozen_by = "settled_at"
    privacy = Privacy(
        operational="id practice report day pattern gravity first_id words about dosing_record lot count settled_at "
        "settled_by outcome settled_words"
    )

    class Outcome(models.TextChoices):
        EXPLAINED = "explained", "Explained: nothing was diverted"
        CORRECTED = "corrected", "A mistake; it was corrected"
        PURSUED = "pursued", "Being pursued outside this program"

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(DiversionReport, on_delete=models.PROTECT, related_name="signs")
    day = models.DateField()
    pattern = models.CharField(max_length=24)
    gravity = models.PositiveSmallIntegerField()
    first_id = models.CharField(max_length=200)
    words = models.CharField(max_length=400)
    about = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    dosing_record = models.ForeignKey("dosing.DosingRecord", on_delete=models.PROTECT, related_name="+", null=True)
    lot = models.ForeignKey("dosing.StockLot", on_delete=models.PROTECT, related_name="+", null=True)
    count = models.PositiveIntegerField(default=1)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    settled_words = SealedTextField(blank=True)

    objects = DiversionFindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "first_id"], name="sign_told_once"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, outcome="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(outcome="")),
                name="sign_settled_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-day", "gravity", "id"], name="sign_newest"),
            models.Index(fields=["practice", "gravity"], condition=Q(settled_at=None), name="sign_open"),
        ]

    @property
    def title(self) -> str:
        return TITLES.get(self.pattern, self.pattern.replace("_", " ").capitalize())


TITLES = {
    "AUDIT_INTERFERENCE": "Audit trail or protection was touched",
    "LEDGER_MISMATCH": "Ledger and dose do not agree",
    "DOSE_BEFORE_WITHDRAWAL": "Given before it was drawn",
    "GIVER_OFF_ROSTER": "Given by somebody not named on the session",
    "ACCESS_CHANGE": "Dose right after a change of access",
    "WASTE_RATIO": "Wastes more than colleagues",
    "WITNESS_PAIR": "Waste without a witness, or always the same one",
    "DOWNWARD_CORRECTION": "Corrections that lower amounts",
    "LATE_ENTRIES": "Cluster of late entries",
    "NO_VITALS": "No reading soon after the dose",
}
