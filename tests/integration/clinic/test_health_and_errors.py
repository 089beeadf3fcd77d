"""Liveness, readiness and the pages for errors: no trace, no version, always a way on (R77, R90)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.views import home
from clinic import health
from tests.builders import accounts, followups

SECRETS = ("Traceback", "django", "Exception", "/work", "SELECT", "sqlite", "psycopg")


def test_healthz_asks_no_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")


@pytest.mark.django_db
def test_readyz_when_all_is_well(client):
    assert client.get("/readyz").json() == {"ready": True, "failing": [], "degraded": []}


@pytest.mark.django_db
def test_readyz_names_the_component_only(client, monkeypatch):
    def broken():
        raise RuntimeError("canary of the inside")

    monkeypatch.setitem(health._CHECKS, "migrations", broken)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "failing": ["migrations"], "degraded": []}
    assert "canary" not in response.text


@pytest.mark.django_db
def test_readyz_hears_that_messages_stand_still(client):
    """F6: a check-in was due three minutes ago and nobody opened it, whatever the queue says of itself."""
    followups.due_check_ins(1, timezone.now() - timedelta(minutes=3))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "failing": ["messages"], "degraded": []}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_read_only(client, path):
    assert client.post(path).status_code == 405


def check_page(response, status):
    assert response.status_code == status
    assert not [word for word in SECRETS if word.lower() in response.text.lower()]
    assert "<h1" in response.text
    assert response.headers["X-Request-ID"]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_unknown_address(client):
    check_page(client.get("/no-such-page/"), 404)


@pytest.mark.django_db
def test_wrong_role(client):
    accounts.sign_in(client, accounts.clinic_with_staff().nurse)
    check_page(client.get(reverse("accounts:audit_log")), 403)


@pytest.mark.django_db
def test_form_from_another_site_is_refused_in_our_words():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/sign-in/", {"email": "a@b.example", "password": "x"})
    check_page(response, 403)
    assert "out of date" in response.text


@pytest.mark.django_db
def test_unknown_host(client):
    response = client.get("/sign-in/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "could not be read" in response.text
    assert "evil.example" not in response.text


@pytest.mark.django_db
def test_failure_inside_tells_nothing(monkeypatch):
    def broken(request, at):
        raise RuntimeError("canary of the inside")

    client = Client(raise_request_exception=False)
    accounts.sign_in(client, accounts.clinic_with_staff().nurse)
    monkeypatch.setattr(home, "home_page", broken)
    response = client.get("/")
    check_page(response, 500)
    assert "canary" not in response.text


@pytest.mark.django_db
def test_failure_page_needs_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = health.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert connection.vendor not in response.text


@pytest.mark.django_db
def test_every_answer_carries_the_security_headers(client):
    response = client.get("/sign-in/")
    wanted = {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
    }
    assert {name: response.headers.get(name) for name in wanted} == wanted
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=()" in response.headers["Permissions-Policy"]
