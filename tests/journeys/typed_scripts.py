"""A clinic in which everything that people type is a piece of script: `manage.py shell -c "...build()"` makes it."""

import json
import sys
from datetime import timedelta
from decimal import Decimal
from itertools import cycle

from django.urls import reverse

from assessments.actions import ask_for_call, record_risk_contact
from common.records import Record
from common.sealed_fields import SealedJSONField, SealedTextField
from dosing.actions import close_discrepancy, continue_plan, note_discrepancy, settle_finding
from dosing.models import Product
from dosing.titration import StepTerms
from followups.actions import close_missed, record_missed_call
from followups.models import FollowUpPoint
from integration_notes.actions import add_addendum, add_private_addendum, finish_homework
from patients.actions import (
    add_diagnosis,
    add_medicine,
    add_trial,
    answer_contraindications,
    answer_correction,
    withdraw_consent,
)
from patients.contraindications import ITEMS
from sessions_app import actions as sessions
from sessions_app.actions import add_room
from sessions_app.models import SessionSettings
from sessions_app.vital_table import default_values
from tests.builders import assessments, dosing, notes, room
from tests.builders import sessions as builders
from tests.builders.accounts import PASSWORD
from tests.builders.matrix import World, sample
from tests.journeys.script_payloads import PAYLOADS
from tests.sweeps.project import record_models, routes

# What is typed and not sealed, by table.
CLEAR = {
    "accounts.Practice": "name phone address crisis_label",
    "accounts.User": "full_name credentials",
    "accounts.ApiToken": "name",
    "accounts.Passkey": "name",
    "patients.Consent": "version signed_name",
    "patients.Allergy": "substance",
    "patients.Medicine": "name",
    "patients.Diagnosis": "label",
    "patients.TreatmentTrial": "treatment",
    "patients.Patient": "given_name family_name preferred_name pronouns phone address emergency_name emergency_phone "
    "emergency_relation",
    "patients.UnusualLook": "words",
    "dosing.Product": "name pack pharmacy",
    "dosing.StockCount": "location found_besides",
    "dosing.Discrepancy": "location",
    "dosing.Administration": "site diluent",
    "dosing.Remainder": "method",
    "dosing.StockLot": "lot_number location",
    "dosing.StockMovement": "supplier invoice note",
    "sessions_app.Room": "name",
    "sessions_app.MeasuringVersion": "note",
    "sessions_app.MonitoringSetting": "note",
    "sessions_app.RemsSubmission": "confirmation_number",
    "sessions_app.SessionSettings": "cadss6_licence",
    "followups.FollowUpPoint": "label",
    "assessments.PracticeQuestionnaire": "name",
    "assessments.LicensedWording": "licence_holder licence_reference",
}
NOT_TYPED = {"salt", "secret", "sentence"}  # sealed, and worded by the clinic
# Left empty by the builders, and free to hold words in any state of their row.
FILLED = {"preferred_name", "pronouns", "address", "emergency_name", "emergency_phone", "emergency_relation", "note"}
FILLED |= {
    "phone",
    "intention",
    "reaction",
    "dose_text",
    "medicines_note",
    "escort_phone",
    "site",
    "location",
    "invoice",
}

_payloads = cycle(PAYLOADS)
_used: set[str] = set()
_covered: set[str] = set()


def typed_fields(model) -> list[str]:
    clear = CLEAR.get(model._meta.label, "").split()
    texts = [field for field in model._meta.concrete_fields if isinstance(field, SealedTextField)]
    sealed = [field.name for field in texts if not isinstance(field, SealedJSONField)]
    return [*clear, *(name for name in sealed if name not in NOT_TYPED)]


def _put_scripts_in(row: Record) -> None:
    for name in typed_fields(type(row)):
        if getattr(row, name) or (row._state.adding and name in FILLED):
            payload = next(_payloads)
            setattr(row, name, payload)
            _used.add(payload)
            _covered.add(f"{row._meta.label}.{name}")


def _given(field: str) -> str:
    """A script for words that an action takes and stores by an update."""
    _covered.add(field)
    payload = next(_payloads)
    _used.add(payload)
    return payload


def build() -> None:
    """Prints who is who, the path of each address, a patient's link, and which fields hold a script, as JSON."""
    stored = Record.save

    def save(row, *args, **kwargs):
        if row._state.adding:
            _put_scripts_in(row)
        stored(row, *args, **kwargs)

    Record.save = save
    world = World()
    everything_of(world)
    under_way = a_session_under_way(world)
    Record.save = stored
    for model, name in (
        (Product, "name"),
        (Product, "pack"),
        (Product, "pharmacy"),
        (FollowUpPoint, "label"),
    ):  # found by their words while a dose is given
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(**{name: _given(f"{model._meta.label}.{name}")})
    paths = {}
    for route in routes():
        arguments = sample(world, route.name, route.arguments)
        if arguments is not None:
            paths[route.name] = reverse(route.name, kwargs=arguments)
    told = {
        "emails": {name: member.user.email for name, member in world.clinic.members.items()},
        "paths": paths,
        "under_way": [reverse("sessions:session", args=[under_way.pk]), reverse("sessions:board")],
        "link": f"/c/{assessments.link(world.assessment_set, world.clinic.nurse, world.at)[1]}/",
        "born": world.patient.birth_date.isoformat(),
        "covered": sorted(_covered),
        "typed": sorted(f"{model._meta.label}.{name}" for model in record_models() for name in _typed(model)),
        "used": len(_used),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _typed(model) -> list[str]:
    return typed_fields(model) if issubclass(model, Record) else []


def the_register(world: World) -> None:
    """A count that found something besides, a discrepancy noted and closed, a sign settled, a pack asked for."""
    by, at = world.clinic, world.at + timedelta(hours=7)
    row = world.discrepancy
    note_discrepancy(discrepancy=row, by=by.compliance, at=at, text="Looked at the draws of the day")
    dosing.counted(by.nurse, world.lot.location, at, found_besides="A vial without a label")
    told = {"outcome": "explained", "password": PASSWORD}
    words = _given("dosing.Discrepancy.closing_reason")
    close_discrepancy(discrepancy=row, by=by.compliance, at=at, closing_reason=words, **told)
    words = _given("dosing.DiversionFinding.settled_words")
    settle_finding(finding=world.sign, by=by.compliance, at=at, outcome="explained", settled_words=words)
    assert world.pack


def the_plan(world: World) -> None:
    """A version of the order with a step and a review, which the prescriber signs."""
    by, at = world.clinic.prescriber, world.at + timedelta(hours=5)
    step = StepTerms(from_dose=3, mg_per_kg=Decimal("0.6"), condition="If tolerated")
    order = dosing.signed_order(world.series, by, at, replaces=world.order, steps=(step,), review_after=(1,))
    continue_plan(order=order, by=by, at=at, password=PASSWORD, after_dose=1, note="Calmer, sleeps through")


def everything_of(world: World) -> None:
    """Each kind of row that the world knows, and words in the rows that hang on them."""
    for name in ("administration", "assessment_set", "risk_item", "check_in", "fact", "consent", "room_entry"):
        getattr(world, name)
    assert world.esketamine
    for name in ("emergency", "unusual", "role_request", "token", "release", "correction", "passkey"):
        getattr(world, name)
    for name in ("set_of_day_before", "questionnaire", "wording"):
        getattr(world, name)
    by, at = world.clinic, world.at
    notes_of_the_therapist(world)
    add_medicine(patient=world.patient, by=by.nurse, at=at, name="Lithium", dose_text="600 mg")
    add_diagnosis(patient=world.patient, by=by.prescriber, at=at, code="F33.1", label="Recurrent depression")
    told = {"what": "psychotherapy", "was_adequate": True, "outcome": "none", "source": "patient"}
    add_trial(patient=world.patient, by=by.prescriber, at=at, treatment="EMDR", note="Ten sessions", **told)
    the_plan(world)
    withdraw_consent(consent=world.consent, by=by.nurse, at=at, reason="Changed their mind")
    answers = {next(iter(ITEMS)): ("unknown", _given("patients.ContraindicationAnswer.note"))}
    answer_contraindications(patient=world.patient, by=by.prescriber, at=at, answers=answers)
    add_room(by=by.admin, at=at, name="Harbor")
    limits = {**default_values("moaas"), "moaas_caution_to": 4}
    told = {"source": "Dr Vale", "note": "Drowsy patients are watched from 4", "replaces_version": 1}
    sessions.set_monitoring(by=by.prescriber, at=at, about="moaas", values=limits, **told)
    the_register(world)
    signed_at = world.session.signed_at
    builders.asked(world.session, by.admin, by.nurse)
    sessions.add_addendum(session=world.session, by=by.nurse, at=signed_at, text="Escort is Alexa", reason="Misheard")
    dose = {
        "administration_id": world.administration.pk,
        "given_at": world.session.first_dose_at + timedelta(minutes=1),
    }
    told_why = {"reason": "Clock was fast", "confirmed": True, "password": PASSWORD}
    sessions.correct_session_dose_time(session=world.session, by=by.nurse, at=signed_at, **dose, **told_why)
    sessions.review_session(
        session=world.session,
        by=by.admin,
        at=signed_at,
        note="Read and compared with the log",
        password=PASSWORD,
    )
    answer = _given("patients.CorrectionRequest.answer")
    answer_correction(correction=world.correction, by=by.prescriber, at=at, outcome="denied", answer=answer)
    contact = {"how": "phone", "outcome": "Spoke for ten minutes", "plan": "Calls again tonight"}
    record_risk_contact(item=world.risk_item, by=by.prescriber, at=at, **contact)
    wish = {"assessment_set": world.risk_item.assessment.assessment_set, "link": None}
    ask_for_call(by=by.nurse, at=at, words="After four, please", **wish)
    assert world.pause
    call = {"how": "phone", "outcome": "Reached at work, all is well"}
    record_missed_call(task=world.missed, by=by.nurse, at=at, **call)
    closing = _given("followups.MissedInARow.closing_text")
    close_missed(task=world.missed, by=by.nurse, at=at, closing_text=closing + " " * 10 + "Called.")


def notes_of_the_therapist(world: World) -> None:
    """Notes keep their words as one sealed object, so that each word is given here."""
    by, at = world.clinic, world.at
    fields = {key: next(_payloads) for key in notes.required_values("CBT")}
    world.__dict__["note"] = note = notes.signed(by, world.session, at, **fields)
    add_addendum(note=note, by=by.therapist, at=at, text="One thing more")
    homework = notes.homework(by, note, at)
    finish_homework(homework=homework, by=by.therapist, at=at, outcome=_given("integration_notes.Homework.outcome"))
    words = {name: _given(f"integration_notes.PrivateNote.{name}") for name in ("title", "text")}
    words["tags"] = [next(_payloads)[:40]]
    private = notes.signed_private(by, world.patient, at, **words)
    add_private_addendum(note=private, by=by.therapist, at=at, text="A second thought")
    world.__dict__["private_note"] = private


def a_session_under_way(world: World):
    """Dosed, with what the room saw; the signed one takes no more."""
    session = builders.dosed_session(world.clinic, world.at + timedelta(hours=5))
    seen = {"session": session, "by": world.clinic.nurse, "at": session.first_dose_at + timedelta(minutes=5)}
    sessions.record_observation(**seen, what="words", text="I see a door")
    event = {"category": "gi", "grade": 1, "relatedness": "probable", "outcome": "resolved"}
    sessions.record_adverse_event(**seen, **event, description="Queasy for a minute", action="Sat up, water")
    builders.reading(world.clinic, session, seen["at"], note="Eyes closed")
    low = builders.reading(world.clinic, session, seen["at"], spo2_pct=85, note="Probe had slipped")
    builders.answer(world.clinic, session, low, seen["at"], told_words="The ambulance")
    at, clinic = seen["at"], world.clinic
    room.licensed(clinic, at)
    SessionSettings.objects.update(
        cadss6_licence=_given("sessions_app.SessionSettings.cadss6_licence"),
        phrases=[{"what": "words", "text": next(_payloads)[:80]}],
    )
    for kind, entry in room.one_of_each(clinic, session, at).items():
        back = {"entry_kind": kind, "entry_id": entry.pk, "reason": "Entered in the wrong chart"}
        sessions.withdraw_entry(session=session, by=clinic.nurse, at=at + timedelta(minutes=9), **back)
    room.aldrete(clinic, session, at, note="Sits up alone")
    room.agreed(clinic, session, at, words="Hand and shoulder only")
    room.rescue(clinic, session, at)
    return session
