"""Today's board in motion: sessions planned, arriving, running, recovering, and waiting for a signature."""

from datetime import datetime, timedelta
from random import Random

from accounts.actor import patient_actor
from accounts.roles import Role
from assessments.actions import acknowledge_risk, ask_for_call, give_assessments, record_risk_contact
from assessments.models import RiskItem
from common.clinical import Indication, Route
from demo.clinic import DemoClinic
from demo.life import order_for, register
from demo.measuring import prepare_at_home
from demo.monitoring import LOW_OXYGEN, low_oxygen
from demo.visit import Patient, Steps, answer_by_link, finish, give_after_decisions, observe, prepare
from sessions_app import actions as sessions

# route, indication, minutes from now to the planned start; everything before now then happens as far as time allows
BOARD = (
    (Route.IM, Indication.PTSD, -330, "signed"),
    (Route.SL, Indication.ANX, -185, "discharged"),
    (Route.IM, Indication.TRD, -105, "running"),
    (Route.ESK, Indication.TRD, -75, "running"),
    (Route.IV, Indication.MDD, -50, "running"),
    (Route.IV, Indication.TRD, -14, "arrived"),
    (Route.IM, Indication.PTSD, 45, "called"),
    (Route.IV, Indication.ANX, 150, "waiting"),
    (Route.ESK, Indication.TRD, -290, "signed"),
    (Route.ESK, Indication.TRD, 200, "planned"),
)
ROOMS = (3, 4, 5, 6, 7, 3, 4, 5, 6, 7)  # the first three belong to the calendar of the past


def todays_lives(clinic: DemoClinic, rng: Random, first_number: int, now: datetime) -> list[Steps]:
    return [
        _life(clinic, Random(rng.random()), first_number + index, *row, ROOMS[index], now)  # noqa: S311
        for index, row in enumerate(BOARD)
    ]


def _life(clinic, rng, number, route, indication, minutes, until, room, now: datetime) -> Steps:
    begins = now - timedelta(days=9, minutes=number)
    yield begins
    who, series = register(clinic, rng, number, begins, indication, route)
    yield now - timedelta(days=1, hours=1)
    # The plan of the one who is signed by now waits for the prescriber.
    plan = {"review_after": (1, 3)} if until == "signed" else {}
    order = order_for(clinic, who, series, now - timedelta(days=1, hours=1), **plan)
    starts = now + timedelta(minutes=minutes)
    session = sessions.schedule_session(
        series=series,
        by=who.team[Role.NURSE],
        at=now - timedelta(days=1),
        scheduled_for=starts,
        planned_minutes=180,
        room_id=clinic.rooms[room].pk,
    )
    told = {"changed": until == "planned", "silent": until == "waiting"}
    clinic.later.append(prepare_at_home(clinic, who, session, starts, **told))
    if until in ("called", "waiting"):
        yield from _worrying_answer(who, now - timedelta(minutes=160 if until == "called" else 24), until == "called")
    yield from prepare(clinic, who, session, starts)
    if until == "arrived":
        return
    dose_at = starts + timedelta(minutes=20)
    yield dose_at
    administration = give_after_decisions(clinic, who, session, order, dose_at)
    if until == "running" and route in LOW_OXYGEN:
        clinic.later.append(low_oxygen(who, session, route, dose_at))
    yield from observe(clinic, who, session, order, dose_at, administration)
    left_at = session.readings.latest("occurred_at").occurred_at
    yield from _leave(clinic, who, session, left_at, until)


def _leave(clinic, who, session, left_at: datetime, until: str) -> Steps:
    """Up to the signature; a session that waits for it stops before."""
    steps = finish(clinic, who, session, left_at)
    yield next(steps)
    if until == "discharged":
        next(steps)
        return
    yield from steps


def _worrying_answer(who: Patient, at: datetime, is_called: bool) -> Steps:
    """Thoughts of death in a questionnaire of today: one was called about and stays open, one nobody has seen yet."""
    yield at
    therapist = who.team[Role.THERAPIST]
    given = give_assessments(patient=who.person, by=therapist, at=at, occasion="other", instruments=["PHQ9"], due_at=at)
    answer_by_link(who, given, at, doses=0, suicidal=1 if is_called else 2)
    if not is_called:
        by, words = patient_actor(who.person, who.person.practice_id), "After four, please. I am at work until then."
        ask_for_call(assessment_set=given, by=by, at=at, link=given.links.get(), words=words)
        return
    item = RiskItem.objects.select_related("patient").get(assessment__assessment_set=given)
    yield at + timedelta(minutes=12)
    acknowledge_risk(item=item, by=therapist, at=at + timedelta(minutes=12))
    yield at + timedelta(minutes=30)
    record_risk_contact(
        item=item,
        by=therapist,
        at=at + timedelta(minutes=30),
        how="phone",
        outcome="Passive thoughts since Friday, no plan, no intent; partner is at home.",
        plan="Talk before the dose; the prescriber decides whether today goes ahead.",
    )
