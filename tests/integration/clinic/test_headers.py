"""Every kind of answer of a clinic behind TLS is an A+ by the rules of Mozilla's Observatory (R84)."""

import json
import os
import subprocess
import sys
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from tests import observatory
from tests.journeys import prepared_home

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="starts on SQLite whatever the tests run on"
)
ROOT = Path(__file__).resolve().parents[3]
KINDS = {
    "sign-in": 200,
    "a right code": 302,
    "home of somebody signed in": 200,
    "a patient": 200,
    "the staff's list over the API": 200,
    "the API without a token": 401,
    "a link that opens nothing": 410,
    "an unknown address": 404,
    "a failure inside": 500,
    "a style sheet": 200,
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict:
    """Status, headers and cookies of each kind, asked of a process with the settings of a server."""
    home = tmp_path_factory.mktemp("deployed")
    home.chmod(0o700)
    quiet = {
        name: value for name, value in os.environ.items() if not name.startswith(("CLINIC_", "DJANGO_", "PYTEST_"))
    }
    prepared_home.copy_to(home, {**quiet, "CLINIC_ONE_MACHINE": "1"})
    keys = dict(line.split("=", 1) for line in (home / "keys.env").read_text().splitlines() if "=" in line)
    server = {
        "CLINIC_HOME": str(home),
        "BEHIND_TLS_PROXY": "1",
        "ALLOWED_HOSTS": "clinic.example.org",
        "PUBLIC_URL": "https://clinic.example.org",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "DATABASE_URL": "",
    }
    command = [sys.executable, "-m", "tests.integration.clinic.deployed_answers"]
    environment = {**quiet, **keys, **server, "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_kind_of_answer_is_an_a_plus(answers):
    """R84: also errors, the API, a patient's link and static files; with the points of each, and no penalty."""
    assert {kind: told["status"] for kind, told in answers.items() if kind != "redirect"} == KINDS
    is_redirected = answers["redirect"]["status"] == 301 and answers["redirect"]["headers"]["Location"].startswith(
        "https://"
    )
    scores = {
        kind: observatory.score(told["headers"], SimpleCookie(told["cookies"]), is_redirected)
        for kind, told in answers.items()
        if kind != "redirect"
    }
    assert {kind: words for kind, (_, words) in scores.items() if words} == {}
    assert min(points for points, _ in scores.values()) >= 140


def test_cookies_are_bound_to_the_host(answers):
    """R31, R84: `__Host-` cookies travel to this host alone, over TLS, and no script reads them."""
    cookies = SimpleCookie(answers["sign-in"]["cookies"])
    assert set(cookies) == {"__Host-csrf"}
    signed_in = SimpleCookie(answers["a right code"]["cookies"])
    assert signed_in["__Host-session"]["httponly"]
    assert signed_in["__Host-session"]["secure"]
    assert (signed_in["__Host-session"]["path"], signed_in["__Host-session"]["domain"]) == ("/", "")


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ({}, 155),
        ({"Content-Security-Policy": "default-src 'self'; script-src 'unsafe-inline'"}, 80),
        ({"Strict-Transport-Security": ""}, 80),
        ({"X-Content-Type-Options": ""}, 150),
        ({"Cross-Origin-Opener-Policy": ""}, 145),
        ({"Content-Security-Policy": ""}, 75),
    ],
)
def test_the_score_falls_where_it_should(answers, change, points):
    """A rule that cannot fail proves nothing: each header taken away costs what the rules say."""
    told = answers["home of somebody signed in"]
    found, _ = observatory.score({**told["headers"], **change}, SimpleCookie(told["cookies"]), True)
    assert found == points
