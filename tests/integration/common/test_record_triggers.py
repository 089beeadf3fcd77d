"""The record triggers survive migrations and know partial unique indexes."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from common.immutability import missing_triggers, sqlite_triggers
from common.models import AuditEvent
from tests.builders import accounts, sessions

is_sqlite = connection.vendor == "sqlite"


@pytest.mark.django_db(transaction=True)
def test_migrate_restores_the_triggers_a_remade_table_lost():
    """On SQLite a changed column makes a new table and loses its triggers; `migrate` puts them back."""
    old = AuditEvent._meta.get_field("purpose")
    wider = models.CharField(max_length=41, blank=True)
    wider.set_attributes_from_name("purpose")
    wider.model = AuditEvent
    with connection.schema_editor() as editor:
        editor.alter_field(AuditEvent, old, wider, strict=True)
    if is_sqlite:
        assert "keep_common_auditevent_update" in missing_triggers()
    with connection.schema_editor() as editor:
        editor.alter_field(AuditEvent, wider, old, strict=True)
    call_command("migrate", verbosity=0)
    assert missing_triggers() == []


@pytest.mark.django_db
@pytest.mark.skipif(not is_sqlite, reason="REPLACE is SQLite's")
def test_replace_through_a_partial_unique_index_is_refused():
    """A session number is unique only among sessions that took place; REPLACE would remove the signed one."""
    session = sessions.signed_session(accounts.clinic_with_staff())
    table = session._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" WHERE id = %s', [session.pk.hex])
        names = [column[0] for column in cursor.description]
        values = dict(zip(names, cursor.fetchone(), strict=True)) | {"id": "f" * 32}
        cursor.execute("PRAGMA recursive_triggers = OFF")
        marks = ", ".join(["%s"] * len(values))
        try:
            with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
                cursor.execute(f'INSERT OR REPLACE INTO "{table}" VALUES ({marks})', list(values.values()))
        finally:
            cursor.execute("PRAGMA recursive_triggers = ON")
    assert type(session)._base_manager.filter(pk=session.pk, signed_at__isnull=False).exists()


@pytest.mark.django_db
def test_a_cancelled_session_leaves_its_number_free():
    """The guard asks no more than the index: a number is used again after a session that did not take place."""
    from sessions_app import actions

    clinic = accounts.clinic_with_staff()
    first = sessions.scheduled_session(clinic)
    actions.cancel_session(session=first, by=clinic.nurse, at=sessions.AT, reason="Patient asked for another day")
    again = sessions.scheduled_session(clinic, sessions.AT + timedelta(days=1), series=first.series)
    assert again.pk != first.pk


def test_guard_of_a_partial_index_names_both_rows():
    from sessions_app.models import Session

    text = sqlite_triggers(Session)["keep_sessions_app_session_insert"]
    assert 'NEW."state"' in text
    assert '"series_id" = NEW."series_id"' in text
