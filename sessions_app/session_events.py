"""Everything that happened in a session, read in one statement: a UNION ALL of its event tables.

Every kind of event gives the same columns (kind, id, times, who) and its own values as one JSON object that the
database builds. JSON knows neither exact decimals nor ids nor times, so each value is turned back by the column it
came from. That keeps a timeline at one query however many kinds of event there are.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.db import models
from django.db.models import F, Model, Value
from django.db.models.functions import JSONObject

from common.fields import ExactDecimalField
from dosing.models import Administration, AdministrationEnd, InfusionChange, Remainder
from sessions_app.models import AdverseEvent, Observation, SessionTransition, VitalReading
from sessions_app.timeline import t_plus_minutes

COLUMNS = ("kind", "id", "occurred_at", "recorded_at", "recorded_as", "late_reason", "who", "values")


@dataclass(frozen=True)
class Kind:
    """One kind of event: where its rows are, how they hang on the session, and which values they tell.

    `values` maps the name of a value to the path of its column. `order` settles events of one moment.
    """

    name: str
    model: type[Model]
    session: str
    order: int
    values: tuple[tuple[str, str], ...]


def _values(own: str, **joined: str) -> tuple[tuple[str, str], ...]:
    return (*((name, name) for name in own.split()), *joined.items())


def _kinds(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


KINDS = _kinds(
    Kind("transition", SessionTransition, "session_id", 40, _values("from_state to_state reason")),
    Kind(
        "dose",
        Administration,
        "dosing_record_id",
        50,
        _values(
            "number route planned_mg site diluent final_volume_ml duration_min pump_ml_per_h",
            product="draw__lot__product__name",
            lot_number="draw__lot__lot_number",
            drawn_mg="draw__drawn_mg",
            drawn_ml="draw__drawn_ml",
            given_by="given_by__user__full_name",
            verified_by="verified_by__user__full_name",
        ),
    ),
    Kind(
        "infusion_change",
        InfusionChange,
        "administration__dosing_record_id",
        52,
        _values("what pump_ml_per_h reason", number="administration__number"),
    ),
    Kind(
        "dose_end",
        AdministrationEnd,
        "administration__dosing_record_id",
        55,
        _values("how given_mg reason", number="administration__number"),
    ),
    Kind(
        "reading",
        VitalReading,
        "session_id",
        60,
        _values(
            "phase systolic_mmhg diastolic_mmhg heart_rate_bpm spo2_pct respiratory_rate temperature_c moaas "
            "dissociation on_oxygen note",
            corrects="corrects_id",
        ),
    ),
    Kind("observation", Observation, "session_id", 65, _values("what text")),
    Kind(
        "adverse_event",
        AdverseEvent,
        "session_id",
        66,
        _values("category grade is_serious relatedness description action outcome ended_at"),
    ),
    Kind(
        "remainder",
        Remainder,
        "draw__dosing_record_id",
        70,
        _values(
            "what amount_mg method reason witnessed_as",
            witness="witness__user__full_name",
            lot_number="draw__lot__lot_number",
        ),
    ),
)


@dataclass(frozen=True)
class SessionEvent:
    """One event with its own values; `minutes` count from the first dose, None before there is one."""

    kind: str
    id: UUID
    occurred_at: datetime
    recorded_at: datetime
    recorded_as: str
    late_reason: str
    recorded_by: str
    minutes: int | None
    values: dict

    @property
    def is_late(self) -> bool:
        return bool(self.late_reason)


def session_events(session_id: UUID, kinds: Iterable[str], first_dose_at: datetime | None) -> list[SessionEvent]:
    """The events of these kinds in the order they happened. One query; none for no kinds."""
    selects = [_select(KINDS[name], session_id) for name in kinds]
    if not selects:
        return []
    rows = selects[0].union(*selects[1:], all=True) if len(selects) > 1 else selects[0]
    events = [_event(row, first_dose_at) for row in rows]
    return sorted(events, key=lambda e: (e.occurred_at, KINDS[e.kind].order, e.recorded_at, str(e.id)))


def _select(kind: Kind, session_id: UUID):
    return (
        kind.model.objects.filter(**{kind.session: session_id})
        .order_by()
        .annotate(
            kind=Value(kind.name),
            who=F("recorded_by__user__full_name"),
            values=JSONObject(**dict(kind.values)),
        )
        .values_list(*COLUMNS)
    )


def _event(row: Sequence, first_dose_at: datetime | None) -> SessionEvent:
    kind, row_id, occurred_at, recorded_at, recorded_as, late_reason, who, values = row
    return SessionEvent(
        kind=kind,
        id=row_id,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        recorded_as=recorded_as,
        late_reason=late_reason,
        recorded_by=who,
        minutes=t_plus_minutes(occurred_at, first_dose_at),
        values={name: _from_json(field, values[name]) for name, field in _fields(kind)},
    )


@cache
def _fields(kind: str) -> tuple[tuple[str, models.Field], ...]:
    return tuple((name, _column(KINDS[kind].model, path)) for name, path in KINDS[kind].values)


def _column(model: type[Model], path: str) -> models.Field:
    first, _, rest = path.partition("__")
    field = next(one for one in model._meta.concrete_fields if first in (one.name, one.attname))
    return _column(field.related_model, rest) if rest else field


def _from_json(field: models.Field, value):
    """The value that the column holds, out of what JSON made of it."""
    if value is None:
        return None
    if isinstance(field, ExactDecimalField):
        return Decimal(int(value)).scaleb(-field.places)
    if isinstance(field, models.BooleanField):
        return bool(value)
    if isinstance(field, models.DateTimeField):
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(field, models.UUIDField | models.ForeignKey):
        return UUID(value)
    if isinstance(field, models.JSONField) and isinstance(value, str):
        return json.loads(value)
    return value
