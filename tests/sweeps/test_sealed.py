"""Every free text about a patient is sealed in the database, or stands here with the reason why not (R93)."""

from django.db import models

from common.records import Record
from common.sealed_fields import SealedTextField
from tests.sweeps.project import record_models

SEARCHED = "found and sorted by the database"
CODE = "one of a fixed set of words, which rules and constraints read"
FACT = "a short name in a list, which the dose gate reads together with all other facts in one statement"
IDENTITY = "identity and contact: found by name, printed on each page, needed to send a mail"
REGISTER = "part of the controlled-drug register, which inspectors read and the database checks"
CLEAR = {
    "patients.Consent.version": CODE,
    "patients.Consent.signed_name": IDENTITY,
    "patients.Allergy.substance": FACT,
    "patients.Medicine.name": FACT,
    "patients.TreatmentTrial.treatment": FACT,
    "patients.Diagnosis.code": CODE,
    "sessions_app.RescueDrug.drug": CODE,
    "patients.Diagnosis.label": FACT,
    "patients.ContraindicationAnswer.item": CODE,
    "patients.Patient.mrn": IDENTITY,
    "patients.Patient.given_name": IDENTITY,
    "patients.Patient.family_name": IDENTITY,
    "patients.Patient.preferred_name": IDENTITY,
    "patients.Patient.pronouns": IDENTITY,
    "patients.Patient.email": IDENTITY,
    "patients.Patient.phone": IDENTITY,
    "patients.Patient.mobile": IDENTITY,
    "followups.OutboxMessage.sent_to": IDENTITY,
    "patients.Patient.address": IDENTITY,
    "patients.Patient.emergency_name": IDENTITY,
    "patients.Patient.emergency_phone": IDENTITY,
    "patients.Patient.emergency_relation": IDENTITY,
    "patients.Patient.search_text": SEARCHED,
    "assessments.AssessmentSet.instruments": CODE,
    "assessments.Assessment.severity": CODE,
    "assessments.Assessment.flags": CODE,
    "assessments.RiskItem.code": CODE,
    "dosing.Administration.route": CODE,
    "dosing.Administration.site": REGISTER,
    "dosing.Administration.diluent": REGISTER,
    "dosing.Remainder.method": REGISTER,
    "dosing.DoseOrder.limits": REGISTER,
    "sessions_app.Discharge.unmet": CODE,
    "sessions_app.Discharge.outcomes": CODE,
    "sessions_app.BlockerOverride.sentence": CODE,
    "integration_notes.IntegrationNote.template_version": CODE,
}


def clear_texts() -> set[str]:
    return {
        f"{model._meta.label}.{field.name}"
        for model in record_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not isinstance(field, SealedTextField)
        and not field.choices
        and field.name in f"{model.privacy.identifying} {model.privacy.clinical}".split()
    }


def test_every_text_about_a_patient_is_sealed_or_explained():
    found = clear_texts()
    assert found - set(CLEAR) == set(), "Seal it (common.sealed_fields), or say here why it stays clear."
    assert set(CLEAR) - found == set(), "These are sealed or gone: take them off the list."


def test_late_reasons_are_sealed_too():
    late = [m._meta.get_field("late_reason") for m in record_models() if issubclass(m, Record) and _is_event(m)]
    assert late
    assert all(isinstance(field, SealedTextField) for field in late)


def _is_event(model) -> bool:
    return any(field.name == "late_reason" for field in model._meta.concrete_fields)
