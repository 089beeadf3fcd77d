"""The patient's copy of the record: every field of the chart, nothing of private notes, only for the own team (R88)."""

import json

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from common.errors import NotPermitted, OutOfScope
from common.models import AuditEvent
from portal.actions import copy_record
from portal.record_copy import NOT_COPIED, NOT_COPIED_FIELDS, PARTS
from portal.record_files import as_json, as_pdf
from tests.builders import accounts, notes
from tests.builders.matrix import World
from tests.sweeps.project import record_models

pytestmark = pytest.mark.django_db
PRIVATE = "Only-For-Tessa-4471"


@pytest.fixture(scope="module")
def made(shared):
    """A patient with a row of every kind, and private notes about them."""

    def build():
        world = World()
        for name in ("risk_item", "note", "homework", "fact", "consent", "correction", "check_in"):
            getattr(world, name)
        notes.signed_private(world.clinic, world.patient, world.at, title=f"{PRIVATE}-t", text=PRIVATE, tags=[PRIVATE])
        return world

    return shared(build)


@pytest.fixture
def address(made):
    return reverse("records:copy", args=[made.patient.pk])


def values(kind: str = "json", **more) -> dict:
    return {"kind": kind, "handed": "patient", "password": accounts.PASSWORD, **more}


def signed_in(made, who: str) -> Client:
    return accounts.sign_in(Client(), made.principals[who])


def test_every_field_about_the_patient_is_copied_or_left_out_with_a_reason():
    copied = {part.model._meta.label: set(part.fields) for part in PARTS}
    assert not copied.keys() & NOT_COPIED.keys()
    assert {label for label in NOT_COPIED if not apps.get_model(label)} == set()
    missing = []
    for model in record_models():
        told = set(f"{model.privacy.identifying} {model.privacy.clinical}".split()) - NOT_COPIED_FIELDS
        label = model._meta.label
        if label not in NOT_COPIED and told - copied.get(label, set()):
            missing.append(f"{label}: {sorted(told - copied.get(label, set()))}")
    assert not missing, missing


def test_the_file_holds_what_the_record_holds(made):
    told = json.loads(as_json(made.patient, made.at))
    parts = {part["title"]: part["rows"] for part in told["parts"]}
    assert told["mrn"] == made.patient.mrn
    assert parts["Person"][0]["family_name"] == made.patient.family_name
    assert parts["Integration notes"][0]["fields"] == made.note.fields
    assert parts["Homework"][0]["task"] == made.homework.task
    assert parts["Doses given"][0]["recorded_by"] == str(made.clinic.nurse.user)
    vitals = made.session.readings.count()
    assert len(parts["Vital signs"]) == vitals > 1
    for title in ("Dose orders", "Sessions", "Discharges", "Questionnaires", "Allergies", "Consents", "Check-ins"):
        assert parts[title], title


def test_no_word_of_private_notes(made):
    """R10."""
    assert PRIVATE not in as_json(made.patient, made.at).decode()


def test_a_pdf_with_letters_of_many_languages(made):
    made.patient.given_name = "Łucja Ζωή Жанна"
    pdf = as_pdf(made.patient, made.at)
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 10_000


@pytest.mark.parametrize(("kind", "sign"), [("json", b"{"), ("pdf", b"%PDF-")])
def test_the_prescriber_hands_it_over(made, address, kind, sign):
    prescriber = signed_in(made, "prescriber")
    assert "None yet." in prescriber.get(address).text
    answer = prescriber.post(address, values(kind))
    assert answer.content.startswith(sign)
    assert answer["Content-Disposition"] == f'attachment; filename="record-{made.patient.mrn}.{kind}"'
    event = AuditEvent.objects.get(action="portal.copy_record")
    assert (event.patient_id, event.detail["kind"], event.detail["handed"]) == (made.patient.pk, kind, "patient")
    assert event.detail["bytes"] == len(answer.content)
    assert kind.upper() in prescriber.get(address).text


@pytest.mark.parametrize("wrong", [{"password": "wrong password"}, {"kind": "docx"}, {"handed": ""}, {"password": ""}])
def test_nothing_leaves_without_the_password_and_a_receiver(made, address, wrong):
    """R30."""
    answer = signed_in(made, "prescriber").post(address, values(**wrong))
    assert answer.status_code == 422
    assert "text/html" in answer["Content-Type"]
    assert not AuditEvent.objects.filter(action="portal.copy_record", outcome="done").exists()


@pytest.mark.parametrize(("who", "status"), [("nurse", 403), ("admin", 403), ("off_team", 404), ("elsewhere", 404)])
def test_nobody_else_gets_one(made, address, who, status):
    assert signed_in(made, who).post(address, values()).status_code == status


@pytest.mark.parametrize(
    ("who", "refusal"), [("nurse", NotPermitted), ("off_team", NotPermitted), ("elsewhere", OutOfScope)]
)
def test_the_act_itself_asks_for_the_right(made, who, refusal):
    """Behind the view's own check (R20)."""
    with pytest.raises(refusal):
        copy_record(patient=made.patient, by=made.principals[who], at=made.at, **values())
