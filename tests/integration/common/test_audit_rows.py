"""Audit rows: written with the act or not at all, one per patient in lists, nothing forged through a header."""

import json
import uuid

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts import actions
from accounts.models import Membership
from common import audit
from common.api import problem_handler
from common.errors import Blocked, InvalidInput, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from tests.builders import accounts

pytestmark = pytest.mark.django_db


def test_act_without_its_row_does_not_happen(clinic, at, monkeypatch):
    def broken(*args, **more):
        raise DatabaseError("audit is full")

    monkeypatch.setattr("common.audit.record", broken)
    member = clinic.members["nurse"]
    with pytest.raises(DatabaseError):
        actions.end_membership(membership=member, by=clinic.admin, at=at)
    assert Membership.objects.get(pk=member.pk).is_active


def test_page_without_its_row_is_not_shown(clinic, monkeypatch):
    def broken(*args, **more):
        raise DatabaseError("audit is full")

    monkeypatch.setattr("common.audit.record", broken)
    client = accounts.sign_in(Client(raise_request_exception=False), clinic.admin)
    response = client.get("/audit/")
    assert response.status_code == 500
    assert clinic.nurse.name not in response.text


def test_list_writes_one_row_per_patient_in_one_statement(clinic, django_assert_num_queries):
    shown = [uuid.uuid4() for _ in range(25)]
    with django_assert_num_queries(1):
        audit.record_list(clinic.nurse, "patients.listed", [*shown, shown[0]])
    rows = AuditEvent.objects.filter(action="patients.listed")
    assert {row.patient_id for row in rows} == set(shown)
    assert {row.purpose for row in rows} == {"incidental"}


def test_empty_list_leaves_one_row(clinic):
    audit.record_list(clinic.nurse, "patients.listed", [])
    assert AuditEvent.objects.filter(action="patients.listed").count() == 1


@pytest.mark.parametrize("forged", ["x\r\nSet-Cookie: a=b", "\x1b[2Jcleared", "\u2028second line"])
def test_headers_cannot_break_a_row(client, clinic, forged):
    client.post("/sign-in/", {"email": clinic.nurse.user.email, "password": "no"}, HTTP_USER_AGENT=forged)
    event = AuditEvent.objects.get(outcome="failed")
    assert len(event.user_agent.splitlines()) == 1


def test_row_cannot_be_saved_or_deleted_again(clinic, at):
    event = audit.record(clinic.nurse, "sample.act", at=at)
    event.action = "forged"
    with pytest.raises(RecordFrozen):
        event.save()
    with pytest.raises(RecordFrozen):
        event.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(action="forged")


def test_out_of_reach_and_denied_are_audited(client, clinic):
    other = accounts.clinic_with_staff(name="Hill")
    accounts.sign_in(client, clinic.admin)
    assert client.get(f"/staff/{other.members['nurse'].pk}/").status_code == 404
    event = AuditEvent.objects.get(action="denied")
    assert (event.outcome, event.actor_id) == ("denied", clinic.admin.user_id)
    asked = {"pk": str(other.members["nurse"].pk)}
    assert event.detail == {"route": "accounts:staff_member", "status": 404, "asked": asked}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput({"dose_mg": "Enter a dose."}), 422, "INVALID"),
        (StaleState("Changed."), 409, "STALE"),
        (Blocked([]), 422, "BLOCKED"),
    ],
)
def test_api_problem_documents(rf, error, status, code):
    class Inside:
        _request = rf.get("/")

    response = problem_handler(error, {"request": Inside})
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.data["code"] == code
    assert json.dumps(response.data)


def test_unknown_errors_are_left_to_the_server(rf):
    class Inside:
        _request = rf.get("/")

    assert problem_handler(RuntimeError("x"), {"request": Inside}) is None
