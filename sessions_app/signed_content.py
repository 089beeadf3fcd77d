"""The whole record of one session as canonical JSON, and the SHA-256 that its signature keeps (R41)."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import models

from common.signatures import EVER_SIGNED, SignedRows, fits
from dosing.models import Administration, AdministrationEnd, DoseTimeCorrection, Draw, InfusionChange, Remainder
from sessions_app.models import AlarmAnswer, Discharge, RemsCheck, Session
from sessions_app.states import State

SCHEMA = "session/1"
# Columns and tables that came after the first signatures: left out while empty, so that an old signature still fits.
LATER = {"corrects_id": None, "is_withdrawal": False, "correction_reason": "", "due_at": None, "not_taken": ""}
LATER_TABLES = ("scales", "room_entries", "rescue_drugs", "room_consents")
# What the signature itself writes, or what only counts changes.
NOT_SIGNED = {"state", "version", "content_sha256"}
# Columns that came after the first signatures: told where something stands in them, so that those signatures fit on.
CAME_LATER = ("escort_relation", "escort_phone", "outcomes", "by_protocol")

# Tables that came after the first signatures: part of the content only where there are rows, so that those still fit.
ADDED = {
    "alarm_answers": lambda session: AlarmAnswer.objects.filter(session=session),
    "rems_checks": lambda session: RemsCheck.objects.filter(session=session),
    "dose_times": lambda session: _dose_times(session).filter(is_after_signature=False),
}


def _dose_times(session: Session):
    return DoseTimeCorrection.objects.filter(administration__dosing_record_id=session.dosing_record_id)


def content_of(session: Session) -> dict:
    """Every row that belongs to the session, in a fixed order. The signing transition itself is not part of it."""
    transitions = session.transitions.exclude(to_state=State.SIGNED.value)
    record_id = session.dosing_record_id
    later = {name: rows for name, read in ADDED.items() if (rows := _rows(read(session)))}
    return later | {
        "schema": SCHEMA,
        "session": _row(session, leave_out=NOT_SIGNED) | {"first_dose_at": _first_dose_then(session)},
        "transitions": _rows(transitions),
        "roster": _rows(session.roster.all()),
        "check_ins": _rows(session.check_ins.all()),
        "overrides": _rows(session.overrides.all()),
        "assessments": [_told(row) for row in _rows(session.assessment_links.all())],
        "readings": _since(_rows(session.readings.all()), keep=("corrects_id",)),
        "observations": _since(_rows(session.observations.all())),
        "adverse_events": _since(_rows(session.adverse_events.all())),
        "discharge": [_told(row) for row in _rows(Discharge.objects.filter(session=session))],
        "administrations": _rows(Administration.objects.filter(dosing_record_id=record_id)),
        "infusion_changes": _rows(InfusionChange.objects.filter(administration__dosing_record_id=record_id)),
        "administration_ends": _rows(AdministrationEnd.objects.filter(administration__dosing_record_id=record_id)),
        "draws": _rows(Draw.objects.filter(dosing_record_id=record_id)),
        "remainders": _rows(Remainder.objects.filter(draw__dosing_record_id=record_id)),
        **{name: rows for name in LATER_TABLES if (rows := _rows(getattr(session, name).all()))},
    }


def _first_dose_then(session: Session) -> datetime | None:
    """T+0 as it was signed: what the corrections since then moved is taken back. A time that no correction put there
    is told as it is, so that it does not fit."""
    later = _dose_times(session).filter(is_after_signature=True, administration__number=1)
    moved = list(later.order_by("number").values_list("was_at", "given_at"))
    return moved[0][0] if moved and moved[-1][1] == session.first_dose_at else session.first_dose_at


def sha256_of(session: Session) -> str:
    """SHA-256 (hex) of the canonical JSON: sorted keys, no spaces, UTF-8, times in UTC, decimals as text."""
    text = json.dumps(content_of(session), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(session: Session) -> bool:
    """Whether what is stored now is what was signed; read fresh from the database."""
    return fits(lambda stored: sha256_of(stored) == stored.content_sha256, Session.objects.get(pk=session.pk))


def signed_sessions() -> SignedRows:
    rows = Session.objects.filter(EVER_SIGNED)
    return SignedRows("session", rows.all, is_intact, lambda session: session.practice_id)


def _rows(queryset) -> list[dict]:
    return [_row(row) for row in queryset.order_by("pk")]


def _told(values: dict) -> dict:
    return {name: value for name, value in values.items() if value or name not in CAME_LATER}


def _since(rows: list[dict], keep: tuple[str, ...] = ()) -> list[dict]:
    """Rows without the later columns that are empty; `keep` was there from the beginning."""
    return [
        {name: value for name, value in row.items() if name in keep or name not in LATER or value != LATER[name]}
        for row in rows
    ]


def _row(row: models.Model, leave_out: set[str] = frozenset()) -> dict:
    fields = [field.attname for field in row._meta.concrete_fields if field.name not in leave_out]
    return {name: getattr(row, name) for name in fields}


def _plain(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
