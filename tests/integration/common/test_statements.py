"""Statements that are made once ask what the ORM asks, every time anew, on every connection."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from accounts.actor import stand_in
from accounts.models import ApiToken
from accounts.token_lookup import token_hash, usable_token
from common import audit
from common.errors import AuditUnavailable
from common.models import AuditEvent
from common.statements import Statement, columns_of, row_of
from patients.models import Patient
from tests.builders import accounts
from tests.builders import patients as build

pytestmark = pytest.mark.django_db


def of_word(practice: UUID, word: str):
    rows = Patient.objects.filter(practice_id=practice, search_text__contains=word)
    return rows.order_by("family_name").values_list(*columns_of(Patient))


@pytest.fixture
def clinic():
    return accounts.clinic_with_staff()


def test_rows_are_those_of_the_orm_whatever_the_word(clinic):
    """Signs that mean something in a pattern are taken as they are."""
    other = accounts.clinic_with_staff(name="Hill")
    for name in ("Moss", "Reed", "100% Reed", "Under_Reed", "O'Moss", "Back\\Moss"):
        build.patient(clinic.nurse, family_name=name)
        build.patient(other.nurse, family_name=name)
    statement = Statement("of_word", of_word, practice=UUID, word=str)
    for word in ("moss", "reed", "%", "_", "\\", "'", "o'm", "nobody", "$1", "{}"):
        told = [row_of(Patient, row) for row in statement.rows(practice=clinic.practice.pk, word=word)]
        asked = Patient.objects.filter(practice_id=clinic.practice.pk, search_text__contains=word)
        assert told == list(asked.order_by("family_name")), word
        assert [vars(row) | {"_state": 0} for row in told] == [
            vars(row) | {"_state": 0} for row in asked.order_by("family_name")
        ], word


def test_each_call_asks_again(clinic):
    """R8: nothing is kept but the SQL; a token that ended a moment ago is not taken."""
    secret, at = accounts.api_token(clinic.nurse), accounts.AT
    found = usable_token(secret, at)
    assert found.membership.practice == clinic.practice
    assert found.membership.user.full_name == clinic.nurse.name
    assert usable_token(secret + "x", at) is None
    member, user = found.membership, found.membership.user
    for row, change in (
        (found, {"revoked_at": at}),
        (found, {"expires_at": at}),
        (member, {"is_active": False, "left_at": at}),
        (user, {"is_active": False}),
        (user, {"must_change_password": True}),
    ):
        mark = transaction.savepoint()
        type(row).objects.filter(pk=row.pk).update(**change)
        assert usable_token(secret, at) is None, change
        transaction.savepoint_rollback(mark)
        assert usable_token(secret, at) == found


def test_a_statement_has_to_ask_every_value(clinic):
    """A filter that got lost would answer for everybody."""
    lost = Statement("lost", lambda practice, word: of_word(practice, "x"), practice=UUID, word=str)
    with pytest.raises(LookupError, match="word"):
        lost.rows(practice=clinic.practice.pk, word="moss")
    everybody = Statement(
        "left", lambda word, practice: of_word(practice, "x"), unless=("word",), word=str, practice=UUID
    )
    assert everybody.rows(practice=clinic.practice.pk, word="moss") == []


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_and_a_transaction_rolled_back_ask_the_same():
    clinic = accounts.clinic_with_staff()
    secret, at = accounts.api_token(clinic.nurse), accounts.AT
    assert usable_token(secret, at)
    if connection.vendor == "postgresql":
        connection.close()
    assert usable_token(secret, at)
    statement = Statement(
        "later", lambda hashed: ApiToken.objects.filter(token_hash=hashed).values_list("pk"), hashed=str
    )
    with transaction.atomic():
        assert statement.rows(hashed=token_hash(secret))
        transaction.set_rollback(True)
    assert statement.rows(hashed=token_hash(secret))


def test_audit_rows_are_stored_as_the_model_has_them(clinic, at):
    """R51, R52: the columns, one row or many, with and without everything."""
    assert audit.Row._fields == tuple(field.attname for field in AuditEvent._meta.concrete_fields)
    patient = build.patient(clinic.nurse)
    told = audit.record(clinic.nurse, "sample.act", at=at, subject=patient, purpose="p", detail={"ids": [1, "ü", None]})
    bare = audit.record(stand_in((), clinic.practice.pk, uuid4()), "sample.bare", at=at + timedelta(microseconds=1))
    for event in (told, bare):
        stored = AuditEvent.objects.get(pk=event.pk)
        assert vars(stored) | {"_state": 0} == vars(event) | {"_state": 0}
    shown = [uuid4() for _ in range(3)]
    audit.record_list(clinic.nurse, "sample.list", shown)
    alike = audit.row(clinic.nurse, "sample.list", at=at, purpose=audit.INCIDENTAL)._asdict()
    rows = AuditEvent.objects.filter(action="sample.list").values()
    assert {row["patient_id"] for row in rows} == set(shown)
    for row in rows:
        assert row | {"id": 0, "at": 0, "patient_id": 0} == alike | {"id": 0, "at": 0, "patient_id": 0}


def test_very_many_rows_are_stored_all_or_none(clinic, at, monkeypatch):
    """An export of a whole practice shows more patients than one statement takes values."""
    monkeypatch.setattr(audit, "MOST_AT_ONCE", 4)
    audit.record_all([audit.row(clinic.nurse, "sample.many", at=at) for _ in range(9)])
    audit.record_all([])
    assert AuditEvent.objects.filter(action="sample.many").count() == 9
    if connection.vendor == "postgresql":  # SQLite does not look at lengths
        with pytest.raises(AuditUnavailable), transaction.atomic():
            audit.record_list(clinic.nurse, "x" * 61, [uuid4()])
