"""The commands that begin a clinic and help a person who is locked out."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Practice, User
from common.models import AuditEvent
from tests.builders import accounts as build

pytestmark = pytest.mark.django_db
ANSWERS = {
    "name": "Harbor",
    "time_zone": "America/Chicago",
    "admin_name": "Ada Byron",
    "admin_email": "Ada@example.org",
    "admin_initials": "AB",
}


def run(command, *words, **options) -> str:
    said = StringIO()
    call_command(command, *words, stdout=said, **options)
    return said.getvalue()


def test_first_admin_signs_in_with_what_the_command_says():
    said = run("create_practice", no_input=True, **ANSWERS)
    secret = re.search(r"Temporary password: (\S+)", said).group(1)
    client = Client()
    assert client.post("/sign-in/", {"email": "ada@example.org", "password": secret}).status_code == 302
    assert client.get("/")["Location"] == "/account/password/"
    assert AuditEvent.objects.filter(actor_name="system:create_practice", action="accounts.add_staff").exists()
    assert "has no practice yet" not in Client().get("/sign-in/").text


def test_command_asks_for_what_is_missing(monkeypatch):
    asked = []
    replies = iter(["Harbor", "", "Ada Byron", "ada@example.org", "AB"])
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or next(replies))
    run("create_practice")
    assert len(asked) == 5
    assert Practice.objects.get().time_zone == "America/New_York"


@pytest.mark.parametrize("wrong", [{"name": " "}, {"time_zone": "Mars/Base"}, {"admin_email": "x"}])
def test_command_leaves_nothing_when_it_fails(wrong):
    with pytest.raises(CommandError):
        run("create_practice", no_input=True, **{**ANSWERS, **wrong})
    assert not Practice.objects.exists()
    assert not User.objects.exists()


def test_operator_resets_a_lost_password():
    clinic = build.clinic_with_staff()
    said = run("reset_password", clinic.admin.user.email.upper())
    secret = re.search(r"Temporary password: (\S+)", said).group(1)
    assert User.objects.get(pk=clinic.admin.user_id).check_password(secret)
    with pytest.raises(CommandError):
        run("reset_password", "nobody@example.org")


def test_own_panel_of_the_home_page_costs_the_same_for_many(django_assert_num_queries):
    from django.utils import timezone

    from accounts.home import home_panels_for

    clinic = build.clinic_with_staff()
    with django_assert_num_queries(3):
        home_panels_for(clinic.admin, timezone.now())
    for _ in range(10):
        build.staff(clinic.practice)
    with django_assert_num_queries(3):
        panels = {panel.key: panel for panel in home_panels_for(clinic.admin, timezone.now())}
    assert panels.keys() == {"backups", "practice"}
    assert panels["practice"].context["staff_count"] == 15
    assert home_panels_for(clinic.nurse, timezone.now()) == []
