"""What was signed is what is stored: pages and `verify_signatures` name what was changed behind the clinic (R41)."""

from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from common.immutability import _drop_triggers
from common.models import AuditEvent
from dosing.models import DoseOrder
from tests.builders import accounts, notes, patients, sessions

pytestmark = pytest.mark.django_db


class Undone(Exception):
    """Takes one forgery back."""


@contextmanager
def undone():
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


def verify() -> str:
    said = StringIO()
    call_command("verify_signatures", stdout=said)
    return said.getvalue()


@pytest.fixture
def signed():
    """One signed row of each kind, and how somebody with the database's password changes it."""
    clinic = accounts.clinic_with_staff(at=notes.AT - timedelta(days=7))
    session = sessions.signed_session(clinic)
    note = notes.signed(clinic, session, session.signed_at)
    private = notes.signed_private(clinic, patients.patient_with_team(clinic, notes.AT))
    order = DoseOrder.objects.get(pk=session.order_id)
    kinds = {"session": session, "order": order, "note": note, "private note": private}
    return clinic, kinds


TURN_LAST = "substr({0}, 1, length({0}) - 5) || CASE substr({0}, length({0}) - 4, 1) WHEN 'A' THEN 'B' ELSE 'A' END"
TURN_LAST += " || substr({0}, length({0}) - 3)"
FORGERIES = [
    ("session", "sessions_app_session", "planned_minutes = planned_minutes + 1"),
    ("session", "sessions_app_session", "intention = 'a text from outside'"),
    ("session", "sessions_app_session", "content_sha256 = substr(content_sha256, 2) || 'g'"),
    ("order", "dosing_doseorder", "mg_per_kg = mg_per_kg + 1"),
    ("order", "dosing_doseorder", f"overrides = {TURN_LAST.format('overrides')}"),
    ("order", "dosing_doseorder", "expires_on = '2030-01-01'"),
    ("note", "integration_notes_integrationnote", "modality = 'PSYCHODYNAMIC'"),
    ("note", "integration_notes_integrationnote", f"fields = {TURN_LAST.format('fields')}"),
    ("note", "integration_notes_integrationnote", "signed_at = NULL, signed_by_id = NULL"),
    ("private note", "integration_notes_privatenote", f"text = {TURN_LAST.format('text')}"),
    ("private note", "integration_notes_privatenote", "signed_at = NULL"),
]


def page_of(kind: str, row) -> str:
    name = {
        "session": "sessions:signature",
        "order": "dosing:order",
        "note": "notes:note",
        "private note": "notes:private_note",
    }
    return reverse(name[kind], args=[row.pk])


def forge(table: str, change: str, row) -> None:
    key = row.pk.hex if connection.vendor == "sqlite" else str(row.pk)
    with connection.cursor() as cursor:
        _drop_triggers(connection, cursor)
        cursor.execute(f"UPDATE {table} SET {change} WHERE id = %s", [key])
        assert cursor.rowcount == 1


def unnoticed(kind: str, row, clinic, reader) -> list[str]:
    """What the command, the audit log or the page fails to say about a forged row."""
    found = []
    try:
        verify()
        found.append("the command finds nothing")
    except CommandError as said:
        if str(said).split("\n")[1:] != [f"{kind} {row.pk}"]:
            found.append(f"the command says {said}")
    told = AuditEvent.objects.filter(action="common.signature_does_not_fit", object_id=row.pk)
    if list(told.values_list("actor_name", "practice_id")) != [("system:verify_signatures", clinic.practice.pk)]:
        found.append("no audit row in the practice")
    if "altered" not in reader.get(page_of(kind, row)).content.decode().lower():
        found.append("the page says nothing")
    return found


def test_one_changed_byte_is_named_by_the_command_and_on_the_page(signed, monkeypatch):
    clinic, kinds = signed
    monkeypatch.setattr("django.utils.timezone.now", lambda: kinds["session"].signed_at + timedelta(minutes=1))
    prescriber = accounts.sign_in(Client(), clinic.prescriber)
    therapist = accounts.sign_in(Client(), clinic.therapist)
    readers = {"session": prescriber, "order": prescriber, "note": therapist, "private note": therapist}
    assert "Every signed row is what was signed." in verify()
    for kind, row in kinds.items():
        shown = readers[kind].get(page_of(kind, row))
        assert (shown.status_code, "altered" in shown.content.decode().lower()) == (200, False), kind

    wrong = []
    for kind, table, change in FORGERIES:
        with undone():
            forge(table, change, kinds[kind])
            faults = unnoticed(kind, kinds[kind], clinic, readers[kind])
        wrong += [f"{kind}, {change}: {fault}" for fault in faults]
    assert not wrong
    assert "Every signed row is what was signed." in verify()


def test_it_reads_in_batches(signed, monkeypatch):
    monkeypatch.setattr("common.signatures.BATCH", 1)
    clinic, _ = signed
    sessions.signed_session(clinic)
    assert "session        2 checked, 0 altered" in verify()
