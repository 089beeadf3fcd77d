"""The practice's own measuring protocol, and how made-up patients prepare at home for a session."""

from datetime import datetime, timedelta
from random import Random

from accounts.actor import patient_actor
from accounts.roles import Role
from assessments.actions import tell_day_before
from assessments.models import AssessmentSet
from common.clinical import Route
from demo.clinic import DemoClinic
from demo.mailing import mailed
from demo.questionnaires import ROOM
from demo.visit import Patient, Steps, answer_set
from followups.models import CheckIn
from sessions_app import actions as sessions
from sessions_app.measuring import EVERY_ROUTE, Protocol

BEFORE = ("PHQ9", "GAD7", "PCL5", "VASMOOD", "SUDS", "ASQ")
AFTER = ("VASMOOD", "SUDS", ROOM)
LATEST = timedelta(hours=2)  # before the session; who is later answers on the clinic's tablet


def own_protocol(clinic: DemoClinic, opened: datetime) -> None:
    """On the day of the opening the prescriber adds distress, and what is asked when a patient leaves; esketamine is
    rated in the room, too."""
    told = {"source": "Medical director, team meeting", "by": clinic.one(Role.PRESCRIBER), "at": opened}
    note = "Distress before and after each session, mood again when the patient leaves."
    usual = Protocol(before=BEFORE, after=AFTER)
    sessions.set_measuring(about=EVERY_ROUTE, protocol=usual, note=note, replaces_version=1, **told)
    note = "Sedation by RASS at the peak and before leaving."
    rated = Protocol(before=BEFORE, during=(("RASS", 40), ("RASS", 90)), after=AFTER)
    sessions.set_measuring(about=Route.ESK.value, protocol=rated, note=note, replaces_version=0, **told)


def prepare_at_home(
    clinic: DemoClinic, who: Patient, session, starts: datetime, *, changed: bool = False, silent: bool = False
) -> Steps:
    """The message of the day before, and mostly the answers; who is silent answers on the tablet or not at all."""
    contact = CheckIn.objects.filter(session=session, occasion=CheckIn.Occasion.BEFORE).first()
    if contact is None:
        return
    yield contact.due_at
    contact = CheckIn.objects.select_related("patient", "session", "assessment_set").get(pk=contact.pk)
    if contact.state != CheckIn.State.PLANNED:
        return
    link = mailed(clinic, contact)
    if silent or who.rng.random() < 0.15:
        return
    at = max(contact.due_at, min(contact.due_at + timedelta(minutes=who.rng.randint(20, 500)), starts - LATEST))
    yield at
    given = AssessmentSet.objects.select_related("patient").get(pk=contact.assessment_set_id)
    if not given.is_open:
        return
    answer_set(who, given, link, at, session.number - 1)
    tell_at_home(who, given, link, at, who.rng, changed=changed)


def tell_at_home(who: Patient, given: AssessmentSet, link, at: datetime, rng: Random, *, changed: bool = False) -> None:
    """Fasting, medicines and the way home, where the set asks about them."""
    if not given.asks_day_before:
        return
    changed, has_driver = changed or rng.random() < 0.05, rng.random() > 0.03
    tell_day_before(
        assessment_set=given,
        by=patient_actor(who.person, who.person.practice_id),
        at=at,
        link=link,
        will_fast=rng.random() > 0.04,
        medicines_changed=changed,
        medicines_note="My doctor raised sertraline to 100 mg last week" if changed else "",
        has_driver=has_driver,
        driver_name=who.escort if has_driver else "",
        driver_phone=who.person.emergency_phone if has_driver else "",
    )
