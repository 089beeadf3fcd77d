"""Without its audit row a request fails and shows nothing (R51, R53); what people type forges no row (R58)."""

import json
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from common import audit
from common.models import AuditEvent
from tests.builders import accounts
from tests.builders import patients as build

pytestmark = pytest.mark.django_db
CANARY = "Zebrowska"
ROOT = Path(__file__).resolve().parents[3]
PAYLOADS = [
    "a\nb", "a\r\nb", "a\rb", "\x1b[2Jx", "\x1b]0;t\x07", "\x9b31m", 'x", "outcome": "done', '"}\n{"a": 1}', "a\u2028b",
    "a\u2029b", "\u202egnp.exe", "\u2066x\u2069", "\u200bx", "\x00x", "\x7fx", "\x85next", "%0d%0aSet-Cookie: x",
    "${jndi:ldap://x}", "<script>alert(1)</script>", "\x0b\x0cx",
]  # fmt: skip


def _break(execute, sql, params, many, context):
    if sql.startswith('INSERT INTO "common_auditevent"'):
        raise OperationalError("the audit table is gone")
    return execute(sql, params, many, context)


def _without_audit(ask, *what):
    """The answer to `ask(*what)` while no audit row can be written; all it did is rolled back."""
    mark = transaction.savepoint()
    with connection.execute_wrapper(_break):
        answer = ask(*what)
    connection.needs_rollback = False
    transaction.savepoint_rollback(mark)
    return answer


def test_no_page_and_no_act_without_its_row(clinic):
    """R51: lists, looks, refusals, acts and the API answer 503 and hold nothing of the record."""
    patient = build.patient_with_team(clinic, family_name=CANARY)
    paths = [
        "/patients/",
        f"/patients/{patient.pk}/",
        f"/patients/{patient.pk}/facts/",
        f"/patients/{patient.pk}/team/",
    ]
    paths += ["/audit/", reverse("api:patient", args=[patient.pk])]
    for who in (clinic.nurse, clinic.admin):
        client = accounts.sign_in(Client(raise_request_exception=False), who)
        for path in paths:
            answer = _without_audit(client.get, path)
            assert answer.status_code == 503, (who.name, path)
            assert CANARY not in answer.text + str(answer.headers)
            if path.startswith("/api/"):
                assert answer["Content-Type"] == "application/problem+json"
        somebody = {"membership_id": accounts.staff(clinic.practice).pk}
        added = _without_audit(client.post, f"/patients/{patient.pk}/team/add/", somebody)
        assert added.status_code == 503
        assert patient.team.count() == 3
    assert AuditEvent.objects.exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_stay_on_their_line(clinic, client, payload):
    """R58: in the user agent, the typed name and the purpose; one row, one line, still JSON."""
    before = AuditEvent.objects.count()
    client.post("/sign-in/", {"email": payload, "password": payload}, HTTP_USER_AGENT=payload)
    client.get("/sign-in/", HTTP_X_FORWARDED_FOR=payload)
    audit.record(
        clinic.nurse, "common.test", at=accounts.AT, purpose=payload, detail={"code": payload.replace("\x00", "")}
    )
    rows = AuditEvent.objects.all()
    assert rows.count() - before == (1 if "\x00" in payload else 2)  # a form takes no NUL
    for row in rows:
        text = row.user_agent + row.actor_name + row.purpose + row.ip + row.action
        assert text.isprintable()
        assert json.loads(json.dumps(row.detail)) == row.detail


def test_nothing_switches_it_off():
    """R53: no setting and no variable is asked by the module that writes the rows."""
    source = (ROOT / "common" / "audit.py").read_text()
    assert "settings" not in source
    assert "environ" not in source
