"""A dose order: what the prescriber decided, with the arithmetic and the limits it was signed under."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.roles import Permission
from common.clinical import Indication, Route
from common.fields import ExactDecimalField
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedJSONField, SealedTextField
from patients.models.person import within_team


class OrderQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.VIEW_ORDER):
        if actor is None or not actor.can(permission):
            return self.none()
        mine = self.filter(practice_id=actor.practice_id)
        return mine if actor.reaches_practice(permission) else mine.filter(within_team(actor, permission, "patient_id"))

    def in_force(self, at):
        """Signed, not replaced by a newer version, not expired on the practice's day (the active time zone)."""
        return self.filter(signed_at__lte=at, expires_on__gte=timezone.localdate(at), replaced_by=None)

    def newest_of(self, series_id):
        """The newest version of a series' order, if any."""
        return self.filter(series_id=series_id).order_by("-version").first()

    def with_names(self):
        """Everything a list or page of orders shows, in one query."""
        return self.select_related("patient", "series", "product", "signed_by__user", "practice")

    def with_plan(self):
        """With the steps and points of review, in one query each."""
        return self.prefetch_related("steps", "review_points")


class DoseOrder(Record):
    """Signed orders never change; an amendment is a new version that `replaces` the old one.

    All amounts are base mg. `max_total_mg` is dose plus every booster. `limits` is the snapshot of the practice's
    limits, `overrides` maps each soft finding's code to the typed reason. The amounts here are those of dose 1;
    `steps` name later ones, `review_points` the doses after which the plan is looked at, and `planned_doses` and
    `min_hours_between` how many doses were planned, at least how far apart, when it was signed.
    """

    kind = RecordKind.SIGNED
    frozen_by = "signed_at"
    privacy = Privacy(
        operational="id practice patient series version replaces created_at created_by signed_at signed_by "
        "content_sha256 expires_on step_count review_count",
        clinical="route indication product weight_kg weighed_on mg_per_kg dose_mg concentration_mg_per_ml draw_ml "
        "drawn_mg final_volume_ml duration_min pump_ml_per_h mcg_per_kg_per_min booster_mg booster_after_min "
        "max_total_mg instructions limits overrides max_mg planned_doses min_hours_between",
    )

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="orders")
    series = models.ForeignKey("patients.TreatmentSeries", on_delete=models.PROTECT, related_name="orders")
    version = models.PositiveIntegerField(default=1)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, related_name="replaced_by", null=True)
    route = models.CharField(max_length=10, choices=Route.choices)
    indication = models.CharField(max_length=6, choices=Indication.choices)
    product = models.ForeignKey("dosing.Product", on_delete=models.PROTECT, related_name="orders")
    weight_kg = ExactDecimalField("weight in kg", places=2)
    weighed_on = models.DateField()
    mg_per_kg = ExactDecimalField("dose in mg/kg", places=3, null=True, blank=True)
    max_mg = ExactDecimalField("at most, mg", places=3, null=True)
    dose_mg = ExactDecimalField("dose in mg", places=3)
    concentration_mg_per_ml = ExactDecimalField(places=3, null=True)
    draw_ml = ExactDecimalField(places=3, null=True)
    drawn_mg = ExactDecimalField(places=3)
    final_volume_ml = ExactDecimalField("final volume in mL", places=2, null=True)
    duration_min = models.PositiveSmallIntegerField("duration in minutes", null=True)
    pump_ml_per_h = ExactDecimalField(places=2, null=True)
    mcg_per_kg_per_min = ExactDecimalField(places=3, null=True)
    booster_mg = ExactDecimalField("booster in mg", places=3, null=True)
    booster_after_min = models.PositiveSmallIntegerField("booster no sooner than, minutes", null=True)
    max_total_mg = ExactDecimalField(places=3)
    planned_doses = models.PositiveSmallIntegerField(null=True)
    min_hours_between = models.PositiveSmallIntegerField(null=True)
    step_count = models.PositiveSmallIntegerField(default=0, help_text="Rows of `steps` that belong to it, no more.")
    review_count = models.PositiveSmallIntegerField(default=0, help_text="Rows of `review_points`.")
    instructions = SealedTextField(blank=True)
    limits = models.JSONField(default=dict)
    overrides = SealedJSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    expires_on = models.DateField()

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="order_version_once"),
            models.CheckConstraint(
                condition=Q(dose_mg__gt=0) & Q(drawn_mg__gt=0) & Q(max_total_mg__gte=models.F("dose_mg")),
                name="order_amounts_positive",
            ),
            models.CheckConstraint(
                condition=Q(max_mg=None) | Q(mg_per_kg__isnull=False, max_mg__gte=models.F("dose_mg")),
                name="order_within_its_maximum",
            ),
            models.CheckConstraint(condition=Q(weight_kg__gte=30, weight_kg__lte=300), name="order_weight_30_300"),
            models.CheckConstraint(condition=Q(route__in=Route.values), name="order_route_known"),
            models.CheckConstraint(condition=Q(indication__in=Indication.values), name="order_indication_known"),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None)
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(content_sha256="")),
                name="order_signed_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-created_at"], name="order_of_patient")]
