"""Marks of a dosing record that come from beside the drug itself."""

from datetime import datetime

from django.db import transaction

from accounts.actor import Actor
from common import audit
from dosing.models import DosingRecord


def mark_vitals_gap(*, dosing_record: DosingRecord, by: Actor, at: datetime) -> None:
    """A due reading was not taken: the record comes to the exceptions of the review. Part of the act that says so."""
    with transaction.atomic():
        if DosingRecord.objects.filter(pk=dosing_record.pk, has_vitals_gap=False).update(has_vitals_gap=True):
            audit.record(by, "dosing.mark_vitals_gap", at=at, subject=dosing_record)
