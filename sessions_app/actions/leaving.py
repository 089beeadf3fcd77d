"""How the patient leaves: every criterion met or waived by the prescriber, or against advice (clinical.md 2.3)."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, StaleState
from common.occurrence import settle
from patients.person_rules import PHONE
from sessions_app.actions.infusion import is_running
from sessions_app.actions.preparation import store_override
from sessions_app.actions.questionnaires import give_after
from sessions_app.actions.transition import event_fields, held, move, note_act, scope_of
from sessions_app.before_dose import MAY_REPEAT
from sessions_app.discharge_rules import Criterion, LeavingAnswers
from sessions_app.leaving_facts import (
    ALDRETE,
    GATE,
    blocker_of,
    leaving_blockers,
    leaving_criteria,
    waivable_criteria,
)
from sessions_app.models import BlockerOverride, Discharge, Session
from sessions_app.session_facts import load_facts
from sessions_app.states import State


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
    escort_relation: str = "",
    escort_phone: str = "",
    is_against_advice: bool = False,
    advice_reason: str = "",
    password: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    version: int | None = None,
) -> Discharge:
    """Let the patient go when every criterion is met or waived at that moment; an Aldrete item is 0-2.

    The adult who takes the patient home is named with relation and telephone number.
    Against advice: the prescriber on the roster, with a reason of at least 10 characters and the own password;
    the session then counts as ended early. Raises Blocked with every unmet criterion (KAP-DIS-*).
    """
    role = authorize(by, Permission.DISCHARGE_PATIENT, **scope_of(session))
    moment = settle(occurred_at, at, late_reason)
    aldrete = (aldrete_activity, aldrete_respiration, aldrete_circulation, aldrete_consciousness, aldrete_oxygen)
    _check_aldrete(aldrete)
    if is_against_advice:
        role = authorize(by, Permission.DISCHARGE_AGAINST_ADVICE, **scope_of(session))
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
    escort = {"escort_relation": escort_relation.strip(), "escort_phone": escort_phone.strip()}
    _check_escort(escort_present and not is_against_advice, **escort)
    departure = {"is_against_advice": is_against_advice}
    if is_against_advice:
        departure |= {"advice_reason": advice_reason.strip(), "prescriber_id": by.membership_id}
    with transaction.atomic():
        row = held(session, version)
        stamp = {"by": by, "role": role, "at": at, "moment": moment, "late_reason": late_reason}
        found, unmet = _judged(row, moment, LeavingAnswers(aldrete=aldrete, **answers), is_against_advice)
        if row.state_now is State.DOSING:
            move(row, State.RECOVERY, **stamp)
        to = State.ENDED_EARLY if is_against_advice else State.DISCHARGED
        move(row, to, reason=departure.get("advice_reason", ""), ended_at=moment, **stamp)
        discharge = Discharge(
            session=row,
            **{f"aldrete_{name}": value for name, value in zip(ALDRETE, aldrete, strict=True)},
            **answers,
            **departure,
            **escort,
            unmet=unmet,
            outcomes=[_outcome(one) for one in found],
            **event_fields(by, role, at, moment, late_reason),
        )
        discharge.save(force_insert=True)
        detail = {"against_advice": is_against_advice, "waived": [one.code for one in found if one.outcome == "waived"]}
        note_act(by, "discharge_patient", at=at, session=row, subject=discharge, role=role, **detail)
        give_after(row, by, at)
    return discharge


def _check_aldrete(items: tuple) -> None:
    scored = zip(ALDRETE, items, strict=True)
    wrong = {f"aldrete_{name}": "Choose 0, 1 or 2." for name, value in scored if value not in (0, 1, 2)}
    if wrong:
        raise InvalidInput(wrong)


def waive_criterion(
    *, session: Session, by: Actor, at: datetime, code: str, reason: str, password: str
) -> BlockerOverride:
    """The prescriber on the roster decides that the patient may leave without this criterion, for the next hour.

    `code` as in `discharge_rules`; a reason of at least 10 characters and the own password. Raises Blocked for one
    that nobody may waive (KAP-DIS-WAIVE), StaleState where it does not stand in the way any more.
    """
    role = authorize(by, Permission.WAIVE_CRITERION, **scope_of(session))
    if len(reason.strip()) < 10:
        raise InvalidInput({"reason": "Give the reason in at least 10 characters."})
    reauthenticate(by, password)
    with transaction.atomic():
        row = held(session)
        if row.state_now not in MAY_REPEAT:
            raise StaleState(f"This session is now: {row.state_now.label.lower()}. Nothing is left to waive.")
        facts = load_facts(row).as_of(at)
        standing = {one.code: one for one in waivable_criteria(facts, at)}
        if code not in standing:
            _refuse_waiver(leaving_criteria(facts, at, LeavingAnswers()), code)
        blocker = blocker_of(standing[code])
        decision = store_override(row, blocker, reason, event_fields(by, role, at, at), gate=GATE)
        note_act(by, "waive_criterion", at=at, session=row, subject=decision, role=role, code=code)
    return decision


def _refuse_waiver(found: list[Criterion], code: str) -> None:
    criterion = next((one for one in found if one.code == code), None)
    if criterion is None or criterion.is_met:
        raise StaleState("This no longer stands in the way. Reload to see what does.")
    raise Blocked([blocker_of(criterion)])


def _outcome(one: Criterion) -> dict:
    waiver = {"waiver": str(one.waiver.id)} if one.outcome == "waived" else {}
    return {"code": one.code, "outcome": one.outcome, **waiver}


def _check_escort(is_released: bool, escort_relation: str, escort_phone: str) -> None:
    """Released to somebody means somebody who can be called."""
    wrong = {}
    if is_released and not escort_relation:
        wrong["escort_relation"] = "Enter who this adult is to the patient, such as brother or friend."
    if (is_released or escort_phone) and not PHONE.match(escort_phone):
        wrong["escort_phone"] = "Enter a telephone number with digits, such as 555 010 0100."
    if wrong:
        raise InvalidInput(wrong)


def _judged(session: Session, moment: datetime, answers: LeavingAnswers, is_against_advice: bool):
    """Every criterion, and the codes of what stands; refuses that, or a departure against advice that is none."""
    if is_running(session):
        sentence = "The infusion is still running. End it before the patient leaves."
        raise Blocked([Blocker("INFUSION_RUNNING", sentence, "KAP-DIS-OBS")])
    facts = load_facts(session).as_of_minute(moment)
    last_dose = max((span.began_at for span in facts.doses), default=None)
    if last_dose is not None and moment < last_dose.replace(second=0, microsecond=0):
        raise InvalidInput({"occurred_at": "This is before the last dose. Check day and time."})
    found = leaving_criteria(facts, moment, answers)
    blockers = leaving_blockers(found, facts, moment)
    if blockers and not is_against_advice:
        raise Blocked(blockers)
    if is_against_advice and not blockers:
        sentence = "Every criterion is met or waived: discharge the patient in the usual way."
        raise InvalidInput({"is_against_advice": sentence})
    return found, [blocker.code for blocker in blockers]
