"""Adds allergies, medicines, diagnoses and earlier treatments to a chart, and ends them; they stay readable."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission, Role
from common import audit, idempotency
from common.errors import InvalidInput, StaleState
from patients import icd10
from patients.actions.people import local_day
from patients.interactions import class_of
from patients.models import Allergy, Diagnosis, Medicine, Patient, TreatmentTrial
from patients.models.facts import ChartFact
from patients.person_rules import fold


@transaction.atomic
def add_allergy(
    *,
    patient: Patient,
    by: Actor,
    at: datetime,
    substance: str,
    severity: str,
    reaction: str = "",
    id: UUID | None = None,
) -> Allergy:
    """Put an allergy on the chart; each substance stands once. `severity` is mild, moderate or severe."""
    role = _may_edit(patient, by)
    substance = _text("substance", substance, 120, "Enter the substance the patient is allergic to.")
    if severity not in Allergy.Severity.values:
        raise InvalidInput({"severity": "Choose how severe the reaction was."})
    values = {"substance": substance, "severity": severity, "reaction": reaction.strip()[:200]}
    known = idempotency.replayed(Allergy.objects.all(), id, by=by, patient_id=patient.pk, **values)
    if known:
        return known
    if _stands(patient.allergies, "substance", substance):
        raise InvalidInput({"substance": f"{substance} is already on the list. End that entry first to change it."})
    return _add(Allergy, patient, by, at, role, id, values)


@transaction.atomic
def add_medicine(
    *,
    patient: Patient,
    by: Actor,
    at: datetime,
    name: str,
    dose_text: str = "",
    interaction: str = "",
    started_on: date | None = None,
    id: UUID | None = None,
) -> Medicine:
    """Put a medicine on the chart with the class that matters beside ketamine (KAP-SCR-DRUGS).

    An empty `interaction` is filled from the name. "none" is refused for a name that is known to belong to a class.
    """
    role = _may_edit(patient, by)
    name = _text("name", name, 120, "Enter the name of the medicine.")
    known_class = class_of(name)
    interaction = interaction or known_class or Medicine.Interaction.NONE
    _check_interaction(interaction, known_class)
    _not_future("started_on", started_on, by, at)
    values = {"name": name, "dose_text": dose_text.strip()[:120], "interaction": interaction, "started_on": started_on}
    known = idempotency.replayed(Medicine.objects.all(), id, by=by, patient_id=patient.pk, **values)
    if known:
        return known
    if _stands(patient.medicines, "name", name):
        raise InvalidInput({"name": f"{name} is already on the list. End that entry first to change it."})
    return _add(Medicine, patient, by, at, role, id, values)


@transaction.atomic
def add_diagnosis(
    *,
    patient: Patient,
    by: Actor,
    at: datetime,
    code: str,
    label: str = "",
    is_primary: bool = False,
    onset_on: date | None = None,
    id: UUID | None = None,
) -> Diagnosis:
    """Put an ICD-10-CM diagnosis on the chart; a new primary one takes the place of the primary before it.

    `code` is one of the offered codes or another of valid form, which then needs its own `label` (KAP-CODE-ICD).
    """
    role = _may_edit(patient, by)
    code = icd10.tidy(code)
    if not icd10.is_valid(code):
        raise InvalidInput(
            {"code": "Enter an ICD-10-CM code such as F33.1: a letter, two signs, then up to four after the dot."}
        )
    label = " ".join(label.split()) or icd10.LABELS.get(code, "")
    if not label:
        raise InvalidInput({"label": "This code is not on our list. Enter its name."})
    _not_future("onset_on", onset_on, by, at)
    values = {"code": code, "label": label[:160], "is_primary": is_primary, "onset_on": onset_on}
    known = idempotency.replayed(Diagnosis.objects.all(), id, by=by, patient_id=patient.pk, **values)
    if known:
        return known
    if patient.diagnoses.standing().filter(code=code).exists():
        raise InvalidInput({"code": f"{code} is already on the list."})
    if is_primary:
        patient.diagnoses.standing().filter(is_primary=True).update(is_primary=False)
    return _add(Diagnosis, patient, by, at, role, id, values)


@transaction.atomic
def add_trial(
    *,
    patient: Patient,
    by: Actor,
    at: datetime,
    treatment: str,
    what: str,
    was_adequate: bool,
    outcome: str,
    source: str,
    dose_text: str = "",
    started_on: date | None = None,
    stopped_on: date | None = None,
    note: str = "",
    id: UUID | None = None,
) -> TreatmentTrial:
    """Put an earlier treatment on the chart: what, how much, from when until when, adequate or not, what came of it.

    `was_adequate` means dose and duration both; a wrong entry is ended and the right one added (KAP-SCR-TRD).
    """
    role = _may_edit(patient, by)
    treatment = _text("treatment", treatment, 120, "Enter the medicine, its class or the psychotherapy.")
    _check_trial(what, was_adequate, outcome, source)
    _not_future("started_on", started_on, by, at)
    _not_future("stopped_on", stopped_on, by, at)
    if started_on and stopped_on and stopped_on < started_on:
        raise InvalidInput({"stopped_on": "This is before it began. Check the day."})
    values = {
        "treatment": treatment,
        "what": what,
        "was_adequate": was_adequate,
        "outcome": outcome,
        "source": source,
        "dose_text": dose_text.strip()[:120],
        "started_on": started_on,
        "stopped_on": stopped_on,
        "note": note.strip()[:500],
    }
    known = idempotency.replayed(TreatmentTrial.objects.all(), id, by=by, patient_id=patient.pk, **values)
    if known:
        return known
    if _stands(patient.trials.filter(started_on=started_on), "treatment", treatment):
        raise InvalidInput({"treatment": f"{treatment} is already on the list. End that entry first to change it."})
    return _add(TreatmentTrial, patient, by, at, role, id, values)


def _check_trial(what: str, was_adequate: bool, outcome: str, source: str) -> None:
    found = {}
    if what not in TreatmentTrial.What.values:
        found["what"] = "Choose what kind of treatment it was."
    if was_adequate not in (True, False):
        found["was_adequate"] = "Say whether dose and duration were adequate."
    if outcome not in TreatmentTrial.Outcome.values:
        found["outcome"] = "Choose what came of it."
    if source not in TreatmentTrial.Source.values:
        found["source"] = "Choose where this is known from."
    if found:
        raise InvalidInput(found)


@transaction.atomic
def end_fact(*, fact: ChartFact, by: Actor, at: datetime, ended_on: date) -> ChartFact:
    """Say that a fact of the chart no longer holds since `ended_on`; the entry stays in the history."""
    role = _may_edit(fact.patient, by)
    if ended_on is None:
        raise InvalidInput({"ended_on": "Enter the day since when this no longer holds."})
    _not_future("ended_on", ended_on, by, at)
    began = getattr(fact, "started_on", None) or getattr(fact, "onset_on", None)
    if began and ended_on < began:
        raise InvalidInput({"ended_on": "This is before it began. Check the day."})
    rows = type(fact).objects.filter(pk=fact.pk, ended_on=None)
    if not rows.update(ended_on=ended_on, ended_by_id=by.membership_id):
        raise StaleState("Somebody ended this entry already.")
    audit.record(by, "patients.end_fact", at=at, subject=fact, role=role)
    fact.refresh_from_db()
    return fact


def _may_edit(patient: Patient, by: Actor) -> Role:
    return authorize(by, Permission.EDIT_CHART, practice_id=patient.practice_id, patient=patient.pk)


def _text(name: str, value: str, length: int, missing: str) -> str:
    value = " ".join((value or "").split())
    if not value:
        raise InvalidInput({name: missing})
    if len(value) > length:
        raise InvalidInput({name: f"Use at most {length} characters."})
    return value


def _check_interaction(interaction: str, known_class: str | None) -> None:
    if interaction not in Medicine.Interaction.values:
        raise InvalidInput({"interaction": "Choose the class, or none known."})
    if interaction == Medicine.Interaction.NONE and known_class:
        word = Medicine.Interaction(known_class).label
        raise InvalidInput({"interaction": f"This name belongs to the class “{word}”. Choose that class."})


def _not_future(name: str, day: date | None, by: Actor, at: datetime) -> None:
    if day and day > local_day(by, at):
        raise InvalidInput({name: "This day is in the future."})


def _stands(facts, name: str, value: str) -> bool:
    return any(fold(stored) == fold(value) for stored in facts.standing().values_list(name, flat=True))


def _add(model, patient: Patient, by: Actor, at: datetime, role: Role, row_id: UUID | None, values: dict):
    row = model.objects.create(
        **({"id": row_id} if row_id else {}),
        patient=patient,
        recorded_at=at,
        recorded_by_id=by.membership_id,
        **values,
    )
    audit.record(by, f"patients.add_{model._meta.model_name}", at=at, subject=row, role=role)
    return row
