"""Writes audit rows; called by every action inside its transaction, so an act without its row cannot exist (R51)."""

import json
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import DatabaseError, connection, transaction
from django.db.models import CharField
from django.utils import timezone

from common.errors import AuditUnavailable
from common.models import AuditEvent

# Control signs of ASCII and Latin-1, line separators, and signs that turn the direction of text.
_CONTROL = dict.fromkeys((*range(32), *range(127, 160), *range(0x200B, 0x2010), *range(0x2028, 0x202F)), " ")
_CONTROL |= dict.fromkeys(range(0x2066, 0x206A), " ")
MOST_AT_ONCE = 500  # SQLite takes 32,766 values in one statement
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


class Row(NamedTuple):
    """One audit row as it is stored; the names are the table's columns."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_name: str
    role: str
    practice_id: UUID | None
    action: str
    object_type: str
    object_id: UUID | None
    patient_id: UUID | None
    purpose: str
    outcome: str
    request_id: str
    session_hash: str
    ip: str
    user_agent: str
    detail: dict


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
) -> Row:
    """An audit row that is not stored yet. `by` is the Actor; `detail` holds ids, codes and counts only, never health
    content."""
    return Row(
        id=uuid4(),
        at=at,
        actor_id=by.user_id,
        actor_name=clean_text(by.name, 150),
        role=str(role or by.acting_as),
        practice_id=by.practice_id,
        action=action,
        object_type=subject._meta.label_lower if subject is not None else "",
        object_id=getattr(subject, "pk", None),
        patient_id=patient_id if patient_id is not None else patient_of(subject),
        purpose=clean_text(purpose, 40),
        outcome=str(outcome),
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
    told = row(by, action, at=at, **what)
    if told.patient_id is not None:
        told = _tagged(told, _emergencies(by, [told.patient_id]))
    record_all([told])
    return AuditEvent.from_db(connection.alias, Row._fields, told)


def record_all(rows: Iterable[Row]) -> None:
    """Insert audit rows in one statement without the ORM, whose part of the work costs more than the database's; very
    many go in several, all or none."""
    told = [_prepared(one) for one in rows]
    if len(told) > MOST_AT_ONCE:
        with transaction.atomic(savepoint=False):
            for start in range(0, len(told), MOST_AT_ONCE):
                _write_out(told[start : start + MOST_AT_ONCE])
    elif told:
        _write_out(told)


def _write_out(told: list[Row]) -> None:
    _write(_insert(len(told)), [value for one in told for value in one])


def _store_alike(rows: list[Row]) -> None:
    """Insert rows that differ in `_DIFFERENT` alone. PostgreSQL takes those as arrays and the rest once, which is a
    third of the work of writing everything out for each row."""
    if connection.vendor != "postgresql":
        record_all(rows)
        return
    shared = _prepared(rows[0])._asdict()
    arrays = (
        [str(one.id) for one in rows],
        [_key(one.patient_id) for one in rows],
        [one.purpose for one in rows],
        [json.dumps(one.detail) for one in rows],
    )
    _write(_insert_alike(), [*(value for name, value in shared.items() if name not in _DIFFERENT), *arrays])


_DIFFERENT = {"id": "uuid", "patient_id": "uuid", "purpose": "text", "detail": "jsonb"}


def _write(statement: str, values: list) -> None:
    with _or_nothing(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@lru_cache(maxsize=32)
def _insert(number: int) -> str:
    places = f"({', '.join(['%s'] * len(Row._fields))})"
    return f"{_into(Row._fields)} VALUES {', '.join([places] * number)}"


@cache
def _insert_alike() -> str:
    """Shared values are cast, or an empty one would have no type; text to text, so that too long a one is refused."""
    fields = {name: AuditEvent._meta.get_field(name) for name in Row._fields if name not in _DIFFERENT}
    types = {name: "text" if isinstance(of, CharField) else of.db_type(connection) for name, of in fields.items()}
    shared = list(types)
    values = [f"%s::{types[name]}" for name in shared] + [f"each.{name}" for name in _DIFFERENT]
    arrays = ", ".join(f"%s::{kind}[]" for kind in _DIFFERENT.values())
    rows = f"unnest({arrays}) AS each({', '.join(_DIFFERENT)})"
    return f"{_into([*shared, *_DIFFERENT])} SELECT {', '.join(values)} FROM {rows}"  # noqa: S608 (names of columns)


def _into(names: Iterable[str]) -> str:
    columns = ", ".join(f'"{AuditEvent._meta.get_field(name).column}"' for name in names)
    return f'INSERT INTO "{AuditEvent._meta.db_table}" ({columns})'


def _prepared(one: Row) -> Row:
    """What the driver of this engine takes."""
    return Row(
        *(_key(value) if isinstance(value, UUID) else value for value in one[:-1]),
        detail=json.dumps(one.detail),
    )._replace(at=connection.ops.adapt_datetimefield_value(one.at))


def _key(key: UUID | None) -> str | None:
    if key is None:
        return None
    return str(key) if connection.vendor == "postgresql" else key.hex


def _emergencies(by, patient_ids) -> dict:
    asked = getattr(by, "emergencies_among", None)
    return asked(patient_ids) if asked else {}


def _tagged(told: Row, opened: dict) -> Row:
    """What a person reads in an emergency names the emergency access (R13)."""
    if told.patient_id not in opened:
        return told
    return told._replace(purpose=EMERGENCY, detail={**told.detail, "emergency": str(opened[told.patient_id])})


def record_look(by, action: str, *, subject=None, patient_id=None, purpose: str = "") -> None:
    """Store that somebody opened a record, and why if not as one of the care team."""
    record(by, action, at=timezone.now(), subject=subject, patient_id=patient_id, purpose=purpose)


def record_list(by, action: str, patient_ids) -> None:
    """Store one incidental row for each patient that a list showed, in one statement; one row if it was empty."""
    shared = row(by, action, at=timezone.now(), purpose=INCIDENTAL)
    shown = list(dict.fromkeys(patient_ids))
    opened = _emergencies(by, shown)
    _store_alike([_tagged(shared._replace(id=uuid4(), patient_id=pk), opened) for pk in shown] or [shared])
