"""Loads everything that the rules and the page of one session look at, in a fixed number of queries."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Model, Prefetch, prefetch_related_objects

from assessments.models import DayBefore
from common.errors import OutOfScope
from common.statements import Statement
from common.together import Part, Together
from dosing.models import Administration, DoseOrder, DoseTimeCorrection, DosingRecord, Draw, StockMovement
from dosing.ordered_dose import OrderedDose, dose_of, next_dose
from patients.models import Consent
from sessions_app.day_before import told_of
from sessions_app.grading import Alarm, alarms_of, baseline_of, graded, standing
from sessions_app.measuring import Protocol, protocol_for
from sessions_app.models import (
    BlockerOverride,
    CheckIn,
    MeasuringVersion,
    Presence,
    RemsCheck,
    RosterEntry,
    Session,
    SessionAssessment,
    VitalReading,
)
from sessions_app.monitoring import DoseSpan, RouteClock
from sessions_app.monitoring_settings import MonitoringSettings
from sessions_app.practice_measuring import MEASURING
from sessions_app.practice_monitoring import SETTINGS, settings_from
from sessions_app.supervision import PRESCRIBERS
from sessions_app.vital_limits import Finding, Ladder

ROW = (
    "patient",
    "series",
    "room",
    "practice__session_settings",
    "signed_by__user",
    "order__product",
    "order__signed_by__user",
    "dosing_record__product",
    "discharge__recorded_by__user",
    "discharge__prescriber__user",
    "review__recorded_by__user",
)


def full(queryset):
    """A session queryset with what its page needs joined."""
    return queryset.select_related(*ROW)


@dataclass(frozen=True)
class SessionFacts:
    """One session with its rows, oldest first. `order` is the newest signed one while the visit lasts, then its own;
    `ordered` is what it says for the dose of this session."""

    session: Session
    check_ins: tuple[CheckIn, ...]
    roster_history: tuple[RosterEntry, ...]
    all_readings: tuple[VitalReading, ...]
    overrides: tuple[BlockerOverride, ...]
    assessment_links: tuple[SessionAssessment, ...]
    administrations: tuple[Administration, ...]
    order: DoseOrder | None
    ordered: OrderedDose | None
    settings: MonitoringSettings
    measuring: tuple[MeasuringVersion, ...] = ()
    consents: tuple[Consent, ...] = ()
    presences: tuple[Presence, ...] = ()

    def as_of(self, moment: datetime) -> "SessionFacts":
        """The same without readings taken after `moment`, for an act that is written down late."""
        return replace(self, all_readings=tuple(row for row in self.all_readings if row.occurred_at <= moment))

    def as_known_at(self, moment: datetime) -> "SessionFacts":
        """The same with the times of the doses as they were known then, before later corrections."""
        doses = tuple(_as_known(row, moment) for row in self.administrations)
        session = copy(self.session)
        session.first_dose_at = doses[0].given_at if doses else session.first_dose_at
        return replace(self, session=session, administrations=doses)

    def as_of_minute(self, moment: datetime) -> "SessionFacts":
        """The same, but a moment typed to the minute takes in what happened during that minute."""
        return self.as_of(moment if moment.second or moment.microsecond else moment + timedelta(seconds=59))

    @property
    def route(self) -> str:
        """The route that decides the clocks: the order's, else the series'."""
        return self.order.route if self.order else self.session.series.route

    @property
    def protocol(self) -> Protocol:
        """What the practice measures around a session of this route."""
        return protocol_for(self.session.series.route, self.measuring)

    @property
    def day_before(self) -> DayBefore | None:
        """What the patient told on the day before, with the questionnaires that stand."""
        return told_of(self.assessment_links)

    @property
    def clock(self) -> RouteClock:
        """The schedule that held when the first dose was given; before it, the one of now."""
        return self.settings.clock_at(self.route, self.session.first_dose_at)

    def ladder_of(self, reading: VitalReading) -> Ladder:
        """The limits that held when this reading was taken."""
        return self.settings.ladder_at(reading.occurred_at)

    @cached_property
    def grades(self) -> dict[UUID, tuple[Finding, ...]]:
        """The findings of each reading by its id, the most severe first."""
        return graded(self.all_readings, self.settings, self.session.first_dose_at)

    @cached_property
    def alarms(self) -> tuple[Alarm, ...]:
        """Every reading with a critical value, oldest first, answered or not."""
        return alarms_of(self.all_readings, self.grades)

    @property
    def check_in(self) -> CheckIn | None:
        """The one written down last counts, also when it tells of an earlier moment."""
        return self.check_ins[-1] if self.check_ins else None

    @cached_property
    def roster(self) -> dict[str, RosterEntry]:
        """Who is on duty now, by duty."""
        return {entry.duty: entry for entry in self.roster_history if entry.left_at is None}

    @cached_property
    def readings(self) -> tuple[VitalReading, ...]:
        """Readings that stand: a corrected one is left out."""
        return standing(self.all_readings)

    @cached_property
    def doses(self) -> tuple[DoseSpan, ...]:
        return tuple(DoseSpan(row.given_at, row.ended_at) for row in self.administrations)

    @property
    def running(self) -> list[Administration]:
        return [row for row in self.administrations if not hasattr(row, "end")]

    def after_dose(self) -> list[VitalReading]:
        first = self.session.first_dose_at
        return [row for row in self.readings if first is not None and row.occurred_at > first]

    @property
    def baseline(self) -> VitalReading | None:
        """The last full set of vital signs before the dose (KAP-MON-BASELINE)."""
        return baseline_of(self.readings, self.session.first_dose_at)

    @property
    def counted(self) -> list:
        """Times that count for a due time: of a reading with a pressure, or with a note why it was not taken; one that
        closes a due time counts for that time."""
        return [row.due_at or row.occurred_at for row in self.after_dose() if row.systolic_mmhg is not None or row.note]


def load_facts(session: Session, rows: dict[str, list] | None = None) -> SessionFacts:
    """The facts of a session fetched with `full`, in one query; `rows` are those of FACTS where a page has them."""
    found = rows or _FACTS.instances(**asked(session))
    for name in OF_SESSION:
        for row in found[name]:
            row.session = session
    _with_corrections(found["administrations"], found["dose_times"])
    session.series.patient = session.patient
    session.rems_checks_read = found["rems_checks"]
    newest = next(iter(found["newest_order"]), None)
    if newest is not None:
        newest.practice = session.practice
    order = session.order if session.state_now.is_over else newest or session.order
    return SessionFacts(
        session=session,
        **{name: tuple(found[name]) for name in OF_SESSION},
        administrations=tuple(found["administrations"]),
        consents=tuple(reversed(found["consents"])),
        presences=tuple(found["presences"]),
        order=order,
        ordered=ordered_for(session, order, [record.pk for record in found["given"]]),
        settings=settings_from(found["settings"]),
        measuring=tuple(found["measuring"]),
    )


def ordered_for(session: Session, order: DoseOrder | None, given: list[UUID] | None = None) -> OrderedDose | None:
    """The step of the dose this session gives; the first dose settled which dose of the series it is.

    `given` are the records of the series in which a dose was given, where somebody has read them.
    """
    if order is None:
        return None
    record = session.dosing_record
    if record is not None and record.first_dose_at is not None:
        return dose_of(order, record.dose_number or 1)
    if given is None:
        return next_dose(order, session_id=session.pk)
    return dose_of(order, sum(pk != session.pk for pk in given) + 1)


def asked(session: Session) -> dict[str, UUID]:
    """What the parts of a session are asked with. A dosing record shares its id with its session."""
    return {"session": session.pk, "series": session.series_id, "practice": session.practice_id}


def of_session(model: type[Model], *joined: str, order: tuple[str, ...]) -> Part:
    """The rows of a model that hang on the session."""
    return Part(
        lambda session, **_: model.objects.filter(session_id=session).select_related(*joined).order_by(*order), order
    )


PERSON = "recorded_by__user"
_ANSWERED = ("alarm_answer__recorded_by__user", "alarm_answer__told__user")
OF_SESSION = {
    "check_ins": of_session(CheckIn, PERSON, order=("recorded_at", "occurred_at")),
    "roster_history": of_session(RosterEntry, "membership__user", order=("joined_at", "duty")),
    "all_readings": of_session(VitalReading, PERSON, *_ANSWERED, order=("occurred_at", "recorded_at")),
    "overrides": of_session(BlockerOverride, PERSON, order=("recorded_at",)),
    "assessment_links": of_session(
        SessionAssessment, "assessment_set__day_before__told_to__user", order=("created_at",)
    ),
}


def _administrations(session: UUID, **_):
    rows = Administration.objects.filter(dosing_record_id=session).order_by("number")
    return rows.select_related(
        "end__recorded_by__user", "draw__lot__product", "given_by__user", "verified_by__user", "recorded_by__user"
    )


def _dose_times(session: UUID, **_):
    rows = DoseTimeCorrection.objects.filter(administration__dosing_record_id=session).order_by("number")
    return rows.select_related("recorded_by__user")


def _as_known(row: Administration, moment: datetime) -> Administration:
    then = copy(row)
    then.corrections = tuple(one for one in row.corrections if one.recorded_at <= moment)
    return then


def _with_corrections(administrations: list[Administration], corrections: list[DoseTimeCorrection]) -> None:
    for row in administrations:
        row.corrections = tuple(one for one in corrections if one.administration_id == row.pk)


def _consents(session: UUID, **_):
    signed = Consent.objects.filter(patient__sessions=session, scope=Consent.Scope.TREATMENT)
    return signed.select_related("withdrawal").order_by("occurred_at", "recorded_at")


def _given(series: UUID, **_):
    return DosingRecord.objects.filter(order__series_id=series).dosed()


def _newest_order(series: UUID, **_):
    """The newest signed order of the series that no later version replaced; it may have expired."""
    orders = DoseOrder.objects.filter(series_id=series, signed_at__isnull=False, replaced_by=None)
    return orders.select_related("product", "signed_by__user", "replaced_by").order_by("-version")[:1]


FACTS = {
    **OF_SESSION,
    "administrations": Part(_administrations, ("number",)),
    "dose_times": Part(_dose_times, ("number",)),
    "newest_order": Part(_newest_order, ("version",)),
    "consents": Part(_consents, ("occurred_at", "recorded_at")),
    "settings": SETTINGS,
    "measuring": MEASURING,
    "given": Part(_given, ("first_dose_at",)),
    "presences": PRESCRIBERS,
    "rems_checks": of_session(RemsCheck, order=("recorded_at",)),
}
_FACTS = Together("session_facts", FACTS, session=UUID, series=UUID, practice=UUID)
_NEWEST_ORDER = Statement("newest_order", lambda series: _newest_order(series), series=UUID)
_DOSES = Together("doses", {name: FACTS[name] for name in ("administrations", "dose_times")}, session=UUID)


def order_of(session: Session) -> DoseOrder | None:
    """The newest signed order while the visit lasts, then the session's own."""
    if session.state_now.is_over:
        return session.order
    return next(iter(_NEWEST_ORDER.instances(series=session.series_id)), None) or session.order


def administrations_of(session: Session) -> tuple[Administration, ...]:
    """Each with the corrections of its time; one query."""
    if session.dosing_record_id is None:
        return ()
    found = _DOSES.instances(session=session.dosing_record_id)
    _with_corrections(found["administrations"], found["dose_times"])
    return tuple(found["administrations"])


def with_containers(doses):
    """The same doses with what each was drawn from and returned to; one query."""
    rows = StockMovement.objects.select_related("container__product").order_by("recorded_at", "number")
    prefetch_related_objects(doses, Prefetch("draw__movements", queryset=rows))
    return doses


def administration_of(session: Session, administration_id: UUID) -> Administration:
    """One administration of this session; anything else does not exist."""
    rows = Administration.objects.filter(dosing_record_id=session.dosing_record_id).select_related("dosing_record")
    found = rows.filter(pk=administration_id).first() if session.dosing_record_id else None
    if found is None:
        raise OutOfScope("administration")
    return found


def draw_of(session: Session, draw_id: UUID) -> Draw:
    """One draw of this session; anything else does not exist."""
    rows = Draw.objects.filter(dosing_record_id=session.dosing_record_id).select_related("lot__product")
    found = rows.filter(pk=draw_id).first() if session.dosing_record_id else None
    if found is None:
        raise OutOfScope("draw")
    return found
