"""Reads the audit log page by page: constant cost at any depth, no content of any record."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from common.models import AuditEvent

PAGE_SIZE = 50
COLUMNS = (
    "id",
    "at",
    "actor_name",
    "role",
    "action",
    "object_type",
    "object_id",
    "patient_id",
    "purpose",
    "outcome",
    "ip",
    "request_id",
)


@dataclass(frozen=True)
class AuditPage:
    """One page, newest first. `next_cursor` leads to older rows, empty on the last page."""

    rows: list
    next_cursor: str


def people_of(practice_id) -> list[tuple[str, str]]:
    """Everybody who ever worked here, as choices by user id."""
    found = Membership.objects.of_practice(practice_id).order_by("user__full_name")
    return [(str(m.user_id), m.user.full_name) for m in found]


def audit_page(practice_id, wanted: dict, cursor: str = "") -> AuditPage:
    """`wanted` is the filter form's cleaned data; an unreadable cursor means the newest page."""
    rows = AuditEvent.objects.filter(practice_id=practice_id, **_tests(wanted))
    before = _read_cursor(cursor)
    if before:
        at, row_id = before
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__gt=row_id))
    found = list(rows.order_by("-at", "id").only(*COLUMNS)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    more = f"{shown[-1].at.isoformat()}~{shown[-1].pk}" if len(found) > PAGE_SIZE else ""
    return AuditPage(rows=shown, next_cursor=more)


EXPORTED = ("at", "actor_name", "role", "action", "outcome", "object_type", "object_id", "patient_id", "purpose", "ip")
HEADER = ("time", "person", "role", "action", "outcome", "kind", "record", "patient", "purpose", "address")
LONGEST_EXPORT = 200_000


def exported(practice_id, wanted: dict):
    """The rows of a file, oldest first, as their columns; at most LONGEST_EXPORT."""
    rows = AuditEvent.objects.filter(practice_id=practice_id, **_tests(wanted)).order_by("at", "id")
    return rows.values_list(*EXPORTED)[:LONGEST_EXPORT]


def _tests(wanted: dict) -> dict:
    tests = {
        "actor_id": wanted.get("person"),
        "patient_id": wanted.get("patient"),
        "action__startswith": wanted.get("action"),
        "outcome": wanted.get("outcome"),
        "at__gte": _midnight(wanted.get("first_day")),
        "at__lt": _midnight(wanted.get("last_day"), days=1),
    }
    return {name: value for name, value in tests.items() if value}


def _midnight(day, days: int = 0) -> datetime | None:
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min)) if day else None


def _read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    moment, _, row_id = cursor.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(row_id)) if at.tzinfo else None
    except ValueError:
        return None
