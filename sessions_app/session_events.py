"""Everything that happened in a session, read in one statement: a UNION ALL of its event tables.

Every kind of event gives the same columns (kind, id, times, who) and its own values as one JSON object that the
database builds. JSON knows neither exact decimals nor ids nor times, so each value is turned back by the column it
came from. That keeps a timeline at one query however many kinds of event there are. Putting eight joined selects
together costs more than running them, so the statement is made once per process and then asked for each session.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.db import models
from django.db.models import F, Model, Value
from django.db.models.functions import JSONObject

from common.fields import ExactDecimalField
from common.sealed_fields import SealedTextField
from common.statements import Statement
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
    names = tuple(kinds)
    if not names:
        return []
    events = [_event(row, first_dose_at) for row in _statement(names).raw_rows(session=session_id)]
    return sorted(events, key=lambda e: (e.occurred_at, KINDS[e.kind].order, e.recorded_at, str(e.id)))


@cache
def _statement(names: tuple[str, ...]) -> Statement:
    def make(session: UUID):
        selects = [_select(KINDS[name], session) for name in names]
        return selects[0].union(*selects[1:], all=True) if len(selects) > 1 else selects[0]

    return Statement("session_events", make, session=UUID)


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
    told = json.loads(values) if isinstance(values, str) else values
    moment = _moment(occurred_at)
    return SessionEvent(
        kind=kind,
        id=row_id if isinstance(row_id, UUID) else UUID(row_id),
        occurred_at=moment,
        recorded_at=_moment(recorded_at),
        recorded_as=recorded_as,
        late_reason=_LATE_REASON[kind].open(late_reason, row_id),
        recorded_by=who,
        minutes=t_plus_minutes(moment, first_dose_at),
        values={name: read(told[name], row_id) for name, read in _readers(kind)},
    )


def _moment(value: datetime | str) -> datetime:
    """SQLite keeps times as text in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _readers(kind: str) -> tuple[tuple[str, Callable], ...]:
    """For each value of a kind, what turns JSON and the row's id back into what its column holds."""
    return tuple((name, _reader(_column(KINDS[kind].model, path))) for name, path in KINDS[kind].values)


def _column(model: type[Model], path: str) -> models.Field:
    first, _, rest = path.partition("__")
    field = next(one for one in model._meta.concrete_fields if first in (one.name, one.attname))
    return _column(field.related_model, rest) if rest else field


def _reader(field: models.Field) -> Callable:
    if isinstance(field, ExactDecimalField):
        return lambda value, _: None if value is None else Decimal(int(value)).scaleb(-field.places)
    if isinstance(field, models.BooleanField):
        return lambda value, _: None if value is None else bool(value)
    if isinstance(field, models.DateTimeField):
        return lambda value, _: None if value is None else _moment(value)
    if isinstance(field, models.UUIDField | models.ForeignKey):
        return lambda value, _: None if value is None else UUID(value)
    if isinstance(field, SealedTextField):
        return field.open
    return lambda value, _: value


_LATE_REASON = {name: kind.model._meta.get_field("late_reason") for name, kind in KINDS.items()}
