"""When a dose was really given, where the time written down first was wrong. The dose's own row stays (R40)."""

from django.db import models
from django.db.models import F, Q

from common.records import EventRecord, Privacy
from common.sealed_fields import SealedJSONField, SealedTextField


class DoseTimeCorrection(EventRecord):
    """The dose was given at `given_at`, not at `was_at`; the newest one by `number` counts.

    `occurred_at` is when it was corrected. `findings` are the sentences that the person saw before correcting:
    spacing, limits, and what lies before the dose now. `is_after_signature` keeps it out of what was signed.
    """

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " administration number was_at given_at is_after_signature",
        clinical="reason findings",
    )

    administration = models.ForeignKey(
        "dosing.Administration", on_delete=models.PROTECT, related_name="time_corrections"
    )
    number = models.PositiveSmallIntegerField()
    was_at = models.DateTimeField("time before")
    given_at = models.DateTimeField("given at")
    is_after_signature = models.BooleanField(default=False)
    reason = SealedTextField()
    findings = SealedJSONField(default=list)

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.UniqueConstraint(fields=["administration", "number"], name="dose_time_numbered_once"),
            models.CheckConstraint(condition=Q(given_at__lte=F("recorded_at")), name="dose_time_not_future"),
            models.CheckConstraint(condition=~Q(given_at=F("was_at")), name="dose_time_differs"),
        ]
