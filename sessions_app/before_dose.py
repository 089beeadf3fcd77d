"""Collects everything that still stands between a checked-in patient and the dose, in one list for page and act."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from accounts.roles import Permission
from assessments.readiness import risk_blockers, set_blockers
from common.blockers import Blocker
from dosing.readiness import order_blockers
from patients.readiness import dose_blockers as patient_blockers
from patients.readiness import withdrawal_blockers
from sessions_app import gates
from sessions_app.day_before import GATE, day_before_blockers
from sessions_app.grading import last_measured
from sessions_app.models import BlockerOverride, RosterEntry, SessionAssessment
from sessions_app.monitoring import BASELINE_MAX_AGE, due_times, is_overdue, next_due
from sessions_app.session_facts import SessionFacts
from sessions_app.states import State
from sessions_app.supervision import is_prescriber_on_site
from sessions_app.supervision_rules import ALWAYS_ON_SITE
from sessions_app.vital_limits import criticals, is_caution, is_hold, words_of

PRESCRIBER_MAY = Permission.OVERRIDE_BLOCKER.value
MAY_START = (State.CHECKED_IN, State.READY)
MAY_REPEAT = (State.DOSING, State.RECOVERY)
# The duties whose holders give the drug (R43).
MAY_GIVE = (RosterEntry.Duty.PRESCRIBER, RosterEntry.Duty.MONITOR)


def dose_blockers(facts: SessionFacts, at: datetime) -> list[Blocker]:
    """Every blocker of the next dose: all of them before the first, those of the room before a further one."""
    session = facts.session
    if session.state_now in MAY_REPEAT:
        return further_dose_blockers(facts, at)
    if session.state_now not in (State.SCHEDULED, *MAY_START):
        sentence = f"No dose can be given: the session is {session.state_now.label.lower()}."
        return [Blocker("SESSION_OVER", sentence, "KAP-CHK-STATE")]
    weight = facts.check_in.weight_kg if facts.check_in else None
    return [
        *_arrival(facts, at),
        *_roster(facts),
        *_on_site(facts, at),
        *_questionnaires(facts, at),
        *day_before_blockers(facts.day_before, facts.check_in, session.practice.time_zone),
        *patient_blockers(session.patient, at, route=facts.route, indication=session.series.indication),
        *order_blockers(facts.ordered, session.patient, session.series, at, weight, session_id=session.pk),
        *risk_blockers(session.patient, at),
        *gates.dose_blockers.collect(session=session, at=at),
    ]


def _arrival(facts: SessionFacts, at: datetime) -> list[Blocker]:
    """What the patient's arrival has to bring; before it the list already shows the rest."""
    if facts.session.state_now is State.SCHEDULED:
        return [Blocker("NOT_CHECKED_IN", "Check the patient in.", "KAP-CHK-STATE")]
    return [*_check_in(facts), *_baseline(facts, at)]


def further_dose_blockers(facts: SessionFacts, at: datetime) -> list[Blocker]:
    """Before a booster, another device or another infusion: consent, roster, the last reading, no reading overdue."""
    found = [
        *withdrawal_blockers(facts.session.patient, at, facts.consents),
        *_roster(facts),
        *_on_site(facts, at),
        *_pressure(facts, for_first=False),
        *_critical(facts),
    ]
    if is_overdue(facts.clock, next_reading(facts, at), at):
        sentence = "A reading is overdue. Take it before the next dose."
        found.append(Blocker("READING_OVERDUE", sentence, "KAP-MON-GRACE"))
    return found


def next_reading(facts: SessionFacts, at: datetime) -> datetime | None:
    """When the first reading is due that none covers; None before a dose."""
    clock = facts.clock
    return next_due(clock, due_times(clock, facts.doses, at), facts.counted)


def split(blockers: list[Blocker], overrides: tuple[BlockerOverride, ...], gate: str = GATE):
    """(standing, passed): a stored override passes a blocker only while its sentence still reads the same.

    The sentence names the measured value, so a new value needs a new decision.
    """
    decided = {(row.code, row.sentence) for row in overrides if row.gate == gate}
    standing, passed = [], []
    for blocker in blockers:
        is_passed = blocker.override and (blocker.code, blocker.sentence[:300]) in decided
        (passed if is_passed else standing).append(blocker)
    return standing, passed


def _check_in(facts: SessionFacts) -> Iterator[Blocker]:
    arrival = facts.check_in
    if arrival is None:
        yield Blocker("CHECK_IN_MISSING", "Fill in the check-in.", "KAP-CHK-STATE")
        return
    if not arrival.identity_confirmed:
        yield Blocker("IDENTITY_UNCONFIRMED", "Confirm who the patient is with two identifiers.", "KAP-CHK-IDENTITY")
    if not arrival.fasting_confirmed:
        yield Blocker("FASTING_UNCONFIRMED", "Fasting is not confirmed. Ask and check in again.", "KAP-CHK-FASTING")
    if not arrival.escort_confirmed:
        sentence = "No escort home is confirmed. Ask and check in again."
        yield Blocker("ESCORT_UNCONFIRMED", sentence, "KAP-CHK-ESCORT")
    if arrival.medicines_changed:
        note = f": {arrival.medicines_note}" if arrival.medicines_note else ""
        sentence = f"Medicines changed since the last visit{note}. A prescriber has to decide."
        yield Blocker("MEDICINES_CHANGED", sentence, "KAP-CHK-MEDICINES", override=PRESCRIBER_MAY)


def _roster(facts: SessionFacts) -> Iterator[Blocker]:
    duty = RosterEntry.Duty
    if duty.PRESCRIBER not in facts.roster:
        yield Blocker("NO_PRESCRIBER", "Name the supervising prescriber.", "KAP-CHK-ROSTER")
    if duty.MONITOR not in facts.roster:
        yield Blocker("NO_MONITOR", "Name who monitors the patient.", "KAP-CHK-ROSTER")


def _on_site(facts: SessionFacts, at: datetime) -> Iterator[Blocker]:
    """Esketamine is given where a prescriber is in the house; nobody may pass it."""
    if facts.route in ALWAYS_ON_SITE and not is_prescriber_on_site(facts.session.practice_id, at, facts.presences):
        sentence = "No prescriber is marked as on site. A prescriber says so on the board: I am on site."
        yield Blocker("NO_PRESCRIBER_ON_SITE", sentence, "KAP-SUP-ONSITE", link=reverse("sessions:board"))


def _baseline(facts: SessionFacts, at: datetime) -> Iterator[Blocker]:
    baseline = facts.baseline
    if baseline is None:
        sentence = "Take a full baseline: blood pressure, heart rate, SpO2 and respiratory rate."
        yield Blocker("BASELINE_MISSING", sentence, "KAP-MON-BASELINE")
    elif at - baseline.occurred_at > BASELINE_MAX_AGE:
        sentence = "The baseline is older than 60 minutes. Take it again."
        yield Blocker("BASELINE_OLD", sentence, "KAP-MON-BASELINE")
    yield from _pressure(facts, for_first=True)
    yield from _critical(facts)


def _pressure(facts: SessionFacts, *, for_first: bool) -> Iterator[Blocker]:
    """The last pressure decides, so that a recheck counts."""
    taken = [row for row in facts.readings if row.systolic_mmhg is not None]
    if not taken:
        return
    value, ladder = words_of(taken[-1], "pressure"), facts.ladder_of(taken[-1])
    if is_hold(taken[-1], ladder):
        limit = f"{ladder.values['systolic_hold_from']}/{ladder.values['diastolic_hold_from']}"
        sentence = f"Blood pressure {value}: hold the dose and repeat in 5 to 10 minutes ({limit} or above)."
        yield Blocker("PRESSURE_HOLD", sentence, "KAP-MON-BP-HOLD")
    elif for_first and facts.route == "ESK" and is_caution(taken[-1], ladder):
        limit = f"{ladder.values['systolic_caution_above']}/{ladder.values['diastolic_caution_above']}"
        sentence = f"Blood pressure {value} is above {limit}: a prescriber weighs benefit and risk before esketamine."
        yield Blocker("PRESSURE_CAUTION", sentence, "KAP-MON-BP-CAUTION", override=PRESCRIBER_MAY)


def _critical(facts: SessionFacts) -> Iterator[Blocker]:
    """Any critical value of the last reading except the pressure, which has its own hold."""
    last = last_measured(facts.readings)
    if last is None:
        return
    for finding in criticals(facts.grades[last.pk]):
        if finding.measure != "pressure":
            yield Blocker(
                f"CRITICAL_{finding.measure.upper()}"[:40], f"{finding.sentence} No dose now.", finding.source
            )


def _questionnaires(facts: SessionFacts, at: datetime) -> Iterator[Blocker]:
    """Every set given for before is finished; none is needed where the practice's protocol asks nothing.

    A set without questionnaires asks about the day before alone, and stands for a protocol whose questionnaires were
    all answered too short a time ago.
    """
    before = [link.assessment_set for link in facts.assessment_links if link.moment == SessionAssessment.Moment.PRE]
    given = [one for one in before if one.cancelled_at is None or not one.instruments]
    if not given and facts.protocol.before:
        yield from set_blockers(None, at)
    found = [blocker for one in given if one.instruments for blocker in set_blockers(one, at)]
    yield from list({blocker.code: blocker for blocker in found}.values())
