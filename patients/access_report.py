"""Who opened whose chart, when, for what: the audit rows of one patient in plain words, for compliance and patient."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from common.audit import EMERGENCY, INCIDENTAL
from common.models import AuditEvent
from patients.models import Patient

MOST_IN_AN_HOUR = 2000
PURPOSES = {EMERGENCY: "Emergency access", INCIDENTAL: "Seen in a list"}
ROLES = {"nurse": "Nurse / monitor", "system": "The system", "visitor": "Somebody not signed in"}
KNOWN = {
    "patients.looked_at_chart": "Opened the chart",
    "patients.listed_patients": "Saw the name in the list of patients",
    "patients.open_emergency_access": "Opened the chart by emergency access",
    "patients.close_emergency_access": "Closed an emergency access",
    "patients.review_emergency_access": "Reviewed an emergency access",
    "patients.announce_emergency_access": "Told the reviewers of an emergency access",
    "patients.looked_at_access_report": "Opened the report of who opened the chart",
    "denied": "Was refused",
}


@dataclass(frozen=True)
class AccessRow:
    """One line of the report. `outcome` is done, denied or failed."""

    at: datetime
    who: str
    role: str
    what: str
    purpose: str
    outcome: str


def words_of(event: AuditEvent) -> str:
    """An action's name as a sentence: "dosing.looked_at_order" → "Looked at order"."""
    if event.action in KNOWN:
        return KNOWN[event.action]
    verb = event.action.rpartition(".")[2].replace("_", " ")
    return verb[:1].upper() + verb[1:]


def access_events(
    patient: Patient, first_day: date | None, last_day: date | None, *, for_patient: bool, with_lists: bool = True
) -> QuerySet[AuditEvent]:
    """The audit rows about this patient in the days named, of the practice's zone, newest first; pages read a part.

    `for_patient` leaves out what a patient must not learn of, that private notes exist at all, and what no person did.
    """
    events = AuditEvent.objects.filter(patient_id=patient.pk, practice_id=patient.practice_id)
    zone = ZoneInfo(patient.practice.time_zone)
    if first_day:
        events = events.filter(at__gte=datetime.combine(first_day, time.min, zone))
    if last_day:
        events = events.filter(at__lt=datetime.combine(last_day + timedelta(days=1), time.min, zone))
    if not with_lists:
        events = events.exclude(purpose=INCIDENTAL)
    if for_patient:
        events = events.exclude(action__contains="private").exclude(object_type__contains="private")
        events = events.exclude(action__contains="psychotherapy").exclude(object_type__contains="psychotherapy")
        events = events.exclude(role=SYSTEM)
    return events.order_by("-at", "id")


def row_of(event: AuditEvent) -> AccessRow:
    role = ROLES.get(event.role, event.role.capitalize())
    return AccessRow(event.at, event.actor_name, role, words_of(event), PURPOSES.get(event.purpose, ""), event.outcome)


def seen_under(access) -> list[tuple[AuditEvent, str]]:
    """What was opened under one emergency access, in order, with its words."""
    events = AuditEvent.objects.filter(patient_id=access.patient_id, detail__emergency=str(access.pk))
    return [(event, words_of(event)) for event in events.order_by("at", "id")[:MOST_IN_AN_HOUR]]


SYSTEM = "system"
# The last part of an action's name → what a patient reads; whatever is not named here wrote something.
KINDS = (("looked_at_", "Opened"), ("listed_", "Saw the name in a list"), ("exported_", "Made a file of it"))
HEADER = ("time", "person", "role", "what", "purpose", "outcome")
PATIENT_HEADER = ("time", "person", "role", "what", "purpose")


def patient_row_of(event: AuditEvent, zone: ZoneInfo) -> AccessRow:
    """The same for the patient's copy: who, when, why, and only the kind of act, so that it tells nothing of health.

    The moment is that of the practice's clock.
    """
    role, verb = ROLES.get(event.role, event.role.capitalize()), event.action.rpartition(".")[2]
    what = next((words for start, words in KINDS if verb.startswith(start)), "Wrote in the record")
    if event.outcome == "denied":
        what = "Was refused"
    purpose = PURPOSES.get(event.purpose, "Treatment or operation")
    return AccessRow(event.at.astimezone(zone), event.actor_name, role, what, purpose, event.outcome)


def patient_cells(events: QuerySet[AuditEvent], zone: ZoneInfo) -> Iterator[tuple]:
    """The patient's copy as lines of a file."""
    return (astuple(patient_row_of(event, zone))[: len(PATIENT_HEADER)] for event in events.iterator())


def cells(events: QuerySet[AuditEvent]) -> Iterator[tuple]:
    """The report as lines of a file, read from the database a part at a time."""
    return (astuple(row_of(event)) for event in events.iterator())
