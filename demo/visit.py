"""One made-up session from check-in to signature, as steps that each wait for their moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from accounts.actor import patient_actor
from accounts.roles import Role
from assessments.actions import make_link, start_assessment, submit_assessment
from common.clinical import Route
from common.errors import Blocked
from demo.clinic import PASSWORD, DemoClinic
from demo.course import Course, answers_for
from demo.in_the_room import agree_and_enter, away_for_a_while, calm_or_not, left_undisturbed, rescue_for
from demo.leaving import leave, stops_early
from demo.vitals import Baseline, reading_at
from demo.words import ADVERSE, ALARM_ACTIONS, OBSERVATIONS, WANTS_NO_MORE
from dosing.models import DoseOrder, Draw
from dosing.ordered_dose import next_dose
from sessions_app import actions
from sessions_app.models import Session
from sessions_app.monitoring import DoseSpan, due_times
from sessions_app.practice_monitoring import monitoring_of
from sessions_app.session_events import findings_of
from sessions_app.session_facts import ordered_for
from sessions_app.vital_limits import criticals

Steps = Iterator[datetime]
DEVICE_REST = timedelta(minutes=5)


@dataclass
class Patient:
    """A made-up patient under way: the stored person with the course and baseline behind the numbers."""

    person: object
    course: Course
    baseline: Baseline
    weight_kg: Decimal
    team: dict[Role, object]
    rng: Random
    escort: str
    number: int


def answer_by_link(
    who: Patient, assessment_set, at: datetime, doses: float, suicidal: int = 0, hours_after=None
) -> None:
    """The patient answers a whole set over a fresh link."""
    link, _ = make_link(
        assessment_set=assessment_set,
        by=who.team[Role.NURSE],
        at=at,
        channel="handed",
        expires_at=at + timedelta(days=2),
    )
    answer_set(who, assessment_set, link, at, doses, suicidal, hours_after)


def answer_set(
    who: Patient, assessment_set, link, at: datetime, doses: float, suicidal: int = 0, hours_after=None
) -> None:
    by = patient_actor(who.person, who.person.practice_id)
    for code in assessment_set.instruments:
        draft = start_assessment(assessment_set=assessment_set, instrument=code, by=by, at=at, link=link)
        given = answers_for(code, who.rng, who.course, doses, suicidal, hours_after)
        submit_assessment(assessment=draft, by=by, at=at, answers=given, link=link)


def prepare(clinic: DemoClinic, who: Patient, session: Session, starts: datetime) -> Steps:
    """Questionnaires, check-in and roster; leaves the session waiting for its dose."""
    yield starts - timedelta(minutes=40)
    waiting = session.assessment_links.filter(moment="pre", assessment_set__completed_at=None)
    for joined in waiting.select_related("assessment_set__patient"):
        answer_by_link(who, joined.assessment_set, starts - timedelta(minutes=40), session.number - 1)
    yield starts
    nurse = who.team[Role.NURSE]
    actions.name_roster(
        session=session,
        by=nurse,
        at=starts,
        prescriber_id=who.team[Role.PRESCRIBER].membership_id,
        monitor_id=nurse.membership_id,
        therapist_id=who.team[Role.THERAPIST].membership_id,
    )
    actions.mark_presence(by=who.team[Role.PRESCRIBER], at=starts, is_here=True)
    changed = who.rng.random() < 0.08
    actions.check_in_patient(
        session=session,
        by=nurse,
        at=starts,
        identity_confirmed=True,
        fasting_confirmed=True,
        escort_confirmed=True,
        escort_name=who.escort,
        escort_phone=who.person.emergency_phone,
        medicines_changed=changed,
        medicines_note="Sertraline raised to 100 mg" if changed else "",
        weight_kg=who.weight_kg,
        **{name: value for name, value in reading_at(who.rng, who.baseline, -10).items() if name != "dissociation"},
    )
    if session.series.route == Route.ESK:
        actions.record_rems_check(session=session, by=nurse, at=starts, **_rems_answers(who, session))


def _rems_answers(who: Patient, session: Session) -> dict[str, bool]:
    classes = ("benzodiazepines", "sedatives", "opioids", "stimulants", "maois")
    taken = {f"takes_{name}": who.rng.random() < 0.08 for name in classes}
    return {"is_enrolled": True, "is_counselled": True, "is_first_treatment": session.number == 1, **taken}


def give_after_decisions(
    clinic: DemoClinic, who: Patient, session: Session, order: DoseOrder, at: datetime, late: int = 0
):
    """Give the dose; where something stands in the way that a prescriber may decide, the prescriber decides first."""
    try:
        with transaction.atomic():
            return give_first_dose(clinic, who, session, order, at, late)
    except Blocked as refusal:
        for blocker in refusal.blockers:
            actions.override_blocker(
                session=session,
                by=who.team[Role.PRESCRIBER],
                at=at,
                code=blocker.code,
                reason="Seen and spoken with today; benefit outweighs the risk",
            )
    return give_first_dose(clinic, who, session, order, at, late)


def give_first_dose(clinic: DemoClinic, who: Patient, session: Session, order: DoseOrder, at: datetime, late: int = 0):
    """The ordered dose, of esketamine the first device; `late` minutes between the act and its entry."""
    order = next_dose(order, session_id=session.pk)
    drawn = _drawn(who.rng, order)
    planned = min(drawn, order.drawn_mg) if order.route != Route.ESK else drawn
    infusion = {}
    if order.route == Route.IV:
        infusion = {
            "final_volume_ml": order.final_volume_ml,
            "duration_min": order.duration_min,
            "diluent": "NaCl 0.9 %",
        }
    site = {Route.IV: "left forearm, 22 G", Route.IM: "right deltoid", Route.SC: "abdomen, left"}.get(
        Route(order.route), ""
    )
    return actions.give_session_dose(
        session=session,
        by=who.team[Role.NURSE],
        at=at + timedelta(minutes=late),
        lot_id=clinic.lots[order.route].pk,
        drawn_mg=drawn,
        planned_mg=planned,
        given_by_id=who.team[Role.NURSE].membership_id,
        site=site,
        occurred_at=at,
        late_reason="Tablet was charging; written on paper first" if late > 15 else "",
        **(_verifier(who) if who.rng.random() < 0.5 else {}),
        **infusion,
    )


def _verifier(who: Patient) -> dict[str, str]:
    return {"verified_email": who.team[Role.PRESCRIBER].user.email, "verified_password": PASSWORD}


def _drawn(rng: Random, order: DoseOrder) -> Decimal:
    """What is drawn: for injections often a little more than ordered, so that a remainder is left to waste."""
    if order.route in (Route.IM, Route.SC, Route.IV) and rng.random() < 0.7:
        step = Decimal(5)
        return (order.drawn_mg // step + 1) * step
    return order.drawn_mg if order.route != Route.ESK else order.product.unit_mg


def further_devices(clinic: DemoClinic, who: Patient, session: Session, order: DoseOrder, dose_at: datetime) -> Steps:
    """Esketamine devices one by one, five minutes apart (KAP-LIM-ESK)."""
    nurse, device = who.team[Role.NURSE], order.product.unit_mg
    ordered_mg = ordered_for(session, order).dose_mg
    for number in range(1, int(ordered_mg / device)):
        moment = dose_at + number * DEVICE_REST
        yield moment
        actions.give_session_dose(
            session=session,
            by=nurse,
            at=moment,
            lot_id=clinic.lots[order.route].pk,
            drawn_mg=device,
            planned_mg=device,
            given_by_id=nurse.membership_id,
        )


def observe(
    clinic: DemoClinic, who: Patient, session: Session, order: DoseOrder, dose_at: datetime, administration
) -> Steps:
    """Readings when due, words, sometimes an adverse event or an early stop, until the minimum observation is over."""
    rng, nurse = who.rng, who.team[Role.NURSE]
    clock = monitoring_of(session.practice_id).clock_at(order.route, dose_at)
    stop_early = clock.is_infusion and rng.random() < 0.05
    runs = timedelta(minutes=26 if stop_early else order.duration_min or 0)
    ended_at = dose_at + runs if clock.is_infusion else dose_at
    last_device = timedelta(minutes=10 if order.route == Route.ESK else 0)
    leave_at = ended_at + last_device + timedelta(minutes=clock.observe_min)
    agree_and_enter(who.team, session, dose_at)
    if order.route == Route.ESK:
        yield from further_devices(clinic, who, session, order, dose_at)
    strength = rng.uniform(0.6, 1.5)
    adverse_after = rng.choice((20, 35, 50)) if rng.random() < 0.07 else None
    times = [t for t in due_times(clock, [DoseSpan(dose_at, ended_at)], leave_at) if t < leave_at] + [leave_at]
    is_ended, is_recovering = not clock.is_infusion, False
    wants_no_more = not clock.is_infusion and stops_early(clinic)
    for moment in times:
        if not is_ended and moment >= ended_at:
            yield ended_at
            actions.end_session_infusion(
                session=session,
                administration_id=administration.pk,
                by=nurse,
                at=ended_at,
                how="stopped" if stop_early else "completed",
                reason="Asked to stop, too intense; calm afterwards" if stop_early else "",
            )
            is_ended = True
        yield moment
        minutes = (moment - dose_at).total_seconds() / 60
        if moment < times[-1] and left_undisturbed(who.team, rng, session, moment, minutes):
            continue
        _take_reading(who, session, moment, minutes, strength)
        calm_or_not(who.team, rng, session, moment, minutes)
        away_for_a_while(who.team, rng, session, moment, minutes)
        if adverse_after is not None and minutes >= adverse_after:
            event = _adverse_event(who, session, moment)
            rescue_for(who.team, session, moment, event)
            adverse_after = None
        if not clock.is_infusion and not is_recovering and minutes >= (20 if wants_no_more else 60):
            if wants_no_more:
                actions.stop_early(session=session, by=nurse, at=moment, reason=WANTS_NO_MORE)
            else:
                actions.start_recovery(session=session, by=nurse, at=moment)
            is_recovering = True


def _take_reading(who: Patient, session: Session, moment: datetime, minutes: float, strength: float) -> None:
    values = reading_at(who.rng, who.baseline, minutes, strength)
    late = 22 if who.rng.random() < 0.004 else 0
    reason = "Monitor printed it, typed in afterwards" if late else ""
    stamp = {"session": session, "by": who.team[Role.NURSE], "at": moment + timedelta(minutes=late)}
    row = actions.record_reading(**stamp, occurred_at=moment, late_reason=reason, **values)
    if criticals(findings_of(session, row.pk)):
        told = who.team[Role.PRESCRIBER].membership_id
        actions.answer_alarms(**stamp, readings=[row.pk], action=who.rng.choice(ALARM_ACTIONS), told_id=told)
    if 10 < minutes < 75 and who.rng.random() < 0.3:
        what = who.rng.choice(tuple(OBSERVATIONS))
        actions.record_observation(
            session=session, by=who.team[Role.THERAPIST], at=moment, what=what, text=who.rng.choice(OBSERVATIONS[what])
        )


def _adverse_event(who: Patient, session: Session, moment: datetime):
    category, grade, description, action, outcome = who.rng.choice(ADVERSE)
    return actions.record_adverse_event(
        session=session,
        by=who.team[Role.NURSE],
        at=moment,
        category=category,
        grade=grade,
        relatedness="probable",
        description=description,
        action=action,
        outcome=outcome,
    )


def finish(clinic: DemoClinic, who: Patient, session: Session, left_at: datetime) -> Steps:
    """Waste of what is left, discharge, questionnaires after the session, signature."""
    yield left_at
    session.refresh_from_db()
    nurse, prescriber = who.team[Role.NURSE], who.team[Role.PRESCRIBER]
    waste_what_is_left(clinic, who, session, left_at)
    leave(clinic, session, left_at, nurse, prescriber, who.escort, who.person.emergency_phone)
    for joined in session.assessment_links.filter(moment="post").select_related("assessment_set__patient"):
        answer_by_link(who, joined.assessment_set, left_at, session.number, hours_after=0)
    signed_at = left_at + timedelta(minutes=who.rng.randint(15, 120))
    yield signed_at
    actions.sign_session(session=session, by=prescriber, at=signed_at, password=PASSWORD)


def waste_what_is_left(clinic: DemoClinic, who: Patient, session: Session, at: datetime) -> None:
    nurse = who.team[Role.NURSE]
    witness = next(other for other in clinic.people[Role.NURSE] if other.membership_id != nurse.membership_id)
    for draw in Draw.objects.filter(dosing_record_id=session.pk, outstanding_mg__gt=0):
        if clinic.alone_from is not None and at >= clinic.alone_from:
            clinic.alone_from = None  # once nobody was there to see it
            actions.waste_session_unwitnessed(
                session=session,
                draw_id=draw.pk,
                by=nurse,
                at=at,
                amount_mg=draw.outstanding_mg,
                method="Drug disposal pouch",
                reason="The second nurse had left; nobody else was in the house",
                password=PASSWORD,
            )
            continue
        actions.dispose_session_remainder(
            session=session,
            draw_id=draw.pk,
            by=nurse,
            at=at,
            what="waste",
            amount_mg=draw.outstanding_mg,
            method="Drug disposal pouch",
            reason="Left in the syringe after the ordered dose",
            witness_email=witness.user.email,
            witness_password=PASSWORD,
        )
