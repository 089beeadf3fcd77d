"""Open pages ask whether a risk answer came: rows alone decide, in one statement, and nobody stays signed in by it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.session_store import ACTIVE_KEY
from assessments import actions
from assessments.live_risk import risk_stamp
from common.models import AuditEvent
from tests.builders import accounts
from tests.builders import assessments as build

NOW = timezone.now
ROUTES = ("risk_rows", "risk_panel")


@pytest.fixture
def nurse(clinic):
    return accounts.sign_in(Client(), clinic.nurse)


@pytest.fixture(autouse=True)
def same_minute(monkeypatch):
    """So that no minute ends between two looks."""
    at = NOW().replace(second=30)
    monkeypatch.setattr(timezone, "now", lambda: at)


def ask(browser, clinic, route, stamp=None):
    stamp = risk_stamp(clinic.nurse, timezone.now()) if stamp is None else stamp
    return browser.get(reverse(f"assessments:{route}"), {"stamp": stamp})


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_new_is_204_in_three_statements(clinic, patient, nurse, route):
    build.risk_item(patient, clinic.nurse, timezone.now())
    ask(nurse, clinic, route)
    stamp = risk_stamp(clinic.nurse, timezone.now())
    with CaptureQueriesContext(connection) as captured:
        assert ask(nurse, clinic, route, stamp).status_code == 204
    assert len(captured) == 3  # the sign-in, the person, the stamp
    assert not AuditEvent.objects.filter(action="assessments.listed_risk").exists()


@pytest.mark.parametrize("route", ROUTES)
def test_a_new_item_comes_with_its_patient_and_a_row_of_the_look(clinic, patient, nurse, route):
    stamp = risk_stamp(clinic.nurse, timezone.now())
    assert ask(nurse, clinic, route, stamp).status_code == 204
    item = build.risk_item(patient, clinic.nurse, timezone.now())
    answer = ask(nurse, clinic, route, stamp)
    page = answer.content.decode()
    assert patient.name in page
    assert reverse("assessments:risk_item", args=[item.pk]) in page
    assert risk_stamp(clinic.nurse, timezone.now()) in page
    assert "1 open risk answer." in page or "1 risk answer in the list." in page
    assert AuditEvent.objects.filter(action="assessments.listed_risk", patient_id=patient.pk).exists()


def test_the_stamp_moves_with_what_is_done_and_with_the_minute(clinic, patient):
    at = timezone.now()
    stamps = [risk_stamp(clinic.nurse, at)]
    assert risk_stamp(clinic.nurse, at + timedelta(minutes=1)) == stamps[0]  # with nothing open, time changes nothing
    item = build.risk_item(patient, clinic.nurse, at)
    stamps += [risk_stamp(clinic.nurse, at), risk_stamp(clinic.nurse, at + timedelta(minutes=1))]
    item = actions.acknowledge_risk(item=item, by=clinic.nurse, at=at)
    stamps.append(risk_stamp(clinic.nurse, at))
    actions.record_risk_contact(item=item, by=clinic.nurse, at=at, how="phone", outcome="Reached, safe tonight")
    stamps.append(risk_stamp(clinic.nurse, at))
    assert len(set(stamps)) == len(stamps)
    actions.close_risk(item=item, by=clinic.nurse, at=at, closing_text="Safe tonight, and the plan is agreed.")
    assert risk_stamp(clinic.nurse, at) == stamps[0]


@pytest.mark.parametrize("route", ROUTES)
def test_who_sees_no_risk_is_told_none(clinic, other_clinic, patient, route):
    build.risk_item(patient, clinic.nurse, timezone.now())
    path = reverse(f"assessments:{route}")
    for member in (accounts.staff(clinic.practice), other_clinic.members["nurse"]):
        assert patient.name not in accounts.sign_in(Client(), member).get(path).content.decode()
    for member in (clinic.members["admin"], clinic.members["compliance"]):
        assert accounts.sign_in(Client(), member).get(path).status_code == 403


@pytest.mark.parametrize("route", ROUTES)
def test_asking_keeps_nobody_signed_in(clinic, nurse, route, monkeypatch):
    """R29."""
    before = nurse.session[ACTIVE_KEY]
    later = timezone.now() + timedelta(minutes=5)
    monkeypatch.setattr(timezone, "now", lambda: later)
    ask(nurse, clinic, route)
    assert nurse.session[ACTIVE_KEY] == before


def test_pages_ask_and_a_home_page_without_risk_asks_too(clinic, patient, nurse):
    home, queue = (reverse(name) for name in ("accounts:home", "assessments:risk_queue"))
    for page in (nurse.get(home), nurse.get(queue)):
        assert 'hx-trigger="every 2s"' in page.content.decode()
    assert "Risk answers" not in nurse.get(home).content.decode().split("home-panels")[1]
    assert 'hx-get="/assessments/risk/rows' not in nurse.get(queue, {"state": "closed"}).content.decode()
    admin = accounts.sign_in(Client(), clinic.members["admin"])
    assert "/assessments/risk/panel/" not in admin.get(home).content.decode()
