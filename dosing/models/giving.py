"""What was drawn, given, and what became of the rest. Event rows; the draw's account closes to zero (R43)."""

from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from common.fields import ExactDecimalField
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedJSONField, SealedTextField
from dosing.models.dose_times import DoseTimeCorrection


class Draw(Record):
    """The account of one amount taken from one lot: drawn = given + wasted + returned + outstanding, always.

    Frozen once closed, which the database allows only when nothing is outstanding.
    """

    kind = RecordKind.SIGNED
    frozen_by = "closed_at"
    privacy = Privacy(
        operational="id dosing_record lot drawn_at recorded_at drawn_by closed_at",
        clinical="drawn_mg drawn_ml given_mg wasted_mg returned_mg outstanding_mg",
    )

    dosing_record = models.ForeignKey("dosing.DosingRecord", on_delete=models.PROTECT, related_name="draws")
    lot = models.ForeignKey("dosing.StockLot", on_delete=models.PROTECT, related_name="draws")
    drawn_mg = ExactDecimalField(places=3)
    drawn_ml = ExactDecimalField(places=3, null=True)
    given_mg = ExactDecimalField(places=3, default=0)
    wasted_mg = ExactDecimalField(places=3, default=0)
    returned_mg = ExactDecimalField(places=3, default=0)
    outstanding_mg = ExactDecimalField(places=3)
    drawn_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    drawn_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn_mg=F("given_mg") + F("wasted_mg") + F("returned_mg") + F("outstanding_mg")),
                name="draw_account_balances",
            ),
            models.CheckConstraint(
                condition=Q(
                    drawn_mg__gt=0,
                    given_mg__gte=0,
                    wasted_mg__gte=0,
                    returned_mg__gte=0,
                    outstanding_mg__gte=0,
                ),
                name="draw_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(outstanding_mg=0), name="draw_closed_means_nothing_left"
            ),
            models.CheckConstraint(condition=Q(drawn_mg__lte=5000), name="draw_ceiling"),
        ]
        indexes = [models.Index(fields=["dosing_record"], condition=Q(closed_at=None), name="draw_open")]


class AdministrationQuerySet(models.QuerySet):
    def with_time(self):
        """Annotated with `time_now`: when it was given, by the newest correction."""
        newest = DoseTimeCorrection.objects.filter(administration=OuterRef("pk")).order_by("-number")
        return self.annotate(time_now=Coalesce(Subquery(newest.values("given_at")[:1]), F("occurred_at")))


class Administration(EventRecord):
    """A dose begun: `occurred_at` is when, as written down first; `given_at` when, as far as is known now.

    For an infusion the amount given is settled by its AdministrationEnd.

    `overrides` maps the code of each blocker that was passed to the typed reason, as on the order.
    """

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " dosing_record draw given_by verified_by number",
        clinical="route planned_mg site diluent final_volume_ml duration_min pump_ml_per_h overrides",
    )

    dosing_record = models.ForeignKey("dosing.DosingRecord", on_delete=models.PROTECT, related_name="administrations")
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="administrations")
    number = models.PositiveSmallIntegerField()
    route = models.CharField(max_length=10)
    planned_mg = ExactDecimalField(places=3)
    site = models.CharField("site or line", max_length=80, blank=True)
    diluent = models.CharField(max_length=60, blank=True)
    final_volume_ml = ExactDecimalField(places=2, null=True)
    duration_min = models.PositiveSmallIntegerField(null=True)
    pump_ml_per_h = ExactDecimalField(places=2, null=True)
    given_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    verified_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    overrides = SealedJSONField(default=dict)

    objects = AdministrationQuerySet.as_manager()

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.UniqueConstraint(fields=["dosing_record", "number"], name="administration_numbered_once"),
            models.CheckConstraint(condition=Q(planned_mg__gt=0, planned_mg__lte=1000), name="administration_amount"),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("given_by")), name="verifier_is_not_giver"
            ),
        ]

    @cached_property
    def corrections(self) -> tuple[DoseTimeCorrection, ...]:
        """The corrections of its time, oldest first; who reads many doses sets them from one query."""
        return tuple(self.time_corrections.order_by("number"))

    @property
    def given_at(self) -> datetime:
        return self.corrections[-1].given_at if self.corrections else self.occurred_at

    @property
    def is_infusion(self) -> bool:
        return self.pump_ml_per_h is not None

    @property
    def ended_at(self) -> datetime | None:
        """When nothing of it went in any more; what is no infusion ends as it is given. None while it runs."""
        if not hasattr(self, "end"):
            return None
        return self.end.occurred_at if self.is_infusion else self.given_at


class InfusionChange(EventRecord):
    """A rate change, pause or resumption of a running infusion."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " administration", clinical="what pump_ml_per_h reason")

    class What(models.TextChoices):
        RATE = "rate", "Rate changed"
        PAUSE = "pause", "Paused"
        RESUME = "resume", "Resumed"

    administration = models.ForeignKey(Administration, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=8, choices=What.choices)
    pump_ml_per_h = ExactDecimalField(places=2, null=True)
    reason = SealedTextField()

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(what__in=["rate", "resume"], pump_ml_per_h__gt=0) | Q(what="pause", pump_ml_per_h=None),
                name="change_has_a_rate_unless_paused",
            ),
        ]


class AdministrationEnd(EventRecord):
    """How one administration ended and how much the patient really received."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " administration", clinical="how given_mg reason")

    class How(models.TextChoices):
        COMPLETED = "completed", "Completed"
        STOPPED = "stopped", "Stopped early"

    administration = models.OneToOneField(Administration, on_delete=models.PROTECT, related_name="end")
    how = models.CharField(max_length=9, choices=How.choices)
    given_mg = ExactDecimalField(places=3)
    reason = SealedTextField(blank=True)

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(given_mg__gte=0), name="end_given_not_negative"),
            models.CheckConstraint(condition=Q(given_mg__lte=1000), name="end_given_ceiling"),
            models.CheckConstraint(
                condition=Q(how="completed") | (Q(how="stopped") & ~Q(reason="")), name="end_stopped_with_reason"
            ),
        ]


class Remainder(EventRecord):
    """What was not given: wasted or returned, with a second person who signed in for it in the same act (R48).

    Where nobody could witness, the row names the discrepancy that stays open until compliance closes it.
    """

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " draw witness witnessed_as discrepancy",
        clinical="what amount_mg method reason",
    )

    class What(models.TextChoices):
        WASTE = "waste", "Wasted"
        RETURN = "return", "Returned to stock, unopened"
        UNWITNESSED = "unwitnessed", "Wasted without a witness"

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="remainders")
    what = models.CharField(max_length=12, choices=What.choices)
    amount_mg = ExactDecimalField(places=3)
    method = models.CharField(max_length=80)
    reason = SealedTextField()
    witness = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    witnessed_as = models.CharField(max_length=12, blank=True)
    discrepancy = models.OneToOneField(
        "dosing.Discrepancy", on_delete=models.PROTECT, related_name="unwitnessed", null=True
    )

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(amount_mg__gt=0), name="remainder_positive"),
            models.CheckConstraint(condition=Q(amount_mg__lte=5000), name="remainder_ceiling"),
            models.CheckConstraint(
                condition=Q(what__in=["waste", "return"], witness__isnull=False, discrepancy=None)
                | Q(what="unwitnessed", witness=None, discrepancy__isnull=False),
                name="remainder_has_a_witness_or_a_discrepancy",
            ),
            models.CheckConstraint(
                condition=Q(witness=None) | ~Q(witness=F("recorded_by")), name="witness_is_not_recorder"
            ),
        ]
