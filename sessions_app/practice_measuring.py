"""Reads a practice's measuring protocol, and what of it may be asked before one session."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max

from assessments.definitions import Instrument
from assessments.models import Assessment, AssessmentSet
from assessments.practice_catalogue import Catalogue
from assessments.recall import hours_between, recall_in_words
from common.statements import Statement
from common.together import Part
from sessions_app.measuring import ABOUT, Protocol, protocol_for
from sessions_app.models import MeasuringVersion

MEASURING = Part(lambda practice, **_: MeasuringVersion.objects.filter(practice_id=practice), ("version",))
_OF_PRACTICE = Statement(
    "measuring_protocol",
    lambda practice: MeasuringVersion.objects.filter(practice_id=practice).order_by("version"),
    practice=UUID,
)


def protocol_of(practice_id: UUID, route: str) -> Protocol:
    """What holds now for a route; one query."""
    return protocol_for(route, _OF_PRACTICE.instances(practice=practice_id))


def protocols_that_ask_for(practice_id: UUID, code: str) -> list[str]:
    """The protocols in force that ask for a questionnaire, in words."""
    newest = {row.about: row.values for row in _OF_PRACTICE.instances(practice=practice_id)}
    asking = [about for about, values in newest.items() if values and code in (*values["before"], *values["after"])]
    return [f"what is measured around a session ({ABOUT[about].lower()})" for about in asking]


@dataclass(frozen=True)
class LeftOut:
    """A questionnaire of the protocol that is not asked before a session, since it was asked too short a time ago."""

    instrument: Instrument
    asked_at: datetime
    is_answered: bool

    def sentence(self, time_zone: str) -> str:
        instrument, zone = self.instrument, ZoneInfo(time_zone)
        again = self.asked_at + timedelta(hours=hours_between(instrument.recall))
        was = "was answered" if self.is_answered else "is asked already"
        return (
            f"{instrument.name} {was} on {_day(self.asked_at, zone)} and looks back {recall_in_words(instrument)}. "
            f"It is asked again from {_day(again, zone)}."
        )


def _day(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B}"


@dataclass(frozen=True)
class PreChoice:
    """Which questionnaires of the protocol are asked before a session, in order, and which are not and why."""

    asked: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def choose_before(
    patient_id: UUID, codes: Iterable[str], session_at: datetime, at: datetime, catalogue: Catalogue
) -> PreChoice:
    """What of the protocol's `codes` is asked before a session at `session_at`, as seen at `at`.

    One that looks back over weeks is left out when it was answered, or is already to be answered, less than that
    before the session (KAP-FUP-RECALL); so is one that the practice retired, or whose licence ended. At most two
    queries beside those of the catalogue.
    """
    codes = tuple(code for code in codes if catalogue.is_offered(code))
    waits = {code: timedelta(hours=hours_between(catalogue.get(code).recall)) for code in codes}
    windowed = [code for code in codes if waits[code]]
    if not windowed:
        return PreChoice(codes)
    last = _answered(patient_id, windowed, session_at) | _coming(patient_id, windowed, session_at, at)
    gone = [code for code in windowed if code in last and session_at - last[code][0] < waits[code]]
    left_out = tuple(LeftOut(catalogue.get(code), *last[code]) for code in gone)
    return PreChoice(tuple(code for code in codes if code not in gone), left_out)


def _answered(patient_id: UUID, codes: list[str], before: datetime) -> dict[str, tuple[datetime, bool]]:
    """Code → when it was answered last, and True."""
    rows = Assessment.objects.submitted().filter(patient_id=patient_id, instrument__in=codes, answered_at__lt=before)
    last = rows.order_by().values_list("instrument").annotate(last=Max("answered_at"))
    return {code: (moment, True) for code, moment in last}


def _coming(patient_id: UUID, codes: list[str], before: datetime, at: datetime) -> dict[str, tuple[datetime, bool]]:
    """Code → when it is to be answered before this session, in a set given already, and False."""
    sets = AssessmentSet.objects.open().filter(patient_id=patient_id, due_at__gt=at, due_at__lt=before)
    found = {}
    for instruments, due_at in sets.order_by("due_at").values_list("instruments", "due_at"):
        found |= {code: (due_at, False) for code in codes if code in instruments}
    return found
