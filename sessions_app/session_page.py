"""Everything the page of one session shows, as one frozen value; its queries do not grow with the record."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Permission
from common.blockers import Blocker
from common.clinical import Route
from common.svg.vitals_shapes import VitalsChart
from common.together import Part, Together
from dosing.models import Draw, InfusionChange, Remainder
from patients.models import Allergy
from sessions_app.before_dose import MAY_REPEAT, MAY_START, dose_blockers, next_reading, split
from sessions_app.discharge_rules import Criterion
from sessions_app.dose_rows import DoseRow, dose_rows
from sessions_app.esketamine import DeviceRest, device_rest
from sessions_app.leaving_facts import leaving_criteria, left_with, signature_blockers
from sessions_app.models import AdverseEvent, Session, SessionAddendum, SessionTransition
from sessions_app.monitoring import is_overdue, may_leave_from
from sessions_app.open_readings import open_due_times
from sessions_app.room_kinds import room_kinds
from sessions_app.room_on_page import RoomOnPage, linked, standing_rows
from sessions_app.room_state import RoomState
from sessions_app.session_events import session_events
from sessions_app.session_facts import FACTS, PERSON, SessionFacts, asked, load_facts, of_session
from sessions_app.session_reach import SessionReach
from sessions_app.session_timeline import timeline_of
from sessions_app.session_vitals import (
    AlarmRow,
    ReadingRow,
    VitalTile,
    alarm_rows,
    chart_of,
    findings_of,
    reading_rows,
    tiles_of,
)
from sessions_app.session_words import SessionWords
from sessions_app.state_words import steps_to
from sessions_app.states import State, standing_stop
from sessions_app.timeline import TimelineEvent
from sessions_app.vital_limits import Finding, Severity


def _of_drug(model, path: str, *joined: str, order: tuple[str, ...]) -> Part:
    """The rows of a model that hang on the dosing record, which shares its id with the session."""
    return Part(
        lambda session, **_: model.objects.filter(**{path: session}).select_related(*joined).order_by(*order), order
    )


_ROWS = {
    **FACTS,
    "transitions": of_session(SessionTransition, PERSON, order=("occurred_at", "recorded_at")),
    "adverse_events": of_session(AdverseEvent, PERSON, order=("occurred_at",)),
    "addenda": of_session(SessionAddendum, PERSON, order=("recorded_at",)),
    "changes": _of_drug(InfusionChange, "administration__dosing_record_id", PERSON, order=("occurred_at",)),
    "draws": _of_drug(Draw, "dosing_record_id", "lot__product", order=("drawn_at",)),
    "remainders": _of_drug(
        Remainder, "draw__dosing_record_id", PERSON, "witness__user", order=("occurred_at", "recorded_at")
    ),
}
_OF_THE_CARE_TEAM = {
    "allergies": Part(
        lambda patient, **_: Allergy.objects.filter(patient_id=patient).standing().order_by("recorded_at"),
        ("recorded_at",),
    ),
}
_PLAIN = Together("session_page", _ROWS, session=UUID, series=UUID, practice=UUID)
_CLINICAL = Together("session_page", _ROWS | _OF_THE_CARE_TEAM, session=UUID, series=UUID, practice=UUID, patient=UUID)


@dataclass(frozen=True)
class SessionPage(SessionWords, RoomOnPage):
    session: Session
    facts: SessionFacts
    reach: SessionReach
    at: datetime
    due_at: datetime | None
    is_overdue: bool
    leave_from: datetime | None
    blockers: tuple[Blocker, ...]
    passed: tuple[Blocker, ...]
    tiles: tuple[VitalTile, ...]
    findings: tuple[Finding, ...]
    alarms: tuple[AlarmRow, ...]
    readings: tuple[ReadingRow, ...]
    chart: VitalsChart | None
    timeline: tuple[TimelineEvent, ...]
    doses: tuple[DoseRow, ...]
    draws: tuple[Draw, ...]
    criteria: tuple[Criterion, ...]
    to_sign: tuple[Blocker, ...]
    adverse_events: tuple[AdverseEvent, ...]
    addenda: tuple[SessionAddendum, ...]
    allergies: tuple
    room: RoomState
    rest: DeviceRest | None
    open_due: tuple[datetime, ...]
    early_stop: SessionTransition | None = None

    @property
    def steps(self) -> list[tuple[str, str]]:
        return steps_to(self.state)

    @property
    def route_label(self) -> str:
        return Route(self.facts.route).label

    @property
    def may_give(self) -> bool:
        """The dose button is shown (it carries the blockers when there are any)."""
        if self.facts.running:
            return False
        return self.state in (*MAY_START, *MAY_REPEAT) and self.reach.may(Permission.GIVE_DOSE)

    @property
    def is_first_dose(self) -> bool:
        return self.session.first_dose_at is None

    @property
    def shows_gate(self) -> bool:
        """The list stands on the page before the first dose, and later while the order leaves something to give."""
        if self.is_first_dose:
            return self.state in (State.SCHEDULED, *MAY_START)
        planned = sum((row.planned_mg for row in self.facts.administrations), Decimal(0))
        more = self.facts.ordered is not None and planned < self.facts.ordered.max_total_mg
        return bool(more and self.blockers and self.state in MAY_REPEAT and not self.facts.running)

    @property
    def gate_title(self) -> str:
        return "Before the dose" if self.is_first_dose else "Before a further dose"

    @property
    def may_write(self) -> bool:
        """Readings and events may be added: during the visit, and late until it is signed."""
        left = (State.DISCHARGED, State.ENDED_EARLY, State.ABORTED)
        return self.session.signed_at is None and (self.state.is_in_progress or self.state in left)

    @property
    def hides_chart(self) -> bool:
        """The pages that solve a blocker are the care team's; others read the sentence only."""
        return not self.reach.sees_clinical

    @property
    def may_read_vitals(self) -> bool:
        return self.reach.may(Permission.VIEW_VITALS)

    @property
    def may_record_vitals(self) -> bool:
        return self.may_write and self.reach.may(Permission.RECORD_VITALS)

    @property
    def open_alarms(self) -> list[AlarmRow]:
        """Critical values that nobody has answered yet, the newest first; a signed session takes no answer any more."""
        return [row for row in self.alarms if row.alarm.is_open and self.session.signed_at is None]

    @property
    def settled_alarms(self) -> list[AlarmRow]:
        """Those answered, and those of a session that was signed before answers were asked for."""
        return [row for row in self.alarms if not row.alarm.is_open or self.session.signed_at is not None]

    @property
    def may_observe(self) -> bool:
        return self.may_write and self.reach.may(Permission.RECORD_OBSERVATION)

    @property
    def may_report(self) -> bool:
        return self.may_write and self.reach.may(Permission.RECORD_ADVERSE_EVENT)

    @property
    def would_act_on_roster(self) -> bool:
        """The role acts during sessions, but this person is not named on this one."""
        roster_acts = (Permission.RECORD_VITALS, Permission.RECORD_OBSERVATION)
        return self.may_write and not self.reach.on_roster and any(map(self.reach.actor.can, roster_acts))

    @property
    def may_check_in(self) -> bool:
        return self.state in (State.SCHEDULED, *MAY_START) and self.reach.may(Permission.CHECK_IN_PATIENT)

    @property
    def may_plan(self) -> bool:
        return self.reach.may(Permission.SCHEDULE_SESSION)

    @property
    def may_change_roster(self) -> bool:
        return self.may_plan and not self.state.is_over

    @property
    def may_override(self) -> bool:
        return self.reach.may(Permission.OVERRIDE_BLOCKER)

    @property
    def may_discharge(self) -> bool:
        ready = self.state in MAY_REPEAT and not self.facts.running
        return ready and self.reach.may(Permission.DISCHARGE_PATIENT)

    @property
    def may_waive(self) -> bool:
        return self.state in MAY_REPEAT and self.reach.may(Permission.WAIVE_CRITERION)

    @property
    def may_dose_act(self) -> bool:
        return self.state in MAY_REPEAT and self.reach.may(Permission.GIVE_DOSE)

    @property
    def may_waste(self) -> bool:
        left = (State.DISCHARGED, State.ENDED_EARLY)
        return self.state in (*MAY_REPEAT, *left) and self.reach.may(Permission.WASTE_DRUG)

    @property
    def may_sign(self) -> bool:
        return self.state in (State.DISCHARGED, State.ENDED_EARLY) and self.reach.may(Permission.SIGN_SESSION)

    @property
    def may_add_addendum(self) -> bool:
        return self.session.signed_at is not None and self.reach.may(Permission.ADD_ADDENDUM)

    @property
    def may_give_questionnaires(self) -> bool:
        return not self.state.is_over and self.reach.may(Permission.RECORD_ASSESSMENT)

    @property
    def may_start_recovery(self) -> bool:
        return self.state is State.DOSING and self.may_dose_act and not self.facts.running

    @property
    def may_mark_ready(self) -> bool:
        return self.state is State.CHECKED_IN and not self.blockers and self.may_check_in

    @property
    def may_call_off(self) -> bool:
        return self.state is State.SCHEDULED and self.may_plan

    @property
    def may_abort(self) -> bool:
        return self.state in MAY_START and self.reach.may(Permission.CHECK_IN_PATIENT)

    @property
    def may_review(self) -> bool:
        waits = (
            self.session.signed_at is not None and self.session.dosing_record_id and not hasattr(self.session, "review")
        )
        return bool(waits) and self.reach.may(Permission.REVIEW_DOSING)

    @property
    def may_check_rems(self) -> bool:
        """What the REMS wants known before an esketamine dose."""
        return self.facts.route == Route.ESK and self.may_check_in

    @property
    def has_acts(self) -> bool:
        """Whether anything can be done or read under "Do now"."""
        acts = (self.may_check_in, self.may_give, self.may_dose_act, self.may_observe, self.may_report)
        later = (self.may_discharge, self.may_sign, self.may_add_addendum, self.may_review)
        return any((*acts, *later, self.may_call_off, self.may_abort, self.to_sign)) or self.state.is_over

    @property
    def open_draws(self) -> list[Draw]:
        """Draws with something left that no running infusion holds."""
        held = {row.draw_id for row in self.facts.running}
        return [draw for draw in self.draws if draw.closed_at is None and draw.pk not in held]

    @property
    def critical(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.CRITICAL]

    @property
    def stamp(self) -> str:
        """Changes whenever something was added, so that a poll sends nothing when nothing changed."""
        parts = (
            self.session.version,
            len(self.facts.all_readings),
            len(self.facts.check_ins),
            tuple(entry.pk for entry in self.facts.roster.values()),
            len(self.timeline),
            len(self.settled_alarms),
            self.facts.settings.stamp,
            self.is_overdue,
            tuple(blocker.code for blocker in self.blockers),
            tuple(draw.outstanding_mg for draw in self.draws),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def load_session_page(session: Session, actor: Actor, at: datetime, reach: SessionReach | None = None) -> SessionPage:
    """The page of a session fetched with `session_facts.full`, for this person at this moment.

    What hangs on the session comes in one query and the events of the room in another; of both only what this person
    may read.
    """
    reach = reach or SessionReach.of(actor, session)
    rows = (_CLINICAL if reach.sees_clinical else _PLAIN).instances(**asked(session), patient=session.patient_id)
    facts = load_facts(session, rows)
    active = session.state_now.is_in_progress
    standing, passed = split(dose_blockers(facts, at), facts.overrides) if _has_gate(session) else ((), ())
    due = next_reading(facts, at) if active and facts.doses else None
    adverse, addenda, changes = tuple(rows["adverse_events"]), tuple(rows["addenda"]), tuple(rows["changes"])
    draws = tuple(rows["draws"])
    room = RoomState(tuple(session_events(session.pk, room_kinds(reach), session.first_dose_at)))
    may_correct = session.signed_at is None and reach.may(Permission.RECORD_VITALS)
    return SessionPage(
        session=session,
        facts=facts,
        reach=reach,
        at=at,
        due_at=due,
        is_overdue=is_overdue(facts.clock, due, at),
        leave_from=may_leave_from(facts.clock, facts.doses) if active else None,
        blockers=tuple(standing),
        passed=tuple(passed),
        tiles=tiles_of(facts),
        findings=findings_of(facts) if active else (),
        alarms=alarm_rows(facts),
        readings=reading_rows(facts, may_correct),
        chart=chart_of(facts, standing_rows(adverse), room.standing("rescue_drug")),
        timeline=linked(
            timeline_of(
                facts,
                transitions=rows["transitions"],
                adverse_events=adverse,
                changes=changes,
                remainders=rows["remainders"],
                addenda=addenda,
                alarms=facts.alarms if reach.sees_clinical else (),
                room=room,
            ),
            session,
            reach,
        ),
        doses=dose_rows(facts, changes),
        draws=draws,
        criteria=tuple(leaving_criteria(facts, at) if active and facts.doses else left_with(facts)),
        to_sign=tuple(_to_sign(facts, at, reach)),
        adverse_events=adverse,
        addenda=addenda,
        allergies=tuple(rows.get("allergies", ())),
        room=room,
        rest=device_rest(facts) if active else None,
        open_due=tuple(open_due_times(facts, at)) if session.signed_at is None and facts.doses else (),
        early_stop=standing_stop(rows["transitions"], lambda row: row.told),
    )


def _has_gate(session: Session) -> bool:
    return session.state_now in (State.SCHEDULED, *MAY_START, *MAY_REPEAT)


def _to_sign(facts: SessionFacts, at: datetime, reach: SessionReach) -> list[Blocker]:
    """What is still open, with the way to solve it for those who may."""
    if facts.session.state_now not in (State.DISCHARGED, State.ENDED_EARLY):
        return []
    found = signature_blockers(facts, at)
    return found if reach.may(Permission.RECORD_VITALS) else [replace(one, link="") for one in found]
