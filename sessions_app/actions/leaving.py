"""How the patient leaves: on every criterion, or against advice with the prescriber's reason (clinical.md 2.3)."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput
from common.occurrence import settle
from sessions_app.actions.dosing import is_running
from sessions_app.actions.transition import event_fields, held, move, note_act
from sessions_app.discharge_rules import LeavingAnswers
from sessions_app.leaving_facts import leaving_blockers
from sessions_app.models import Discharge, Session
from sessions_app.session_facts import load_facts
from sessions_app.states import State

ALDRETE = ("activity", "respiration", "circulation", "consciousness", "oxygen")


def discharge_patient(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    aldrete_activity: int,
    aldrete_respiration: int,
    aldrete_circulation: int,
    aldrete_consciousness: int,
    aldrete_oxygen: int,
    is_oriented: bool,
    walks_unaided: bool,
    dissociation_resolved: bool,
    nausea_controlled: bool,
    no_suicidal_intent: bool,
    escort_present: bool,
    instructions_given: bool,
    escort_name: str = "",
    is_against_advice: bool = False,
    advice_reason: str = "",
    password: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    version: int | None = None,
) -> Discharge:
    """Let the patient go when every criterion holds at that moment; an Aldrete item is 0-2.

    Against advice: the prescriber on the roster, with a reason of at least 10 characters and the own password;
    the session then counts as ended early. Raises Blocked with every unmet criterion (KAP-DIS-*).
    """
    where = {"practice_id": session.practice_id, "patient": session.patient_id, "session": session.pk}
    role = authorize(by, Permission.DISCHARGE_PATIENT, **where)
    moment = settle(occurred_at, at, late_reason)
    aldrete = (aldrete_activity, aldrete_respiration, aldrete_circulation, aldrete_consciousness, aldrete_oxygen)
    _check_aldrete(aldrete)
    if is_against_advice:
        role = authorize(by, Permission.DISCHARGE_AGAINST_ADVICE, **where)
        if len(advice_reason.strip()) < 10:
            raise InvalidInput({"advice_reason": "Give the reason in at least 10 characters."})
        reauthenticate(by, password)
    answers = {
        "is_oriented": is_oriented,
        "walks_unaided": walks_unaided,
        "dissociation_resolved": dissociation_resolved,
        "nausea_controlled": nausea_controlled,
        "no_suicidal_intent": no_suicidal_intent,
        "escort_present": escort_present,
        "escort_name": escort_name.strip(),
        "instructions_given": instructions_given,
    }
    departure = {"is_against_advice": is_against_advice}
    if is_against_advice:
        departure |= {"advice_reason": advice_reason.strip(), "prescriber_id": by.membership_id}
    with transaction.atomic():
        row = held(session, version)
        stamp = {"by": by, "role": role, "at": at, "moment": moment, "late_reason": late_reason}
        unmet = _unmet(row, moment, LeavingAnswers(aldrete=aldrete, **answers), is_against_advice)
        if row.state_now is State.DOSING:
            move(row, State.RECOVERY, **stamp)
        to = State.ENDED_EARLY if is_against_advice else State.DISCHARGED
        move(row, to, reason=departure.get("advice_reason", ""), ended_at=moment, **stamp)
        discharge = Discharge(
            session=row,
            **{f"aldrete_{name}": value for name, value in zip(ALDRETE, aldrete, strict=True)},
            **answers,
            **departure,
            unmet=unmet,
            **event_fields(by, role, at, moment, late_reason),
        )
        discharge.save(force_insert=True)
        note_act(
            by, "discharge_patient", at=at, session=row, subject=discharge, role=role, against_advice=is_against_advice
        )
    return discharge


def _check_aldrete(items: tuple) -> None:
    scored = zip(ALDRETE, items, strict=True)
    wrong = {f"aldrete_{name}": "Choose 0, 1 or 2." for name, value in scored if value not in (0, 1, 2)}
    if wrong:
        raise InvalidInput(wrong)


def _unmet(session: Session, moment: datetime, answers: LeavingAnswers, is_against_advice: bool) -> list[str]:
    """Codes of what was not met; refuses them, or a departure against advice that is none."""
    if is_running(session):
        sentence = "The infusion is still running. End it before the patient leaves."
        raise Blocked([Blocker("INFUSION_RUNNING", sentence, "KAP-DIS-OBS")])
    facts = load_facts(session).as_of_minute(moment)
    last_dose = max((span.began_at for span in facts.doses), default=None)
    if last_dose is not None and moment < last_dose.replace(second=0, microsecond=0):
        raise InvalidInput({"occurred_at": "This is before the last dose. Check day and time."})
    blockers = leaving_blockers(facts, moment, answers)
    if blockers and not is_against_advice:
        raise Blocked(blockers)
    if is_against_advice and not blockers:
        raise InvalidInput({"is_against_advice": "Every criterion is met: discharge the patient in the usual way."})
    return [blocker.code for blocker in blockers]
