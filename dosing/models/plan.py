"""The titration plan under a signed order: later steps, points of review, and the prescriber's going on after one."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from common.fields import ExactDecimalField
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField


class OrderStep(Record):
    """From dose `from_dose` on another amount than the order's own, which is the step of dose 1.

    Written with the order and part of what is signed; all amounts base mg, as on the order.
    """

    kind = RecordKind.EVENT
    privacy = Privacy(
        operational="id order from_dose",
        clinical="mg_per_kg max_mg dose_mg draw_ml drawn_mg pump_ml_per_h mcg_per_kg_per_min max_total_mg condition",
    )

    order = models.ForeignKey("dosing.DoseOrder", on_delete=models.PROTECT, related_name="steps")
    from_dose = models.PositiveSmallIntegerField()
    mg_per_kg = ExactDecimalField("dose in mg/kg", places=3, null=True)
    max_mg = ExactDecimalField("at most, mg", places=3, null=True)
    dose_mg = ExactDecimalField("dose in mg", places=3)
    draw_ml = ExactDecimalField(places=3, null=True)
    drawn_mg = ExactDecimalField(places=3)
    pump_ml_per_h = ExactDecimalField(places=2, null=True)
    mcg_per_kg_per_min = ExactDecimalField(places=3, null=True)
    max_total_mg = ExactDecimalField(places=3)
    condition = SealedTextField(blank=True)

    class Meta:
        ordering = ["from_dose"]
        constraints = [
            models.UniqueConstraint(fields=["order", "from_dose"], name="order_step_once"),
            models.CheckConstraint(condition=Q(from_dose__range=(2, 60)), name="order_step_from_dose_2_60"),
            models.CheckConstraint(
                condition=Q(dose_mg__gt=0) & Q(drawn_mg__gt=0) & Q(max_total_mg__gte=models.F("dose_mg")),
                name="order_step_amounts_positive",
            ),
            models.CheckConstraint(
                condition=Q(max_mg=None) | Q(mg_per_kg__isnull=False, max_mg__gte=models.F("dose_mg")),
                name="order_step_within_its_maximum",
            ),
        ]


class ReviewPointQuerySet(models.QuerySet):
    def with_continued(self):
        """`is_continued` says that a prescriber went on with the plan of this series after this dose."""
        gone_on = PlanContinuation.objects.filter(
            series_id=OuterRef("order__series_id"), after_dose=OuterRef("after_dose")
        )
        return self.annotate(is_continued=Exists(gone_on))


class OrderReviewPoint(Record):
    """After dose `after_dose` the next one waits until a prescriber goes on with the plan; part of what is signed."""

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id order", clinical="after_dose")

    order = models.ForeignKey("dosing.DoseOrder", on_delete=models.PROTECT, related_name="review_points")
    after_dose = models.PositiveSmallIntegerField()

    objects = ReviewPointQuerySet.as_manager()

    class Meta:
        ordering = ["after_dose"]
        constraints = [
            models.UniqueConstraint(fields=["order", "after_dose"], name="order_review_once"),
            models.CheckConstraint(condition=Q(after_dose__range=(1, 60)), name="order_review_dose_1_60"),
        ]


class PlanContinuation(EventRecord):
    """A prescriber looked at the course after a dose and goes on with the plan: signed, once for each point."""

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " series order content_sha256",
        clinical="after_dose doses_given note",
    )

    series = models.ForeignKey("patients.TreatmentSeries", on_delete=models.PROTECT, related_name="continuations")
    order = models.ForeignKey("dosing.DoseOrder", on_delete=models.PROTECT, related_name="continuations")
    after_dose = models.PositiveSmallIntegerField()
    doses_given = models.PositiveSmallIntegerField()
    note = SealedTextField()
    content_sha256 = models.CharField(max_length=64)

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.UniqueConstraint(fields=["series", "after_dose"], name="plan_continued_once"),
            models.CheckConstraint(
                condition=Q(doses_given__gte=models.F("after_dose"), after_dose__gte=1),
                name="plan_continued_after_the_dose",
            ),
        ]

    @property
    def signed_at(self):
        return self.recorded_at
