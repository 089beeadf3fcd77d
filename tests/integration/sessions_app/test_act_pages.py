"""The five questions for every address that acts: works, anonymous, wrong role, other practice, bad input."""

import pytest
from django.urls import reverse

from common.models import AuditEvent
from sessions_app.models import Session
from tests.builders import accounts, sessions
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db

YES = {"fasting_confirmed": "yes", "escort_confirmed": "yes", "medicines_changed": "no"}
ARRIVAL = {"identity_confirmed": "on", **YES, "escort_name": "Alex Escort", "weight_kg": "70"}
WELL = {name: "2" if name.startswith("aldrete") else "on" for name in sessions.WELL if not name.startswith("escort_")}
WELL["escort_present"] = "on"
ESCORT = {name: sessions.WELL[name] for name in ("escort_name", "escort_relation", "escort_phone")}
EVENT = {
    "category": "gi",
    "grade": "2",
    "relatedness": "probable",
    "description": "Vomited once",
    "action": "Ondansetron",
    "outcome": "resolved",
}


def url(name, session, *more):
    return reverse(f"sessions:{name}", args=[session.pk, *more])


def running(session):
    return session.dosing_record.administrations.get()


# name → (how the session is made, address, who acts, right values, wrong values, a role that may not)
ACTS = {
    "check_in": (
        "scheduled",
        lambda s: url("check_in", s),
        "nurse",
        ARRIVAL,
        {**ARRIVAL, "weight_kg": "700"},
        "therapist",
    ),
    "roster": (
        "scheduled",
        lambda s: url("roster", s),
        "nurse",
        lambda c, s: {"prescriber_id": c.prescriber.membership_id, "monitor_id": c.nurse.membership_id},
        lambda c, s: {"prescriber_id": c.nurse.membership_id},
        "therapist",
    ),
    "questionnaires": (
        "scheduled",
        lambda s: url("questionnaires", s),
        "therapist",
        {"moment": "pre", "instruments": ["PHQ9"]},
        {"moment": "pre", "instruments": []},
        "admin",
    ),
    "cancel": ("scheduled", lambda s: url("call_off", s, "cancel"), "admin", {"reason": "Has a cold"}, {}, "therapist"),
    "no-show": (
        "scheduled",
        lambda s: url("call_off", s, "no-show"),
        "nurse",
        {"reason": "Not there"},
        {},
        "therapist",
    ),
    "abort": (
        "checked_in",
        lambda s: url("abort", s),
        "nurse",
        {"reason": "Feels unwell"},
        {"reason": ""},
        "therapist",
    ),
    "override": (
        "hypertensive",
        lambda s: url("override", s, "PRESSURE_CAUTION"),
        "prescriber",
        {"reason": "Weighed against the benefit"},
        {"reason": "short"},
        "nurse",
    ),
    "reading": (
        "dosed",
        lambda s: url("reading", s),
        "nurse",
        {"spo2_pct": "97"},
        {"systolic_mmhg": "500"},
        "therapist",
    ),
    "correct_reading": (
        "dosed",
        lambda s: url("correct_reading", s, s.readings.get().pk),
        "nurse",
        {"spo2_pct": "97", "note": "Probe had slipped"},
        {"spo2_pct": "97"},
        "therapist",
    ),
    "observation": (
        "dosed",
        lambda s: url("observation", s),
        "therapist",
        {"what": "words", "text": "Calm"},
        {"what": "", "text": ""},
        "admin",
    ),
    "adverse_event": ("dosed", lambda s: url("adverse_event", s), "nurse", EVENT, {**EVENT, "action": ""}, "therapist"),
    "change_infusion": (
        "infused",
        lambda s: url("change_infusion", s, running(s).pk),
        "nurse",
        {"what": "pause", "reason": "Pressure high"},
        {"what": "rate", "reason": ""},
        "therapist",
    ),
    "end_infusion": (
        "infused",
        lambda s: url("end_infusion", s, running(s).pk),
        "nurse",
        {"how": "stopped", "reason": "Pressure high"},
        {"how": "stopped", "reason": ""},
        "therapist",
    ),
    "discharge": (
        "observed",
        lambda s: url("discharge", s),
        "nurse",
        {**WELL, **ESCORT},
        {**WELL, **ESCORT, "escort_name": ""},
        "therapist",
    ),
    "sign": (
        "discharged",
        lambda s: url("sign", s),
        "prescriber",
        {"password": accounts.PASSWORD},
        {"password": "wrong"},
        "nurse",
    ),
    "addendum": (
        "signed",
        lambda s: url("addendum", s),
        "nurse",
        {"text": "Escort is Alexa", "reason": "Misheard"},
        {"text": "", "reason": ""},
        "therapist",
    ),
    "recovery": ("dosed", lambda s: url("recovery", s), "nurse", {}, None, "therapist"),
    "stop_early": (
        "dosed",
        lambda s: url("stop_early", s),
        "nurse",
        {"reason": "Panic, wants no more"},
        {"reason": ""},
        "therapist",
    ),
    "ready": ("checked_in", lambda s: url("ready", s), "nurse", {}, None, "therapist"),
}


@pytest.fixture(scope="module")
def every_kind(shared, staffed):
    """One session of each kind that an act begins from."""
    kinds = sorted({kind for kind, *_ in ACTS.values()})
    return shared(lambda: {kind: sessions.session_due(staffed, kind) for kind in kinds})


@pytest.fixture
def session_of(every_kind):
    return lambda kind: deepcopy(every_kind[kind])


def values_of(values, clinic, session):
    return values(clinic, session) if callable(values) else values


@pytest.mark.parametrize("name", ACTS)
def test_act_works_and_leads_back_to_the_session(clinic, sign_in, session_of, name):
    kind, address, role, right, _, _ = ACTS[name]
    session = session_of(kind)

    response = sign_in(getattr(clinic, role)).post(address(session), values_of(right, clinic, session))

    assert response.status_code == 302, response.context and response.context["form"].errors
    assert response["Location"].split("#")[0] == url("session", session)
    assert AuditEvent.objects.filter(actor_id=getattr(clinic, role).user_id, action__startswith="sessions.").exists()


@pytest.mark.parametrize("name", [name for name, act in ACTS.items() if act[4] is not None])
def test_bad_input_is_shown_again_with_what_was_typed(clinic, sign_in, session_of, name):
    kind, address, role, _, wrong, _ = ACTS[name]
    session = session_of(kind)
    before = Session.objects.get(pk=session.pk).version

    response = sign_in(getattr(clinic, role)).post(address(session), values_of(wrong, clinic, session))

    assert response.status_code == 422
    assert "Nothing was saved" in response.content.decode()
    assert Session.objects.get(pk=session.pk).version == before


@pytest.mark.parametrize("name", ACTS)
def test_anonymous_wrong_role_and_other_practice_are_refused(clinic, other_clinic, client, sign_in, session_of, name):
    kind, address, role, right, _, stranger = ACTS[name]
    session = session_of(kind)
    target, values = address(session), values_of(right, clinic, session)

    assert client.post(target, values)["Location"].startswith("/sign-in/")
    assert sign_in(getattr(clinic, stranger)).post(target, values).status_code == 403
    assert sign_in(getattr(other_clinic, role)).post(target, values).status_code == 404
    assert Session.objects.get(pk=session.pk).version == session.version
