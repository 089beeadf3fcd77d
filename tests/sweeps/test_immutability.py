"""Rows that may not change are attacked by every path on both engines and stay as they were (R40, R44-R46)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from common import audit
from common.models import AuditEvent
from common.records import RecordFrozen
from common.sealed_fields import SealedTextField
from tests.builders import accounts, assessments, dosing, notes, patients, sessions

pytestmark = pytest.mark.django_db
is_sqlite = connection.vendor == "sqlite"


def an_audit_row():
    clinic = accounts.clinic_with_staff()
    return audit.record(clinic.nurse, "sample.look", at=timezone.now())


def a_dose():
    return dosing.given_dose(accounts.clinic_with_staff())


def a_signed_order():
    return dosing.dosing_record(accounts.clinic_with_staff()).order


def a_submitted_assessment():
    clinic = accounts.clinic_with_staff()
    person = patients.patient_with_team(clinic)
    given = assessments.answered_set(person, clinic.nurse)
    return given.assessments.get()


def a_reading():
    clinic = accounts.clinic_with_staff()
    session = sessions.dosed_session(clinic)
    return sessions.reading(clinic, session, sessions.AT + timedelta(minutes=20))


def a_signed_session():
    return sessions.signed_session(accounts.clinic_with_staff())


def a_consent():
    clinic = accounts.clinic_with_staff()
    return patients.consent(patients.patient_with_team(clinic), clinic.nurse)


def a_waste():
    clinic = accounts.clinic_with_staff()
    left = dosing.given_dose(clinic, drawn_mg=Decimal(50)).draw
    return dosing.wasted(left, clinic, accounts.staff(clinic.practice, roles=["nurse"]))


def a_note():
    return notes.signed(accounts.clinic_with_staff(at=notes.AT - timedelta(days=7)))


def a_published_questionnaire():
    return assessments.own_questionnaire(accounts.clinic_with_staff().admin)


def a_loaded_wording():
    return assessments.loaded_wording(accounts.clinic_with_staff().admin)


MAKERS = [
    *(an_audit_row, a_dose, a_waste, a_signed_order, a_submitted_assessment),
    *(a_reading, a_signed_session, a_note, a_consent, a_published_questionnaire, a_loaded_wording),
]


@pytest.fixture(params=MAKERS, ids=lambda make: make.__name__)
def row(request):
    """The row as the database has it."""
    made = request.param()
    return type(made)._base_manager.get(pk=made.pk)


def text_column(row) -> str:
    """A plain text column of the row, which an attacker changes."""
    plain = ("CharField", "TextField")
    columns = [field for field in row._meta.concrete_fields if not isinstance(field, SealedTextField)]
    return next(field.name for field in columns if field.get_internal_type() in plain)


def stored(row) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{row._meta.db_table}" WHERE id = %s', [key(row)])
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def key(row) -> str:
    return row.pk.hex if is_sqlite else str(row.pk)


def refused(row, act) -> None:
    """The attack raises and the row is as it was."""
    before = stored(row)
    with pytest.raises((RecordFrozen, DatabaseError)), transaction.atomic():
        act()
    assert stored(row) == before


def sql(statement: str, values=()):
    def act():
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return act


def test_orm_cannot_change_it(row):
    name = text_column(row)
    setattr(row, name, "forged")
    refused(row, row.save)
    refused(row, lambda: row.save(update_fields=[name]))
    refused(row, lambda: row.save(force_update=True))
    refused(row, lambda: type(row)._base_manager.filter(pk=row.pk).update(**{name: "forged"}))
    refused(row, lambda: type(row)._base_manager.bulk_update([row], [name]))


def test_orm_cannot_overwrite_it(row):
    """A new object under the old key, and the upsert of bulk_create."""
    name = text_column(row)
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    copy = type(row)(**{**values, name: "forged"})
    refused(row, copy.save)
    refused(
        row,
        lambda: type(row)._base_manager.bulk_create(
            [copy], update_conflicts=True, unique_fields=["id"], update_fields=[name]
        ),
    )


def test_orm_cannot_delete_it(row):
    refused(row, row.delete)
    refused(row, lambda: type(row)._base_manager.filter(pk=row.pk).delete())
    refused(row, lambda: type(row)._base_manager.filter(pk=row.pk)._raw_delete("default"))


def test_raw_sql_cannot_change_or_delete_it(row):
    table, column = row._meta.db_table, row._meta.get_field(text_column(row)).column
    refused(row, sql(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', ["forged", key(row)]))
    refused(row, sql(f'UPDATE "{table}" SET id = %s', ["0" * 32]))
    refused(row, sql(f'DELETE FROM "{table}" WHERE id = %s', [key(row)]))
    refused(row, sql(f'DELETE FROM "{table}"'))


@pytest.mark.postgresql
@pytest.mark.skipif(is_sqlite, reason="SQLite has no TRUNCATE; its DELETE without WHERE is attacked above")
def test_truncate_is_refused(row):
    refused(row, sql(f'TRUNCATE "{row._meta.db_table}" CASCADE'))


def replacement(row, **changed) -> tuple[str, list]:
    """INSERT of the same row with the changes, as SQL and values."""
    values = {**stored(row), **changed}
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    return f'INTO "{row._meta.db_table}" ({columns}) VALUES ({marks})', list(values.values())


@pytest.mark.skipif(not is_sqlite, reason="INSERT OR REPLACE is SQLite's")
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_replace_is_refused(row, recursive):
    """REPLACE deletes the older row without a DELETE trigger unless recursive_triggers is on; both must hold."""
    column = row._meta.get_field(text_column(row)).column
    body, values = replacement(row, **{column: "forged"})
    sql(f"PRAGMA recursive_triggers = {recursive}")()
    try:
        refused(row, sql(f"INSERT OR REPLACE {body}", values))
        refused(row, sql(f"REPLACE {body}", values))
        refused(row, sql(f'UPDATE OR REPLACE "{row._meta.db_table}" SET "{column}" = %s', ["forged"]))
    finally:
        sql("PRAGMA recursive_triggers = ON")()


@pytest.mark.skipif(not is_sqlite, reason="SQLite's guard must know every unique index")
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_replace_by_another_unique_key_is_refused(row, recursive):
    """A new primary key with the same values in any other unique index would remove the older row too."""
    body, values = replacement(row, id="f" * 32)
    before, count = stored(row), type(row)._base_manager.count()
    sql(f"PRAGMA recursive_triggers = {recursive}")()
    try:
        with transaction.atomic():
            sql(f"INSERT OR REPLACE {body}", values)()
    except DatabaseError:
        pass
    finally:
        sql("PRAGMA recursive_triggers = ON")()
    assert stored(row) == before
    assert type(row)._base_manager.count() >= count


def test_upsert_is_refused(row):
    column = row._meta.get_field(text_column(row)).column
    body, values = replacement(row, **{column: "forged"})
    refused(row, sql(f'INSERT {body} ON CONFLICT (id) DO UPDATE SET "{column}" = excluded."{column}"', values))


@pytest.mark.postgresql
@pytest.mark.skipif(is_sqlite, reason="PostgreSQL's replica mode")
def test_replica_mode_does_not_silence_the_triggers(row):
    column = row._meta.get_field(text_column(row)).column
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            pytest.skip("only a superuser may try")
        cursor.execute("SET session_replication_role = replica")
    try:
        refused(row, sql(f'UPDATE "{row._meta.db_table}" SET "{column}" = %s', ["forged"]))
    finally:
        sql("SET session_replication_role = origin")()


def trigger_of(table: str) -> str:
    return f"keep_{table}_update"


def test_dropped_trigger_is_seen():
    table = AuditEvent._meta.db_table
    assert Client().get("/readyz").status_code == 200
    place = "" if is_sqlite else f' ON "{table}"'
    sql(f'DROP TRIGGER "{trigger_of(table)}"{place}')()
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["failing"] == ["record_protection"]


@pytest.mark.skipif(not is_sqlite, reason="SQLite keeps the text of each trigger")
def test_weakened_trigger_is_seen():
    table = AuditEvent._meta.db_table
    sql(f'DROP TRIGGER "{trigger_of(table)}"')()
    sql(f'CREATE TRIGGER "{trigger_of(table)}" BEFORE UPDATE ON "{table}" BEGIN SELECT 1; END')()
    assert Client().get("/readyz").status_code == 503


@pytest.mark.postgresql
@pytest.mark.skipif(is_sqlite, reason="PostgreSQL can switch a trigger off")
def test_disabled_trigger_is_seen():
    table = AuditEvent._meta.db_table
    sql(f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger_of(table)}"')()
    assert Client().get("/readyz").status_code == 503
