"""Everything that happened in a session, read in one statement: a UNION ALL of its event tables.

Every kind of event gives the same columns (kind, id, times, who) and its own values as one JSON object that the
database builds. JSON knows neither exact decimals nor ids nor times, so each value is turned back by the column it
came from. That keeps a timeline at one query however many kinds of event there are. Putting twelve joined selects
together costs more than running them, so the statement is made once per process and then asked for each session.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
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
from sessions_app.grading import graded
from sessions_app.models import (
    AdverseEvent,
    AlarmAnswer,
    MonitoringSetting,
    Observation,
    RescueDrug,
    RoomConsent,
    RoomEntry,
    ScaleScore,
    Session,
    SessionTransition,
    VitalReading,
)
from sessions_app.monitoring_settings import MonitoringSettings, SettingVersion
from sessions_app.timeline import t_plus_minutes
from sessions_app.vital_limits import Finding, Severity, worst

READING, SETTING = "reading", "setting"
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


# What every entry that may be corrected tells of it.
CORRECTABLE = "is_withdrawal correction_reason"
CORRECTS = {"corrects": "corrects_id"}

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
            "dissociation on_oxygen note due_at not_taken",
            corrects="corrects_id",
        ),
    ),
    Kind(
        "alarm_answer",
        AlarmAnswer,
        "session_id",
        62,
        _values("sentence action told_words", reading="reading_id", told="told__user__full_name"),
    ),
    Kind(
        "scale",
        ScaleScore,
        "session_id",
        61,
        _values(
            "instrument instrument_version total activity respiration circulation consciousness oxygen note "
            + CORRECTABLE,
            **CORRECTS,
        ),
    ),
    Kind(
        "room_entry",
        RoomEntry,
        "session_id",
        63,
        _values("went " + CORRECTABLE, membership="membership_id", person="membership__user__full_name", **CORRECTS),
    ),
    Kind("observation", Observation, "session_id", 65, _values("what text " + CORRECTABLE, **CORRECTS)),
    Kind(
        "adverse_event",
        AdverseEvent,
        "session_id",
        66,
        _values("category grade is_serious relatedness description action outcome ended_at " + CORRECTABLE, **CORRECTS),
    ),
    Kind(
        "rescue_drug",
        RescueDrug,
        "session_id",
        67,
        _values(
            "drug name dose unit route reason " + CORRECTABLE,
            ordered_by="ordered_by__user__full_name",
            given_by="given_by__user__full_name",
            **CORRECTS,
        ),
    ),
    Kind("room_consent", RoomConsent, "session_id", 64, _values("about is_given words " + CORRECTABLE, **CORRECTS)),
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
    """The events of these kinds in the order they happened. One query; none for no kinds.

    Each reading has among its values `severity` and `findings`, judged under the limits of when it was taken.
    """
    names = tuple(kinds)
    return events_and_settings(session_id, names, first_dose_at)[0] if names else []


def events_and_settings(session_id: UUID, kinds: Iterable[str], first_dose_at: datetime | None):
    """The same, with the settings that the readings were judged by; at least one kind."""
    events, settings = _read(session_id, tuple(kinds), first_dose_at)
    rows = [GradedReading(event) for event in events if event.kind == READING]
    grades = graded(_in_order(rows), settings, first_dose_at)
    for row in rows:
        row.event.values["severity"] = worst(grades[row.pk]).value
        row.event.values["findings"] = [asdict(finding) for finding in grades[row.pk]]
    return events, settings


def _read(session_id: UUID, names: tuple[str, ...], first_dose_at: datetime | None):
    """The events in order, and the settings that readings are judged by."""
    rows = _statement(names).raw_rows(session=session_id)
    events = [_event(row, first_dose_at) for row in rows if row[0] != SETTING]
    events.sort(key=lambda e: (e.occurred_at, KINDS[e.kind].order, e.recorded_at, str(e.id)))
    return events, MonitoringSettings.of(_setting(row) for row in rows if row[0] == SETTING)


def findings_of(session: Session, reading_id: UUID) -> tuple[Finding, ...]:
    """What is abnormal in one stored reading, as every list of the session's events says it. One query."""
    events, settings = _read(session.pk, (READING,), session.first_dose_at)
    rows = _in_order([GradedReading(event) for event in events])
    return graded(rows, settings, session.first_dose_at, only={reading_id}).get(reading_id, ())


def findings_told(event: SessionEvent) -> tuple[Finding, ...]:
    """The findings among a reading's values."""
    return tuple(Finding(**{**one, "severity": Severity(one["severity"])}) for one in event.values["findings"])


def findings_of_typed(session: Session, reading) -> tuple[Finding, ...]:
    """What would be abnormal in a reading that is not stored yet, after those that are. One query."""
    events, settings = _read(session.pk, (READING,), session.first_dose_at)
    rows = [GradedReading(event) for event in events if event.occurred_at <= reading.occurred_at]
    return graded([*_in_order(rows), reading], settings, session.first_dose_at, only={reading.pk})[reading.pk]


def _in_order(rows: list) -> list:
    return sorted(rows, key=lambda row: (row.occurred_at, row.event.recorded_at))


class GradedReading:
    """A reading's event under the names that `grading` asks for."""

    def __init__(self, event: SessionEvent):
        self.event, self.pk, self.occurred_at = event, event.id, event.occurred_at
        self.corrects_id = event.values["corrects"]

    def __getattr__(self, name: str):
        return self.event.values[name]


def standing(events: Iterable[SessionEvent]) -> list[SessionEvent]:
    """The events that no later row of these corrected or took back."""
    events = list(events)
    corrected = {event.values.get("corrects") for event in events}
    return [event for event in events if event.id not in corrected and not event.values.get("is_withdrawal")]


@cache
def _statement(names: tuple[str, ...]) -> Statement:
    def make(session: UUID):
        selects = [_select(KINDS[name], session) for name in names]
        if READING in names:
            selects.append(_settings(session))
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


def _settings(session_id: UUID):
    """Every version of the practice's monitoring settings, in the columns of an event."""
    practice = Session.objects.filter(pk=session_id).values("practice_id")
    return (
        MonitoringSetting.objects.filter(practice_id__in=practice)
        .order_by()
        .annotate(
            kind=Value(SETTING),
            occurred_at=F("set_at"),
            recorded_at=F("set_at"),
            recorded_as=F("source"),
            late_reason=Value(""),
            who=Value(""),
            told=JSONObject(about="about", version="version", values="values"),
        )
        .values_list(*COLUMNS[:-1], "told")
    )


def _setting(row: Sequence) -> SettingVersion:
    _, _, set_at, _, source, _, _, values = row
    told = json.loads(values) if isinstance(values, str) else values
    kept = json.loads(told["values"]) if isinstance(told["values"], str) else told["values"]
    return SettingVersion(told["about"], told["version"], _moment(set_at), kept, source)


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
