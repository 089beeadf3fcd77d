"""What is written down beside the patient and may be wrong: a correction is a new row that names the wrong one."""

from django.db import models
from django.db.models import Q

from common.records import EventRecord
from common.sealed_fields import SealedTextField


class CorrectableRecord(EventRecord):
    """An event of a session that a later row of its kind may correct once.

    `is_withdrawal` says that the entry named by `corrects` never happened; the row then repeats its values. `told`
    names the fields that make up the content.
    """

    frozen_with = ("session",)
    told: tuple[str, ...] = ()

    corrects = models.OneToOneField("self", on_delete=models.PROTECT, related_name="corrected_by", null=True)
    is_withdrawal = models.BooleanField(default=False)
    correction_reason = SealedTextField(blank=True)

    class Meta(EventRecord.Meta):
        abstract = True
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(corrects=None, is_withdrawal=False, correction_reason="")
                | (Q(corrects__isnull=False) & ~Q(correction_reason="")),
                name="%(app_label)s_%(class)s_correction_reasoned",
            ),
        ]

    CORRECTION_FIELDS = " session corrects is_withdrawal"
