"""Keeps the totals and marks of the dosing record, in the transaction of the act that changes them."""

from datetime import datetime
from decimal import Decimal

from django.db.models import F, Sum

from common.errors import OutOfScope
from dosing.models import Administration, DosingRecord, Draw

ALWAYS = ("has_open_remainder", "version")


def claim(dosing_record: DosingRecord) -> DosingRecord:
    """Take the record for this transaction: acts on one record queue here. Returns it as it is now."""
    if not DosingRecord.objects.filter(pk=dosing_record.pk).update(version=F("version") + 1):
        raise OutOfScope("dosing record")
    return DosingRecord.objects.select_related("order__product", "practice", "product").get(pk=dosing_record.pk)


def keep(record: DosingRecord, *, is_late: bool = False, staff=(), lot_number: str = "", **values) -> DosingRecord:
    """Store changed totals and marks of a claimed record."""
    for name, value in values.items():
        setattr(record, name, value)
    record.has_late_entry = record.has_late_entry or is_late
    record.staff_ids = with_words(record.staff_ids, *(str(pk) for pk in staff if pk))
    record.lot_numbers = with_words(record.lot_numbers, lot_number)[:300]
    record.has_open_remainder = open_remainder_mg(record.pk) > 0
    names = {*values, *ALWAYS, "has_late_entry", "staff_ids", "lot_numbers"}
    record.save(update_fields=names)
    return record


def with_words(text: str, *words: str) -> str:
    """A space-separated set of words with spaces around, so that ' word ' finds a whole one."""
    known = dict.fromkeys(text.split())
    known.update(dict.fromkeys(word.replace(" ", "_") for word in words if word))
    return f" {' '.join(known)} " if known else ""


def running_infusion(record_pk) -> Administration | None:
    return Administration.objects.filter(dosing_record_id=record_pk, end=None).select_related("draw").first()


def held_by_running_mg(draw_pk) -> Decimal:
    """Mg of a draw that hang in a running infusion; they are neither given yet nor left over."""
    running = Administration.objects.filter(draw_id=draw_pk, end=None)
    return running.aggregate(total=Sum("planned_mg"))["total"] or Decimal(0)


def open_remainder_mg(record_pk) -> Decimal:
    """Mg drawn for this record that are neither given, wasted nor returned, without a running infusion's."""
    left = Draw.objects.filter(dosing_record_id=record_pk, closed_at=None).aggregate(total=Sum("outstanding_mg"))
    held = Administration.objects.filter(dosing_record_id=record_pk, end=None).aggregate(total=Sum("planned_mg"))
    return (left["total"] or Decimal(0)) - (held["total"] or Decimal(0))


def event_values(by, role, *, at: datetime, occurred_at: datetime, late_reason: str) -> dict:
    """The columns every event row shares."""
    return {
        "occurred_at": occurred_at,
        "recorded_at": at,
        "recorded_by_id": by.membership_id,
        "recorded_as": role.value,
        "late_reason": late_reason.strip(),
    }
