"""A treatment series: why, how, how often; "3 of 6"."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from common.clinical import Indication, Modality, Route
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField
from patients.models.person import within_team


class SeriesQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.VIEW_SERIES):
        if actor is None or not actor.can(permission):
            return self.none()
        mine = self.filter(patient__practice_id=actor.practice_id)
        return mine if actor.reaches_practice(permission) else mine.filter(within_team(actor, permission, "patient_id"))

    def open(self):
        return self.filter(closed_at=None)


class TreatmentSeries(Record):
    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id patient opened_at opened_by closed_at closed_by version",
        clinical="indication route planned_sessions min_hours_between modality review_after closing_reason",
    )

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="series")
    indication = models.CharField(max_length=6, choices=Indication.choices)
    route = models.CharField(max_length=10, choices=Route.choices)
    planned_sessions = models.PositiveSmallIntegerField()
    min_hours_between = models.PositiveSmallIntegerField(default=72)
    modality = models.CharField(max_length=14, choices=Modality.choices)
    review_after = models.PositiveSmallIntegerField("review after dose number", null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    closing_reason = SealedTextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "treatment series"
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(closed_at=None), name="one_open_series"),
            models.CheckConstraint(condition=Q(planned_sessions__range=(1, 60)), name="series_1_to_60_sessions"),
            models.CheckConstraint(condition=Q(min_hours_between__range=(24, 2160)), name="series_spacing_24h_90d"),
            models.CheckConstraint(condition=Q(route__in=Route.values), name="series_route_known"),
            models.CheckConstraint(condition=Q(indication__in=Indication.values), name="series_indication_known"),
            models.CheckConstraint(condition=Q(modality__in=Modality.values), name="series_modality_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="series_closed_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-opened_at"], name="series_of_patient")]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
