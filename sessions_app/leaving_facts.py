"""Brings a session's rows into the form that the rules for leaving read, and its refusals into blockers."""

from datetime import datetime

from django.urls import reverse

from common.blockers import Blocker
from sessions_app import gates
from sessions_app.discharge_rules import Criterion, LeavingAnswers, LeavingFacts, Vitals, criteria, measured
from sessions_app.grading import open_alarms
from sessions_app.models import VitalReading
from sessions_app.monitoring import due_times, may_leave_from, missed
from sessions_app.session_facts import SessionFacts
from sessions_app.timeline import t_plus_minutes


def leaving_facts(facts: SessionFacts, moment: datetime) -> LeavingFacts:
    after = [row for row in facts.after_dose() if not row.not_taken]
    return LeavingFacts(
        moment=moment,
        may_leave_from=may_leave_from(facts.clock, facts.doses),
        observe_min=facts.clock.observe_min,
        baseline=_vitals(facts.baseline),
        last=_vitals(after[-1] if after else None),
    )


def _vitals(reading: VitalReading | None) -> Vitals | None:
    if reading is None:
        return None
    return Vitals(
        taken_at=reading.occurred_at,
        systolic_mmhg=reading.systolic_mmhg,
        diastolic_mmhg=reading.diastolic_mmhg,
        spo2_pct=reading.spo2_pct,
        moaas=reading.moaas,
        on_oxygen=reading.on_oxygen,
    )


def leaving_criteria(facts: SessionFacts, moment: datetime, answers: LeavingAnswers | None = None) -> list[Criterion]:
    """All criteria when there are answers; those the record itself decides when nobody has answered yet."""
    found = leaving_facts(facts, moment)
    return measured(found) if answers is None else criteria(found, answers)


def leaving_blockers(facts: SessionFacts, moment: datetime, answers: LeavingAnswers) -> list[Blocker]:
    """What keeps the patient here; only a prescriber may let a patient go against advice, never one by one."""
    found = [
        Blocker(f"LEAVE_{one.code}", one.sentence, one.source)
        for one in leaving_criteria(facts, moment, answers)
        if not one.is_met
    ]
    return found + gates.discharge_blockers.collect(session=facts.session, at=moment)


def missed_readings(facts: SessionFacts, until: datetime) -> list[datetime]:
    """Due times of this session that no reading and no note covers."""
    return missed(facts.clock, due_times(facts.clock, facts.doses, until), facts.counted, until)


def _unanswered(facts: SessionFacts) -> list[Blocker]:
    """One for each reading with a critical value that nobody has answered, oldest first."""
    answer = reverse("sessions:alarms", args=[facts.session.pk])
    found = []
    for place, alarm in enumerate(open_alarms(facts.alarms), start=1):
        minutes = t_plus_minutes(alarm.reading.occurred_at, facts.session.first_dose_at)
        when = "before the dose" if minutes is None or minutes < 0 else f"at T+{minutes // 60}:{minutes % 60:02d}"
        sentence = f"Nobody answered what was critical {when}: {alarm.sentence} Say what was done and who was told."
        found.append(Blocker(f"ALARM_UNANSWERED_{place}", sentence, "KAP-SIGN-ALARM", link=answer))
    return found


def signature_blockers(facts: SessionFacts, at: datetime) -> list[Blocker]:
    """What stands between the visit and its signature; each can be solved, none overridden."""
    session = facts.session
    found = []
    if not hasattr(session, "discharge"):
        found.append(Blocker("NOT_DISCHARGED", "Record how the patient left.", "KAP-SIGN-LEFT"))
    if facts.running:
        found.append(Blocker("INFUSION_RUNNING", "End the infusion in the record first.", "KAP-SIGN-DOSE"))
    if session.dosing_record is not None and session.dosing_record.has_open_remainder:
        sentence = "Part of a drawn amount is neither given, wasted nor returned. Record it with a witness."
        found.append(Blocker("OPEN_REMAINDER", sentence, "KAP-SIGN-DOSE"))
    for moment in missed_readings(facts, session.ended_at or at):
        minutes = t_plus_minutes(moment, session.first_dose_at)
        sentence = (
            f"No reading covers T+{minutes // 60}:{minutes % 60:02d}. Enter it late, or write why it was not taken."
        )
        found.append(Blocker(f"READING_MISSED_{minutes}", sentence, "KAP-SIGN-VITALS"))
    found += _unanswered(facts)
    return found + gates.signature_blockers.collect(session=session, at=at)
