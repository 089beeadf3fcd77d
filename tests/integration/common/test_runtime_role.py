"""On PostgreSQL the clinic runs as a role that owns nothing and may do no more than its records need (R44)."""

import os
from contextlib import closing
from urllib.parse import unquote, urlsplit

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from clinic import startup
from common import audit
from common.grants import excess_rights, grant_runtime_role
from common.models import AuditEvent, ChainLink
from common.verifying import verify_chain
from tests.builders import accounts

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles"),
    pytest.mark.django_db(transaction=True),
]
TABLE = AuditEvent._meta.db_table
ATTACKS = {
    "update": f"UPDATE {TABLE} SET action = 'forged'",
    "upsert": f"INSERT INTO {TABLE} SELECT * FROM {TABLE} ON CONFLICT (id) DO UPDATE SET action = 'forged'",
    "delete": f"DELETE FROM {TABLE}",
    "truncate": f"TRUNCATE {TABLE} CASCADE",
    "switch the trigger off": f"ALTER TABLE {TABLE} DISABLE TRIGGER keep_{TABLE}_update",
    "drop the trigger": f"DROP TRIGGER keep_{TABLE}_update ON {TABLE}",
    "drop the table": f"DROP TABLE {TABLE} CASCADE",
    "replica mode": "SET session_replication_role = replica",
    "own function": "CREATE FUNCTION clinic_mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "other function body": "CREATE OR REPLACE FUNCTION clinic_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN NEW; END'",
    "own table": "CREATE TABLE mine (id int)",
    "signed rows away": "DELETE FROM sessions_app_session",
    "link forged": "INSERT INTO common_chainlink SELECT gen_random_uuid(), max(seq) + 1, max(at), 'x', "
    "gen_random_uuid(), 1, 'x', max(hash), 'x' FROM common_chainlink",
    "links away": "DELETE FROM common_chainlink",
    "migrations forged": "DELETE FROM django_migrations",
}


@pytest.fixture
def as_clinic():
    """A connection to the test database as the role that runs the clinic."""
    url = urlsplit(os.environ["APP_DATABASE_URL"])
    grant_runtime_role(unquote(url.username))
    audit.record(accounts.clinic_with_staff().nurse, "sample.look", at=timezone.now())
    parts = {"host": url.hostname, "port": url.port, "user": url.username, "password": url.password}
    with closing(psycopg2.connect(**parts, dbname=connection.settings_dict["NAME"])) as other:
        other.autocommit = True
        yield other


def test_it_can_read_and_add(as_clinic):
    with as_clinic.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        assert cursor.fetchone()[0] > 0
        cursor.execute("UPDATE accounts_practice SET name = 'Harbor'")
        assert cursor.rowcount == 1


def test_its_rows_are_linked_though_it_may_add_no_link(as_clinic):
    """R47: the triggers that add links run as the owner of the tables."""
    before = ChainLink.objects.count()
    with as_clinic.cursor() as cursor:
        columns = ", ".join(f'"{field.column}"' for field in AuditEvent._meta.concrete_fields if field.name != "id")
        cursor.execute(f"INSERT INTO {TABLE} (id, {columns}) SELECT gen_random_uuid(), {columns} FROM {TABLE} LIMIT 1")
    assert ChainLink.objects.count() == before + 1
    assert verify_chain().count == 0


def test_it_cannot_change_an_audit_row_or_its_protection(as_clinic):
    before = list(AuditEvent.objects.order_by("id").values())
    succeeded = []
    for name, statement in ATTACKS.items():
        with as_clinic.cursor() as cursor:
            try:
                cursor.execute(statement)
            except psycopg2.Error:
                continue
            succeeded.append(name)
    assert not succeeded
    assert list(AuditEvent.objects.order_by("id").values()) == before


def test_the_owner_is_refused_at_start(settings):
    """Tests run as the owner of the tables: a clinic in production would not start so (R92)."""
    assert any(f"owns {TABLE}" in sentence for sentence in excess_rights(connection))
    settings.ONE_MACHINE = False
    assert any("DATABASE_URL: the database role owns" in fault for fault in startup.database_faults())


def test_the_runtime_role_starts_unless_it_may_too_much(as_clinic):
    url = urlsplit(os.environ["APP_DATABASE_URL"])
    runtime = connection.copy()
    runtime.settings_dict |= {"USER": url.username, "PASSWORD": unquote(url.password)}
    with closing(runtime):
        assert excess_rights(runtime) == []
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT TRUNCATE ON {TABLE} TO {url.username}")
        assert excess_rights(runtime) == [f"the database role may TRUNCATE {TABLE}"]
        with connection.cursor() as cursor:
            cursor.execute(f"REVOKE TRUNCATE ON {TABLE} FROM {url.username}")
