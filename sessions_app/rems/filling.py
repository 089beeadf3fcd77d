"""Fills the REMS form from the rows of one session: nothing of another session or of the chart is read.

A recorded finding fills in Yes. No is always a person's answer, with what this session recorded beside it
(KAP-REMS-YES). The patient's name and the setting are identity, not clinical facts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from dosing.proposed_dose import show
from sessions_app.models import AdverseEvent, RemsCheck, RosterEntry, Session, VitalReading
from sessions_app.session_events import SessionEvent, session_events, standing
from sessions_app.timeline import t_plus_minutes

KINDS = ("dose", "dose_end", "reading", "adverse_event")
# The reading that stands for "about 40 minutes": the one nearest to it in this window (KAP-REMS-BP40).
ABOUT_MIN, ABOUT_FROM_MIN, ABOUT_TO_MIN = 40, 30, 55
FULLY_ALERT = 5


@dataclass(frozen=True)
class RemsFacts:
    """What this session recorded."""

    session: Session
    check: RemsCheck | None
    monitor: RosterEntry | None
    events: tuple[SessionEvent, ...]

    def of(self, kind: str) -> list[SessionEvent]:
        """Events of a kind that stand: neither corrected by a later row nor taken back."""
        return [event for event in standing(self.events) if event.kind == kind]

    @cached_property
    def readings(self) -> list[SessionEvent]:
        """In the order taken."""
        return self.of("reading")

    @cached_property
    def after(self) -> list[SessionEvent]:
        """Readings that stand, from the first device on."""
        return [event for event in self.readings if event.minutes is not None and event.minutes >= 0]

    @property
    def left_at(self) -> datetime | None:
        left = getattr(self.session, "discharge", None)
        return left.occurred_at if left else self.session.ended_at


def load_rems_facts(session: Session) -> RemsFacts:
    """The facts of a session fetched with `session_facts.ROW` joined; three queries."""
    monitors = session.roster.filter(duty=RosterEntry.Duty.MONITOR).select_related("membership__user")
    return RemsFacts(
        session=session,
        check=session.rems_checks.order_by("-recorded_at").first(),
        monitor=monitors.order_by("-joined_at").first(),
        events=tuple(session_events(session.pk, KINDS, session.first_dose_at)),
    )


def fill(facts: RemsFacts) -> dict:
    """Field key → value as JSON holds it; None where this session does not tell."""
    told = {key: derive(facts) for key, derive in DERIVED.items()}
    return {key: None if value == "" else value for key, value in told.items()}


def hints(facts: RemsFacts) -> dict[str, str]:
    """Field key → what this session recorded about it, for the person who answers."""
    return {key: sentence for key, tell in HINTS.items() if (sentence := tell(facts))}


# Values


def _checked(name: str) -> Callable[[RemsFacts], bool | None]:
    return lambda facts: getattr(facts.check, name) if facts.check else None


def _sex(facts: RemsFacts) -> str | None:
    sex = facts.session.patient.sex_at_birth
    return None if sex == "unknown" else sex.capitalize()


def _treated_on(facts: RemsFacts) -> str | None:
    first = facts.session.first_dose_at
    zone = ZoneInfo(facts.session.practice.time_zone)
    return f"{first.astimezone(zone):%Y-%m-%d}" if first else None


def _dose(facts: RemsFacts) -> str | None:
    given = sum((event.values["given_mg"] for event in facts.of("dose_end")), Decimal(0))
    if not given:
        return None
    return f"{show(given)} mg" if given in (56, 84) else f"other: {show(given)} mg"


def _lots(facts: RemsFacts) -> str:
    return ", ".join(dict.fromkeys(event.values["lot_number"] for event in facts.of("dose")))


def _observed(facts: RemsFacts) -> int | None:
    first, left = facts.session.first_dose_at, facts.left_at
    return t_plus_minutes(left, first) if first and left else None


def _pressure(event: SessionEvent | None) -> str | None:
    if event is None:
        return None
    return f"{event.values['systolic_mmhg']}/{event.values['diastolic_mmhg']}"


def _measured(events: list[SessionEvent]) -> list[SessionEvent]:
    return [event for event in events if event.values["systolic_mmhg"] is not None]


def _before(facts: RemsFacts) -> str | None:
    first = facts.session.first_dose_at
    taken = _measured([event for event in facts.readings if first is None or event.occurred_at <= first])
    return _pressure(taken[-1] if taken else None)


def _about_40(facts: RemsFacts) -> str | None:
    near = [event for event in _measured(facts.after) if ABOUT_FROM_MIN <= event.minutes <= ABOUT_TO_MIN]
    return _pressure(min(near, key=lambda event: abs(event.minutes - ABOUT_MIN), default=None))


def _last(facts: RemsFacts) -> str | None:
    left = facts.left_at
    taken = _measured([event for event in facts.after if left is None or event.occurred_at <= left])
    return _pressure(taken[-1] if taken and left is not None else None)


@dataclass(frozen=True)
class Finding:
    """A scale of the readings: which values mean that the patient had it, and how the worst is said."""

    name: str
    is_found: Callable[[int], bool]
    worst: Callable[[list[int]], str]

    def _found(self, facts: RemsFacts) -> list[SessionEvent]:
        return [event for event in self._taken(facts) if self.is_found(event.values[self.name])]

    def _taken(self, facts: RemsFacts) -> list[SessionEvent]:
        return [event for event in facts.after if event.values[self.name] is not None]

    def had(self, facts: RemsFacts) -> bool | None:
        """Yes when a reading shows it; None, never No, otherwise."""
        return True if self._found(facts) else None

    def onset(self, facts: RemsFacts) -> int | None:
        found = self._found(facts)
        return found[0].minutes if found else None

    def resolved(self, facts: RemsFacts) -> int | None:
        """The first reading without it after the last one with it."""
        found = self._found(facts)
        if not found:
            return None
        later = [one for one in self._taken(facts) if one.occurred_at > found[-1].occurred_at]
        return later[0].minutes if later else None

    def severity(self, facts: RemsFacts) -> str | None:
        found = self._found(facts)
        return self.worst([event.values[self.name] for event in found]) if found else None

    def hint(self, facts: RemsFacts) -> str:
        taken = self._taken(facts)
        if not taken:
            return "Not rated in this session."
        return f"Not seen in the {len(taken)} readings of this session that rate it."


SEDATION = Finding("moaas", lambda value: value < FULLY_ALERT, lambda values: f"lowest MOAA/S {min(values)}")
DISSOCIATION = Finding(
    "dissociation",
    lambda value: value > 0,
    lambda values: str(VitalReading.Dissociation(max(values)).label).lower(),
)


def _serious(facts: RemsFacts) -> bool | None:
    return True if any(event.values["is_serious"] for event in facts.of("adverse_event")) else None


def _serious_words(facts: RemsFacts) -> str:
    rows = [event.values for event in facts.of("adverse_event") if event.values["is_serious"]]
    return "; ".join(
        f"{AdverseEvent.Category(one['category']).label}, CTCAE grade {one['grade']}: {one['description']} "
        f"Done: {one['action']}. Outcome: {AdverseEvent.Outcome(one['outcome']).label.lower()}"
        for one in rows
    )


DERIVED: dict[str, Callable[[RemsFacts], object]] = {
    "patient_last_name": lambda facts: facts.session.patient.family_name,
    "patient_first_name": lambda facts: facts.session.patient.given_name,
    "birth_date": lambda facts: facts.session.patient.birth_date.isoformat(),
    "sex": _sex,
    "is_enrolled": _checked("is_enrolled"),
    "is_first_treatment": _checked("is_first_treatment"),
    "takes_benzodiazepines": _checked("takes_benzodiazepines"),
    "takes_sedatives": _checked("takes_sedatives"),
    "takes_opioids": _checked("takes_opioids"),
    "takes_stimulants": _checked("takes_stimulants"),
    "takes_maois": _checked("takes_maois"),
    "monitor_name": lambda facts: str(facts.monitor.membership.user) if facts.monitor else None,
    "monitor_phone": lambda facts: facts.session.practice.phone,
    "monitor_email": lambda facts: facts.monitor.membership.user.email if facts.monitor else None,
    "setting_name": lambda facts: facts.session.practice.name,
    "setting_address": lambda facts: facts.session.practice.address,
    "treatment_date": _treated_on,
    "dose": _dose,
    "lot_numbers": _lots,
    "observed_min": _observed,
    "bp_before": _before,
    "bp_40": _about_40,
    "bp_after": _last,
    "sedation": SEDATION.had,
    "sedation_onset_min": SEDATION.onset,
    "sedation_resolved_min": SEDATION.resolved,
    "sedation_severity": SEDATION.severity,
    "dissociation": DISSOCIATION.had,
    "dissociation_onset_min": DISSOCIATION.onset,
    "dissociation_resolved_min": DISSOCIATION.resolved,
    "dissociation_severity": DISSOCIATION.severity,
    "serious_event": _serious,
    "serious_detail": _serious_words,
}


def _lowest(facts: RemsFacts, name: str, words: str) -> str:
    values = [event.values[name] for event in facts.after if event.values[name] is not None]
    return f"{words} {min(values)}" if values else ""


def _breathing(facts: RemsFacts) -> str:
    told = [_lowest(facts, "spo2_pct", "lowest SpO2 (%)"), _lowest(facts, "respiratory_rate", "lowest breaths per min")]
    return f"This session: {', '.join(one for one in told if one)}." if any(told) else ""


def _said(value: str | None, words: str) -> str:
    return f"This session: {words} {value} mmHg." if value else ""


HINTS: dict[str, Callable[[RemsFacts], str]] = {
    "vitals_ok_before": lambda facts: _said(_before(facts), "last pressure before the dose"),
    "vitals_ok_after": lambda facts: _said(_last(facts), "last pressure"),
    "sedation": SEDATION.hint,
    "dissociation": DISSOCIATION.hint,
    "respiratory_depression": _breathing,
    "serious_event": lambda facts: f"{len(facts.of('adverse_event'))} adverse events recorded, none of them serious.",
}
