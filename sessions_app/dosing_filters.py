"""What the list of dosing records may be filtered and sorted by; page, export and API read the same rules (R6)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from dosing.models import DosingRecord, Draw

# Marks that a reviewer looks for, each a condition over columns of the record itself.
MARKS = {
    "late": ("Late entry", Q(has_late_entry=True)),
    "above_order": ("Above order", Q(is_above_order=True)),
    "open_remainder": ("Drug not accounted for", Q(has_open_remainder=True)),
    "unwitnessed": ("Witness missing", Q(has_unwitnessed_waste=True)),
    "vitals_gap": ("Reading not taken", Q(has_vitals_gap=True)),
    "corrected": ("Dose time corrected", Q(has_corrected_time=True)),
    "overridden": ("Limit overridden", Q(is_limit_overridden=True)),
    "not_reviewed": ("Not reviewed", Q(reviewed_at=None)),
}
# name → (words, column, from high to low)
SORTS = {
    "newest": ("Newest first", "first_dose_at", True),
    "oldest": ("Oldest first", "first_dose_at", False),
    "given": ("Most given first", "given_mg", True),
    "wasted": ("Most wasted first", "wasted_mg", True),
}


def chosen(records: QuerySet[DosingRecord], wanted: dict, time_zone: str) -> QuerySet[DosingRecord]:
    """The records that cleaned filter values ask for; an absent value asks for nothing. Days are of `time_zone`."""
    zone = ZoneInfo(time_zone)
    tests = {
        "first_dose_at__gte": midnight(wanted.get("date_from"), zone),
        "first_dose_at__lt": midnight(wanted.get("date_to"), zone, days=1),
        "route": wanted.get("route"),
        "product_id": wanted.get("product"),
        "patient_id": wanted.get("patient"),
        "staff_ids__contains": f" {wanted['staff']} " if wanted.get("staff") else None,
        "pk__in": _from_lot(wanted["lot"].strip()) if wanted.get("lot", "").strip() else None,
    }
    marks = [MARKS[name][1] for name in wanted.get("marks") or ()]
    return records.filter(*marks, **{name: value for name, value in tests.items() if value is not None and value != ""})


def _from_lot(text: str) -> QuerySet:
    """Records that drew from a lot whose number has this in it; by the few lots, not by reading every record."""
    return Draw.objects.filter(lot__lot_number__icontains=text).values("dosing_record_id")


def midnight(day: date | None, zone: ZoneInfo, days: int = 0) -> datetime | None:
    """Where a day begins in a practice's time zone."""
    return datetime.combine(day + timedelta(days=days), time(), zone) if day else None
