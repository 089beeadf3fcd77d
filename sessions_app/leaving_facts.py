"""Brings a session's rows into the form that the rules for leaving read, and its refusals into blockers."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

from django.urls import reverse

from accounts.roles import Permission
from common.blockers import Blocker
from common.clinical import Route
from sessions_app import gates
from sessions_app.clock_rules import ESKETAMINE_READ_FROM
from sessions_app.discharge_rules import (
    Criterion,
    LeavingAnswers,
    LeavingFacts,
    Vitals,
    Waiver,
    criteria,
    measured,
    waivable,
    waived,
)
from sessions_app.grading import open_alarms
from sessions_app.models import Discharge, VitalReading
from sessions_app.monitoring import due_times, may_leave_from, missed
from sessions_app.session_facts import SessionFacts
from sessions_app.timeline import t_plus_minutes
from sessions_app.vital_limits import MEASURES, Finding, Severity, value_of

GATE, PREFIX = "discharge", "LEAVE_"
ALDRETE = ("activity", "respiration", "circulation", "consciousness", "oxygen")
ANSWERED = [one.name for one in fields(LeavingAnswers) if one.name != "aldrete"]


def leaving_facts(facts: SessionFacts, moment: datetime) -> LeavingFacts:
    after = [row for row in facts.after_dose() if not row.not_taken]
    alarms = _alarms(facts)
    return LeavingFacts(
        moment=moment,
        may_leave_from=may_leave_from(facts.clock, facts.doses),
        observe_min=facts.clock.observe_min,
        baseline=_vitals(facts.baseline),
        last=_vitals(after[-1] if after else None),
        alarms=frozenset(one.measure for one in alarms),
        critical=tuple(one.sentence for one in alarms if one.severity is Severity.CRITICAL),
        last_dose_at=max((span.began_at for span in facts.doses), default=None),
        highest=_highest(facts, after[:-1]),
    )


def _highest(facts: SessionFacts, before: list[VitalReading]) -> tuple[int, int] | None:
    """The highest systolic and the highest diastolic pressure; of esketamine from the 40-minute reading on."""
    first = facts.session.first_dose_at
    since = first + timedelta(minutes=ESKETAMINE_READ_FROM) if facts.route == Route.ESK and first else first
    taken = [row for row in before if row.systolic_mmhg is not None and row.occurred_at >= since]
    if not taken:
        return None
    return max(row.systolic_mmhg for row in taken), max(row.diastolic_mmhg for row in taken)


def _alarms(facts: SessionFacts) -> list[Finding]:
    """Warnings and worse since the dose: of the newest value of each measure."""
    found: dict[str, list[Finding]] = {}
    for row in facts.after_dose():
        for measure in MEASURES:
            if value_of(row, measure) is not None:
                found[measure] = [one for one in facts.grades.get(row.pk, ()) if one.measure == measure]
    return [one for some in found.values() for one in some if one.severity in (Severity.WARNING, Severity.CRITICAL)]


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
    wanted = measured(found) if answers is None else criteria(found, answers)
    return waived(wanted, waivers_of(facts), found)


def waivers_of(facts: SessionFacts) -> list[Waiver]:
    """What prescribers decided about criteria of this session, whether it still holds or not."""
    return [
        Waiver(
            id=row.pk,
            code=row.code.removeprefix(PREFIX),
            sentence=row.sentence,
            reason=row.reason,
            by=row.recorded_by.user.full_name,
            decided_at=row.recorded_at,
        )
        for row in facts.overrides
        if row.gate == GATE
    ]


def waivable_criteria(facts: SessionFacts, moment: datetime) -> list[Criterion]:
    """What a prescriber may waive now, with the waiver where one holds."""
    found = leaving_facts(facts, moment)
    return waived(waivable(found), waivers_of(facts), found)


def left_with(facts: SessionFacts) -> list[Criterion]:
    """Each criterion as it was stored when the patient left; empty before, and where an older version stored none."""
    discharge = getattr(facts.session, "discharge", None)
    if discharge is None:
        return []
    then = leaving_facts(facts.as_of_minute(discharge.occurred_at), discharge.occurred_at)
    known = {one.code: one for one in criteria(then, answers_of(discharge))}
    waivers = {str(one.id): one for one in waivers_of(facts)}
    return [
        replace(known[one["code"]], is_met=one["outcome"] == "met", waiver=waivers.get(one.get("waiver")))
        for one in discharge.outcomes
        if one["code"] in known
    ]


def answers_of(discharge: Discharge) -> LeavingAnswers:
    """What the nurse found at the end, out of the stored departure."""
    return LeavingAnswers(
        aldrete=tuple(getattr(discharge, f"aldrete_{item}") for item in ALDRETE),
        **{name: getattr(discharge, name) for name in ANSWERED},
    )


def blocker_of(criterion: Criterion) -> Blocker:
    override = Permission.WAIVE_CRITERION.value if criterion.may_waive else None
    return Blocker(f"{PREFIX}{criterion.code}", criterion.sentence[:300], criterion.source, override=override)


def leaving_blockers(found: list[Criterion], facts: SessionFacts, moment: datetime) -> list[Blocker]:
    """What keeps the patient here: each criterion neither met nor waived, and what higher apps say."""
    standing = [blocker_of(one) for one in found if not one.is_settled]
    return standing + gates.discharge_blockers.collect(session=facts.session, at=moment)


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
