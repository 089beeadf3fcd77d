"""The patient's own copy of the record (R88): every part of the chart, without psychotherapy notes kept apart.

What is copied is declared here, part by part; a sweep fails for any clinical or identifying field that is neither
copied nor left out with a reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import models

from accounts.models import Membership
from assessments.answers_page import words_of_answer
from assessments.definitions import answers_by_question
from assessments.models import Assessment, DayBefore, RiskContact, RiskItem
from assessments.practice_catalogue import Catalogue, catalogue_of
from assessments.practice_made import is_practice_made
from dosing.models import (
    Administration,
    AdministrationEnd,
    DoseOrder,
    DoseTimeCorrection,
    DosingRecord,
    Draw,
    InfusionChange,
    OrderReviewPoint,
    OrderStep,
    PlanContinuation,
    Remainder,
)
from followups.models import CheckIn as FollowUp
from followups.models import FollowUpPause, MissedCall, MissedInARow
from integration_notes.models import Homework, IntegrationNote, NoteAddendum
from integration_notes.templates_data import template_of
from patients.contraindications import ITEMS
from patients.models import (
    Allergy,
    Consent,
    ConsentWithdrawal,
    ContraindicationAnswer,
    Diagnosis,
    Medicine,
    Patient,
    TreatmentSeries,
    TreatmentTrial,
)
from sessions_app.models import (
    AdverseEvent,
    AlarmAnswer,
    BlockerOverride,
    CheckIn,
    Discharge,
    Observation,
    RemsCheck,
    RemsSubmission,
    RescueDrug,
    RoomConsent,
    ScaleScore,
    Session,
    SessionAddendum,
    SessionTransition,
    VitalReading,
)
from sessions_app.states import State

WHEN = [
    *("occurred_at", "recorded_at", "opened_at", "registered_at", "signed_at", "submitted_at", "created_at"),
    *("raised_at", "set_at", "due_at", "scheduled_for", "checked_in_at", "first_dose_at", "due_on", "done_at"),
    *("ended_on", "ended_at", "closed_at"),
]
WHO = ["recorded_by", "signed_by", "author", "set_by", "opened_by", "ordered_by", "given_by", "verified_by"]
# Fields that tell the patient nothing about the patient, or a second time.
NOT_COPIED_FIELDS = {"practice", "patient", "search_text", "duplicate_reason", "template_version", "late_reason"}
NOT_COPIED_FIELDS |= {"sent_to"}  # where messages went: the contact that is, or was, on file


EVERY = models.Q()


@dataclass(frozen=True)
class Part:
    """One kind of row: how it hangs on the patient, and which rows stand (drafts do not)."""

    title: str
    model: type[models.Model]
    path: str
    only: models.Q = EVERY
    order: str = "pk"
    more: tuple[str, ...] = ()

    @property
    def fields(self) -> list[str]:
        """Names of the model's fields that are copied, times first."""
        known = {field.name for field in self.model._meta.concrete_fields}
        told = f"{self.model.privacy.identifying} {self.model.privacy.clinical}".split()
        found = [*WHEN, *told, *self.more, *WHO]
        return [name for name in dict.fromkeys(found) if name in known and name not in NOT_COPIED_FIELDS]

    def rows(self, patient: Patient):
        people = [name for name in WHO if name in self.fields]
        wanted = self.model.objects.filter(self.only, **{self.path: patient.pk}).order_by(self.order, "pk")
        return wanted.select_related(*[f"{name}__user" for name in people], *self._joined())

    def _joined(self) -> list[str]:
        return [name for name in ("product", "session") if name in self.fields]


SIGNED = models.Q(signed_at__isnull=False)
_OF_SHEET = "dosing_record__patient"
PARTS = (
    Part("Person", Patient, "pk", more=("time_zone",)),
    Part("Diagnoses", Diagnosis, "patient", order="recorded_at"),
    Part("Medicines", Medicine, "patient", order="recorded_at"),
    Part("Earlier treatments", TreatmentTrial, "patient", order="recorded_at"),
    Part("Allergies", Allergy, "patient", order="recorded_at"),
    Part("Screening", ContraindicationAnswer, "patient", order="recorded_at"),
    Part("Consents", Consent, "patient", order="recorded_at"),
    Part("Consents withdrawn", ConsentWithdrawal, "consent__patient", order="recorded_at"),
    Part("Treatment series", TreatmentSeries, "patient", order="opened_at"),
    Part("Dose orders", DoseOrder, "series__patient", SIGNED, "signed_at", ("version",)),
    Part("Steps of dose orders", OrderStep, "order__series__patient", order="order__signed_at", more=("from_dose",)),
    Part("Plan reviews ordered", OrderReviewPoint, "order__series__patient", order="order__signed_at"),
    Part("Plan reviews signed", PlanContinuation, "series__patient", order="recorded_at"),
    Part("Sessions", Session, "patient", order="scheduled_for", more=("number", "state")),
    Part("Arrivals", CheckIn, "session__patient", order="recorded_at"),
    Part("Decisions before a dose or before leaving", BlockerOverride, "session__patient", order="recorded_at"),
    Part("Doses in total", DosingRecord, "patient", order="first_dose_at"),
    Part("Drawn", Draw, _OF_SHEET, order="recorded_at"),
    Part("Doses given", Administration, _OF_SHEET, order="occurred_at", more=("number",)),
    Part(
        "Corrected times of doses",
        DoseTimeCorrection,
        f"administration__{_OF_SHEET}",
        order="recorded_at",
        more=("number", "was_at", "given_at"),
    ),
    Part("Infusion changes", InfusionChange, f"administration__{_OF_SHEET}", order="occurred_at"),
    Part("Ends of infusions", AdministrationEnd, f"administration__{_OF_SHEET}", order="occurred_at"),
    Part("Remainders wasted or returned", Remainder, f"draw__{_OF_SHEET}", order="occurred_at"),
    Part("Vital signs", VitalReading, "session__patient", order="occurred_at"),
    Part("Answers to critical values", AlarmAnswer, "session__patient", order="occurred_at", more=("told",)),
    Part("Observations", Observation, "session__patient", order="occurred_at"),
    Part("Adverse events", AdverseEvent, "session__patient", order="occurred_at"),
    Part("Scales", ScaleScore, "session__patient", order="occurred_at", more=("instrument",)),
    Part("Rescue drugs", RescueDrug, "session__patient", order="occurred_at"),
    Part("Agreement to touch and music", RoomConsent, "session__patient", order="occurred_at"),
    Part("Course of the sessions", SessionTransition, "session__patient", order="occurred_at", more=("to_state",)),
    Part("Discharges", Discharge, "session__patient", order="occurred_at"),
    Part("REMS checks before a dose", RemsCheck, "session__patient", order="recorded_at"),
    Part("REMS forms submitted", RemsSubmission, "form__patient", order="occurred_at", more=("confirmation_number",)),
    Part("Addenda to sessions", SessionAddendum, "session__patient", order="recorded_at"),
    Part(
        "Questionnaires",
        Assessment,
        "patient",
        models.Q(submitted_at__isnull=False),
        "submitted_at",
        ("instrument", "instrument_version"),
    ),
    Part("Told the day before a session", DayBefore, "patient", order="told_at", more=("told_at",)),
    Part("Answers that needed attention", RiskItem, "patient", order="raised_at"),
    Part("Contacts about them", RiskContact, "risk_item__patient", order="recorded_at"),
    Part("Integration notes", IntegrationNote, "patient", SIGNED, "signed_at"),
    Part("Addenda to integration notes", NoteAddendum, "note__patient", order="recorded_at"),
    Part("Homework", Homework, "patient", order="set_at", more=("done_how",)),
    Part("Check-ins", FollowUp, "patient", order="due_at", more=("state",)),
    Part("Pauses of the check-ins", FollowUpPause, "patient", order="paused_at", more=("paused_at", "until")),
    Part("Missed check-ins followed up", MissedInARow, "patient", order="raised_at"),
    Part("Calls about missed check-ins", MissedCall, "task__patient", order="recorded_at"),
)
# Models with clinical or identifying fields that are not part of the copy, each with the reason.
NOT_COPIED = {
    "common.AuditEvent": "who opened the record has a copy of its own",
    "patients.EmergencyAccess": "oversight of access; the copy of who opened the record names it",
    "patients.UnusualLook": "oversight of access",
    "patients.CorrectionRequest": "answered to the patient in writing by itself",
    "assessments.AssessmentSet": "which questionnaires were asked; their answers are copied",
    "sessions_app.RemsForm": "which form is owed until when; what was submitted is copied",
    "sessions_app.RoomEntry": "who of the staff was in the room; nothing about the patient",
    "sessions_app.SessionReview": "the office's check of the drug record",
    "sessions_app.ReviewQuestion": "a question of that check; its answer is an addendum, which is copied",
    "integration_notes.PrivateNote": "psychotherapy notes (45 CFR 164.524(a)(1)(i), KAP-INT-PRIVATE)",
    "integration_notes.PrivateAddendum": "psychotherapy notes",
    "integration_notes.PrivateRelease": "psychotherapy notes",
}


@dataclass(frozen=True)
class Copied:
    """One part with its rows; a row is (name, label, value, text), without what is empty."""

    title: str
    rows: list[list[tuple[str, str, object, str]]]


def copy_of(patient: Patient) -> Iterator[Copied]:
    """Every part that has rows, times in the patient's own zone."""
    zone, catalogue = ZoneInfo(patient.time_zone), catalogue_of(patient.practice_id)
    for part in PARTS:
        rows = [_told(part, row, zone, catalogue) for row in part.rows(patient)]
        if rows:
            yield Copied(part.title, rows)


def _told(part: Part, row: models.Model, zone: ZoneInfo, catalogue: Catalogue) -> list[tuple[str, str, object, str]]:
    found = []
    for name in part.fields:
        value = getattr(row, name)
        if value not in (None, "", [], {}):
            field = row._meta.get_field(name)
            found.append(
                (name, _label(str(field.verbose_name)), _plain(value), _text(row, field, value, zone, catalogue))
            )
    return found


def _questionnaire(row: Assessment, catalogue: Catalogue, name: str, zone: ZoneInfo) -> str:
    """Its name, with the version where the practice wrote it; of its own questions the words, too."""
    instrument = catalogue.of(row)
    if name == "instrument":
        return instrument.name
    answers = answers_by_question(instrument.fields, row.answers)
    if not is_practice_made(instrument.code):
        return _words({key: value for key, value in answers.items() if value is not None}, zone)
    told = [(item.text, words_of_answer(item, answers[item.key])) for item in instrument.questions]
    return "\n".join(f"{text}: {answer}" for text, answer in told if answer)


UNITS = {"mmhg": "mmHg", "bpm": "beats/min", "pct": "%", "mg": "mg", "ml": "mL", "kg": "kg", "cm": "cm", "min": "min"}


def _label(words: str) -> str:
    """The field's name with its unit in brackets: "Drawn (mg)"."""
    rest, _, last = words.removesuffix(" at").rpartition(" ")
    told = f"{rest} ({UNITS[last]})" if rest and last in UNITS else words.removesuffix(" at")
    return told[0].upper() + told[1:]


def _plain(value):
    """What stands in the file for machines."""
    if isinstance(value, Membership):
        return str(value.user)
    return str(value) if isinstance(value, models.Model) else value


def _text(row, field, value, zone: ZoneInfo, catalogue: Catalogue) -> str:
    """What stands in the file for people."""
    if speak := SPOKEN.get((type(row).__name__, field.name)):
        return speak(value)
    if isinstance(row, Assessment) and field.name in ("instrument", "answers"):
        return _questionnaire(row, catalogue, field.name, zone)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(row, IntegrationNote) and field.name == "fields":
        labels = {one.key: one.label for one in template_of(row).fields}
        return "\n".join(f"{labels.get(key, key)}: {text}" for key, text in value.items())
    return _words(_plain(value), zone)


# Codes that have words elsewhere.
SPOKEN = {
    ("ContraindicationAnswer", "item"): lambda code: ITEMS[code].label if code in ITEMS else code,
    ("Session", "state"): lambda code: State(code).label,
    ("SessionTransition", "to_state"): lambda code: State(code).label,
}


def _words(value, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_words(one, zone)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_words(one, zone) for one in value)
    return str(value)
