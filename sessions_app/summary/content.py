"""The summary of one session as one frozen value for this reader: what happened comes from the log of events alone.

An office role reads the drug, the numbers and the course, never what was seen and said in the room (R12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from accounts.roles import Permission
from common.clinical import Route
from common.svg.vitals_shapes import VitalsChart
from dosing.limit_labels import rows_of
from dosing.ordered_dose import OrderedDose
from dosing.proposed_dose import show
from sessions_app.dosing_record_page import ABOUT_THE_DRUG
from sessions_app.models import BlockerOverride, CheckIn, RosterEntry, Session, SessionAddendum
from sessions_app.readable_events import kinds_for
from sessions_app.session_events import SessionEvent, events_and_settings
from sessions_app.session_facts import ROW, order_of, ordered_for
from sessions_app.session_reach import SessionReach
from sessions_app.session_scope import reached_session
from sessions_app.session_words import SessionWords
from sessions_app.states import standing_stop
from sessions_app.summary.infusions import DoseAccount, dose_accounts
from sessions_app.summary.readings import Alarm, SummaryReading, alarms_of, chart_of, readings_of
from sessions_app.summary.words import moved_of, words_of_event

PERSON = "recorded_by__user"
OF_THE_DRUG = ("dose", "infusion_change", "dose_end", "remainder")
# Events whose rows have a table of their own; every other kind stands in the course.
TABLED = (*OF_THE_DRUG, "reading", "adverse_event", "alarm_answer")
LIMITS_SHOWN = ("soft_max_mg_per_kg", "hard_max_mg_per_kg", "soft_max_mg", "hard_max_mg", "hard_min_duration_min")


@dataclass(frozen=True)
class SummaryLine:
    """One event in words. `is_corrected` when a later row took its place; both stay visible."""

    id: UUID
    kind: str
    at: datetime
    minutes: int | None
    title: str
    text: str
    who: str
    late_reason: str
    is_corrected: bool


@dataclass(frozen=True)
class Totals:
    """The drug's account in mg: drawn = given + wasted + returned + open."""

    drawn_mg: Decimal
    given_mg: Decimal
    wasted_mg: Decimal
    returned_mg: Decimal

    @property
    def open_mg(self) -> Decimal:
        return self.drawn_mg - self.given_mg - self.wasted_mg - self.returned_mg


@dataclass(frozen=True)
class Summary(SessionWords):
    session: Session
    reach: SessionReach
    at: datetime
    order: OrderedDose | None
    events: tuple[SessionEvent, ...]
    readings: tuple[SummaryReading, ...]
    alarms: tuple[Alarm, ...]
    chart: VitalsChart | None
    doses: tuple[DoseAccount, ...]
    drug: tuple[SummaryLine, ...]
    adverse: tuple[SummaryLine, ...]
    answers: tuple[SummaryLine, ...]
    course: tuple[SummaryLine, ...]
    totals: Totals | None
    check_in: CheckIn | None
    roster: tuple[RosterEntry, ...]
    decisions: tuple[BlockerOverride, ...]
    addenda: tuple[SessionAddendum, ...]

    @property
    def is_draft(self) -> bool:
        return self.session.signed_at is None

    @property
    def route_label(self) -> str:
        return Route(self.order.route if self.order else self.session.series.route).label

    @property
    def place(self) -> str:
        """Which session of the series this is."""
        return f"{self.session.number} of {self.session.series.planned_sessions}"

    @property
    def reads_clinical(self) -> bool:
        return self.reach.sees_clinical

    @property
    def reads_drug(self) -> bool:
        return self.reach.may(Permission.VIEW_DOSING)

    @property
    def reads_vitals(self) -> bool:
        return self.reach.may(Permission.VIEW_VITALS) or self.reach.sees_clinical

    @property
    def left_out(self) -> str:
        """What this reader's role does not read of the session, in a sentence; empty for the care team."""
        missing = (
            [] if self.reads_clinical else ["what was seen and said in the room", "adverse events", "answers to alarms"]
        )
        missing += [] if self.reads_drug else ["the drug"]
        missing += [] if self.reads_vitals else ["vital signs"]
        return f"Not shown to your role: {', '.join(missing)}." if missing else ""

    @property
    def early_stop(self) -> SessionEvent | None:
        """Dosing ended before all of it was given, and was not taken up again."""
        return standing_stop((event for event in self.events if event.kind == "transition"), moved_of)

    @property
    def discharge(self):
        return getattr(self.session, "discharge", None)

    @property
    def review(self):
        return getattr(self.session, "review", None)

    @property
    def order_words(self) -> str:
        """The order and its limits in one line."""
        order = self.order
        if order is None:
            return ""
        dose = f"{show(order.dose_mg)} mg"
        if order.mg_per_kg:
            dose += f" ({show(order.weight_kg)} kg × {show(order.mg_per_kg)} mg/kg)"
        over = f" over {order.duration_min} min" if order.duration_min else ""
        booster = (
            f", booster {show(order.booster_mg)} mg after {order.booster_after_min} min" if order.booster_mg else ""
        )
        step = f"dose {order.number} of the plan, " if order.order.step_count else ""
        return f"{order.product.name}: {step}{dose}{over}{booster}; at most {show(order.max_total_mg)} mg in all"

    @property
    def limit_words(self) -> str:
        """The limits that the order was signed under."""
        if self.order is None or not self.order.limits:
            return ""
        told = self.order.limits["route"]["values"]
        shown = {name: value for name, value in told.items() if name in LIMITS_SHOWN}
        return " · ".join(f"{label} {value}" for label, value in rows_of(self.order.route, shown))

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What the nurse found when the patient left: (criterion, answer)."""
        left = self.discharge
        if left is None:
            return []
        yes = {True: "yes", False: "no"}
        return [
            ("Modified Aldrete", f"{left.aldrete_total} of 10"),
            ("Oriented", yes[left.is_oriented]),
            ("Walks unaided", yes[left.walks_unaided]),
            ("Dissociation resolved", yes[left.dissociation_resolved]),
            ("Nausea controlled", yes[left.nausea_controlled]),
            ("No suicidal intent", yes[left.no_suicidal_intent]),
            ("Escort present", yes[left.escort_present]),
            ("Written instructions given", yes[left.instructions_given]),
        ]


def load_summary(actor, pk: UUID, at: datetime, permission: Permission = Permission.VIEW_SESSION) -> Summary:
    """The summary of a session that `permission` reaches, else OutOfScope; its queries do not grow with the events."""
    session, reach = reached_session(actor, pk, permission, joined=ROW)
    kinds = kinds_for(reach)
    events, settings = events_and_settings(session.pk, kinds, session.first_dose_at)
    readings = readings_of(events, reach.sees_clinical)
    lines = _lines(events, reach.sees_clinical)
    return Summary(
        session=session,
        reach=reach,
        at=at,
        order=_order(session, reach),
        events=tuple(events),
        readings=readings,
        alarms=alarms_of(readings, events, reach.sees_clinical),
        chart=chart_of(readings, events, settings.ladder_at(session.first_dose_at or at)),
        doses=dose_accounts(events, at),
        drug=tuple(line for line in lines if line.kind in OF_THE_DRUG),
        adverse=tuple(line for line in lines if line.kind == "adverse_event"),
        answers=tuple(line for line in lines if line.kind == "alarm_answer"),
        course=tuple(line for line in lines if line.kind not in TABLED),
        totals=_totals(session) if reach.may(Permission.VIEW_DOSING) else None,
        check_in=session.check_ins.select_related(PERSON).order_by("-recorded_at", "-occurred_at").first(),
        roster=tuple(session.roster.select_related("membership__user").order_by("joined_at", "duty")),
        decisions=_decisions(session, reach),
        addenda=tuple(session.addenda.select_related(PERSON).order_by("recorded_at")) if session.signed_at else (),
    )


def _lines(events: Sequence[SessionEvent], sees_clinical: bool) -> list[SummaryLine]:
    corrected = {event.values.get("corrects") for event in events}
    found = []
    for event in events:
        title, text = words_of_event(event, sees_clinical)
        found.append(
            SummaryLine(
                id=event.id,
                kind=event.kind,
                at=event.occurred_at,
                minutes=event.minutes,
                title=f"{title}{_correcting(event)}",
                text=text,
                who=f"{event.recorded_by}, {event.recorded_as}",
                late_reason=event.late_reason,
                is_corrected=event.id in corrected,
            )
        )
    return found


def _correcting(event: SessionEvent) -> str:
    if event.values.get("is_withdrawal"):
        return " (taken back)"
    return " (correction)" if event.values.get("corrects") else ""


def _order(session: Session, reach: SessionReach) -> OrderedDose | None:
    """The order with the amounts of this session's step of the plan."""
    return ordered_for(session, order_of(session)) if reach.may(Permission.VIEW_ORDER) else None


def _totals(session: Session) -> Totals | None:
    record = session.dosing_record
    if record is None:
        return None
    return Totals(record.drawn_mg, record.given_mg, record.wasted_mg, record.returned_mg)


def _decisions(session: Session, reach: SessionReach) -> tuple[BlockerOverride, ...]:
    """Blockers that somebody passed; for the office only those about the drug and the pressure."""
    rows = session.overrides.select_related(PERSON).order_by("recorded_at")
    return tuple(row for row in rows if reach.sees_clinical or row.code.startswith(ABOUT_THE_DRUG))
