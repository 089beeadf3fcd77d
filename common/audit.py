"""Writes audit rows; called by every action inside its transaction, so an act without its row cannot exist (R51)."""

from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError
from django.utils import timezone

from common.errors import AuditUnavailable
from common.models import AuditEvent

# Control signs of ASCII and Latin-1, line separators, and signs that turn the direction of text.
_CONTROL = dict.fromkeys((*range(32), *range(127, 160), *range(0x200B, 0x2010), *range(0x2028, 0x202F)), " ")
_CONTROL |= dict.fromkeys(range(0x2066, 0x206A), " ")
EMERGENCY, INCIDENTAL = "break-glass", "incidental"


@contextmanager
def _or_nothing():
    """Without its audit row nothing happens and nothing is shown (R51)."""
    try:
        yield
    except DatabaseError as error:
        raise AuditUnavailable from error


def clean_text(text: str, length: int) -> str:
    """Plain one-line text: control characters cannot break a log or forge a row (R58)."""
    return str(text).translate(_CONTROL)[:length]


def row(
    by,
    action: str,
    *,
    at: datetime,
    subject=None,
    patient_id: UUID | None = None,
    outcome="done",
    role: str = "",
    purpose: str = "",
    detail: dict | None = None,
) -> AuditEvent:
    """An unsaved audit row. `by` is the Actor; `detail` holds ids, codes and counts only, never health content."""
    return AuditEvent(
        at=at,
        actor_id=by.user_id,
        actor_name=clean_text(by.name, 150),
        role=role or by.acting_as,
        practice_id=by.practice_id,
        action=action,
        object_type=subject._meta.label_lower if subject is not None else "",
        object_id=getattr(subject, "pk", None),
        patient_id=patient_id if patient_id is not None else patient_of(subject),
        purpose=clean_text(purpose, 40),
        outcome=outcome,
        request_id=by.request_id,
        session_hash=by.session_hash,
        ip=clean_text(by.ip, 45),
        user_agent=clean_text(by.user_agent, 160),
        detail=detail or {},
    )


def patient_of(subject) -> UUID | None:
    if subject is None:
        return None
    if subject._meta.label_lower == "patients.patient":
        return subject.pk
    return getattr(subject, "patient_id", None)


def record(by, action: str, *, at: datetime, **what) -> AuditEvent:
    """Store one audit row in the caller's transaction."""
    event = row(by, action, at=at, **what)
    if event.patient_id is not None:
        _tag(event, _emergencies(by, [event.patient_id]))
    with _or_nothing():
        event.save(force_insert=True)
    return event


def _emergencies(by, patient_ids) -> dict:
    asked = getattr(by, "emergencies_among", None)
    return asked(patient_ids) if asked else {}


def _tag(event: AuditEvent, opened: dict) -> None:
    """What a person reads in an emergency names the emergency access (R13)."""
    if event.patient_id in opened:
        event.purpose = EMERGENCY
        event.detail = {**event.detail, "emergency": str(opened[event.patient_id])}


def record_look(by, action: str, *, subject=None, patient_id=None) -> None:
    """Store that somebody opened a record."""
    record(by, action, at=timezone.now(), subject=subject, patient_id=patient_id)


def record_list(by, action: str, patient_ids) -> None:
    """Store one incidental row for each patient that a list showed, in one statement; one row if it was empty."""
    at = timezone.now()
    rows = [row(by, action, at=at, patient_id=pk, purpose=INCIDENTAL) for pk in dict.fromkeys(patient_ids)]
    opened = _emergencies(by, [event.patient_id for event in rows])
    for event in rows:
        _tag(event, opened)
    with _or_nothing():
        AuditEvent.objects.bulk_create(rows or [row(by, action, at=at, purpose=INCIDENTAL)])
