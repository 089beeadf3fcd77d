"""The dosing record: one sheet per session that gathers what was ordered, drawn, given, wasted and by whom."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.roles import Permission, Scope
from common.clinical import Route
from common.fields import ExactDecimalField
from common.records import Privacy, Record, RecordKind
from dosing.hooks import rosters
from patients.models.person import within_team

# What a reviewer looks at first; the partial index `dosing_exceptions` holds exactly these rows.
EXCEPTION = Q(has_late_entry=True) | Q(has_open_remainder=True) | Q(is_above_order=True) | Q(is_limit_overridden=True)
EXCEPTION |= Q(has_unwitnessed_waste=True) | Q(has_vitals_gap=True) | Q(has_corrected_time=True)


class DosingRecordQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.VIEW_DOSING):
        """Sheets within reach: the practice's, those of patients on whose team the actor is, those of own rosters."""
        scopes = set(actor.scopes(permission).values()) if actor is not None and actor.practice_id else set()
        if not scopes:
            return self.none()
        mine = self.filter(practice_id=actor.practice_id)
        if Scope.PRACTICE in scopes:
            return mine
        reach = Q(pk__in=())
        if Scope.TEAM in scopes:
            reach |= within_team(actor, permission, "patient_id")
        if Scope.ROSTER in scopes:
            for answer in rosters:
                reach |= Q(pk__in=answer(membership_id=actor.membership_id))
        return mine.filter(reach)

    def dosed(self):
        return self.filter(first_dose_at__isnull=False)

    def with_open_remainder(self):
        """Sheets on which drug was drawn that is neither given, wasted nor returned; the oldest first."""
        return self.filter(has_open_remainder=True).order_by("first_dose_at")

    def with_running(self):
        """`is_running` says that a dose is still going in: until then its remainder is in the pump, not missing."""
        from dosing.models.giving import Administration

        going_in = Administration.objects.filter(dosing_record_id=OuterRef("pk"), end__isnull=True)
        return self.annotate(is_running=Exists(going_in))


class DosingRecord(Record):
    """Totals and exception marks kept by the dosing actions from the event rows, so that lists filter by index.

    The row shares its id with the session it belongs to. Amounts in base mg.
    """

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        identifying="patient",
        operational="id practice order dose_number first_dose_at last_dose_at lot_numbers staff_ids has_late_entry "
        "has_open_remainder has_unwitnessed_waste has_vitals_gap has_corrected_time reviewed_at version",
        clinical="route product first_dose_mg drawn_mg given_mg wasted_mg returned_mg ordered_mg is_above_order "
        "is_limit_overridden dosing_ended_at",
    )

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="dosing_records")
    order = models.ForeignKey("dosing.DoseOrder", on_delete=models.PROTECT, related_name="dosing_records")
    route = models.CharField(max_length=10, choices=Route.choices)
    product = models.ForeignKey("dosing.Product", on_delete=models.PROTECT, related_name="+")
    ordered_mg = ExactDecimalField(places=3)
    dose_number = models.PositiveSmallIntegerField("which dose of the series", null=True)
    first_dose_at = models.DateTimeField(null=True)
    last_dose_at = models.DateTimeField(null=True)
    dosing_ended_at = models.DateTimeField(null=True)
    first_dose_mg = ExactDecimalField(places=3, null=True)
    drawn_mg = ExactDecimalField(places=3, default=0)
    given_mg = ExactDecimalField(places=3, default=0)
    wasted_mg = ExactDecimalField(places=3, default=0)
    returned_mg = ExactDecimalField(places=3, default=0)
    lot_numbers = models.CharField(max_length=300, blank=True, help_text="Space-separated, with spaces around.")
    staff_ids = models.TextField(blank=True, help_text="Ids of everybody who drew, gave, verified or witnessed.")
    has_late_entry = models.BooleanField(default=False)
    has_open_remainder = models.BooleanField(default=False)
    has_unwitnessed_waste = models.BooleanField(default=False)
    has_vitals_gap = models.BooleanField(default=False)
    has_corrected_time = models.BooleanField(default=False)
    is_above_order = models.BooleanField(default=False)
    is_limit_overridden = models.BooleanField(default=False)
    reviewed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = DosingRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn_mg__gte=models.F("given_mg") + models.F("wasted_mg") + models.F("returned_mg")),
                name="dosing_record_never_more_than_drawn",
            ),
            models.CheckConstraint(
                condition=Q(given_mg__gte=0, wasted_mg__gte=0, returned_mg__gte=0),
                name="dosing_record_not_negative",
            ),
            models.CheckConstraint(condition=Q(route__in=Route.values), name="dosing_record_route_known"),
        ]
        indexes = [
            models.Index(fields=["practice", "-first_dose_at", "-id"], name="dosing_by_date"),
            models.Index(fields=["practice", "route", "-first_dose_at"], name="dosing_by_route"),
            models.Index(fields=["practice", "product", "-first_dose_at"], name="dosing_by_product"),
            models.Index(fields=["patient", "-first_dose_at"], name="dosing_of_patient"),
            models.Index(
                fields=["practice", "-first_dose_at"],
                condition=Q(reviewed_at=None),
                name="dosing_not_reviewed",
            ),
            models.Index(
                fields=["practice", "-first_dose_at", "-id"],
                condition=EXCEPTION,
                name="dosing_exceptions",
            ),
        ]
