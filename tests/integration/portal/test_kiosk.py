"""The clinic's tablet in a patient's hands: no staff address opens, nothing is told about whoever answered on it."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.gatekeeping import LINK_HOLDER, PUBLIC
from assessments.models import Assessment
from portal import kiosk
from portal.link_cookie import cookie_name
from tests.builders import accounts
from tests.builders import assessments as build
from tests.sweeps.project import routes

LOCK = "/c/locked/"


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def started(clinic, patient, given):
    """The nurse's browser after "Answer on this tablet"."""
    browser = accounts.sign_in(Client(), clinic.nurse)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    opened = browser.post(reverse("assessments:tablet", args=[given.pk]))["Location"]
    browser.get(opened)
    browser.old_session = session
    return browser


def test_the_questions_open_and_the_sign_in_is_gone(clinic, patient, started):
    page = started.get("/c/")
    assert page.status_code == 200
    assert 'data-lock-after="300"' in text(page)
    assert clinic.nurse.name not in text(page)
    again = Client()
    again.cookies[settings.SESSION_COOKIE_NAME] = started.old_session  # ended on the server, not only forgotten here
    assert again.get("/")["Location"].startswith(reverse("accounts:sign_in"))


def address_of(route) -> str:
    pattern = re.sub(r"<uuid:\w+>", str(uuid4()), "/" + route.pattern)
    return re.sub(r"<\w+:\w+>", "1", pattern)


def test_no_staff_address_opens(started):
    """Every address but the patient's own: typed by hand, or in a second tab, which shares the cookies."""
    asked = [route for route in routes() if route.access not in (PUBLIC, LINK_HOLDER) and not route.needs]
    assert len(asked) > 150
    for route in asked:
        answer = started.get(address_of(route))
        if answer.status_code != 401:  # what pages fetch by themselves
            assert answer.status_code == 302, route.name
            assert answer["Location"].split("?")[0] in (LOCK, reverse("accounts:sign_in")), route.name
    assert started.get("/")["Location"] == started.get("/patients/")["Location"] == LOCK


def test_the_lock_says_whose_tablet_it_is_and_nothing_more(clinic, patient, started):
    answer = started.get(LOCK)
    page = text(answer)
    assert answer["Cache-Control"] == "no-store"
    assert clinic.practice.name in page
    assert "Hand this tablet back" in page
    assert "tel:988" in page
    assert "555 777 8899" in page
    for word in (patient.given_name, patient.family_name, patient.mrn, "PHQ", "sent", "score"):
        assert word not in page
    assert started.get("/c/part/1/")["Location"] == LOCK  # the link is forgotten
    assert started.get("/patients/")["Location"] == LOCK


def test_other_browsers_have_no_lock(db):
    """A forged cookie is none, and neither is another program's."""
    stranger = Client()
    assert stranger.get(LOCK).status_code == 410
    for value in ("x", "InVzZXIi:1abc:xyz"):
        stranger.cookies[kiosk.cookie_name()] = value
        assert stranger.get("/patients/")["Location"].startswith(reverse("accounts:sign_in"))
        assert stranger.get(LOCK).status_code == 410


def test_staff_take_it_back_with_their_sign_in(clinic, started):
    assert started.get(reverse("accounts:sign_in")).status_code == 200
    email = clinic.members["nurse"].user.email
    started.post(reverse("accounts:sign_in"), {"email": email, "password": accounts.PASSWORD})
    started.post(reverse("accounts:sign_in_code"), {"code": accounts.code()})
    assert started.get("/patients/").status_code == 200
    assert started.cookies[kiosk.cookie_name()].value == ""
    started.post(reverse("accounts:sign_out"))
    assert started.get("/patients/")["Location"].startswith(reverse("accounts:sign_in"))


def test_stopping_keeps_the_answers_and_locks(started, given):
    started.post(reverse("portal:keep", args=[1]), {"q1": "2"})
    assert started.post(reverse("portal:stop"))["Location"] == LOCK
    assert Assessment.objects.get(assessment_set=given).answers == {"q1": 2}
    assert started.get("/c/")["Location"] == LOCK


def test_after_sending_it_locks_soon_and_back_shows_nothing(started, given):
    for number, code in enumerate(given.instruments, start=1):
        told = {key: value for key, value in build.lowest_answers(code).items() if value is not None}
        assert started.post(reverse("portal:part", args=[number]), told).status_code == 303
    done = text(started.get("/c/done/"))
    assert 'data-lock-after="60"' in done
    assert "Please hand the tablet back now." in done
    for path in ("/c/done/", "/c/", "/c/part/1/"):
        assert started.get(path)["Location"] == LOCK


def test_left_alone_it_forgets_whose_questions_it_showed(started, monkeypatch):
    """On the server, too, whatever the page does: fifteen minutes after the last request."""
    real = timezone.now
    left = kiosk.FORGET_AFTER - timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: real() + left)
    assert started.get("/c/").status_code == 200  # and from now on it is counted anew
    monkeypatch.setattr(timezone, "now", lambda: real() + 2 * left)
    assert started.get("/c/").status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: real() + 2 * left + kiosk.FORGET_AFTER + timedelta(minutes=1))
    assert started.get("/c/")["Location"] == LOCK
    assert cookie_name() in started.cookies


def test_a_phone_is_not_locked(phone):
    page = text(phone.enter().get("form"))
    assert "data-lock-after" not in page
    assert kiosk.cookie_name() not in phone.client.cookies
