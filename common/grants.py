"""What the role that runs the clinic may do with each table of PostgreSQL: no more than its records need (R44).

The tables belong to the role that migrates. The runtime role owns nothing, so it can neither take a trigger away nor
empty a table; what a record kind never needs is not granted either. Every name comes from the models and settings.
"""

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from common.records import Record, RecordKind

ALLOWED = {
    RecordKind.EVENT: "SELECT, INSERT",
    RecordKind.SIGNED: "SELECT, INSERT, UPDATE",  # a trigger keeps the rows that are signed
    RecordKind.EDITABLE: "SELECT, INSERT, UPDATE",
    RecordKind.REFERENCE: "SELECT, INSERT, UPDATE, DELETE",
    RecordKind.WORKING: "SELECT, INSERT, UPDATE, DELETE",
}
READ_ONLY = {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
FRAMEWORK = "SELECT, INSERT, UPDATE, DELETE"  # sign-in sessions of Django


def allowed_by_table() -> dict[str, str]:
    """The privileges of the runtime role for each table of a record, as SQL lists them."""
    records = (model for model in apps.get_models() if issubclass(model, Record) and model._meta.managed)
    return {model._meta.db_table: _allowed(model) for model in records}


def _allowed(model) -> str:
    """Links of the chain are added by triggers that run as the owner; nobody else adds one."""
    return "SELECT" if getattr(model, "is_written_by_database", False) else ALLOWED[model.kind]


def grant_runtime_role(role: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """Take every right from `role` and give it those its tables need; nothing on SQLite or for the owner itself."""
    connection = connections[using]
    if connection.vendor != "postgresql" or not role or role == connection.settings_dict["USER"]:
        return
    wanted, name = allowed_by_table(), connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {name}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        for table in connection.introspection.table_names(cursor):
            rights = wanted.get(table, "SELECT" if table in READ_ONLY else FRAMEWORK)
            cursor.execute(f"GRANT {rights} ON {connection.ops.quote_name(table)} TO {name}")
        # A backup reads where the framework's own counters stand (R101).
        cursor.execute(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")


def excess_rights(connection) -> list[str]:
    """Sentences on what a connection's role may do to kept records and should not; empty on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls OR rolreplication FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            return ["the database role is a superuser or may replicate"]
        cursor.execute(
            "SELECT c.relname, pg_has_role(current_user, c.relowner, 'USAGE'), "
            "has_table_privilege(c.oid, 'TRUNCATE'), has_table_privilege(c.oid, 'TRIGGER'), "
            "has_table_privilege(c.oid, 'UPDATE'), has_table_privilege(c.oid, 'DELETE') "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY c.relname"
        )
        rows = cursor.fetchall()
    wanted = allowed_by_table()
    return [sentence for row in rows if row[0] in wanted for sentence in _excess(row, wanted[row[0]])]


def _excess(row: tuple, allowed: str) -> list[str]:
    table, owns, *has = row
    if owns:
        return [f"the database role owns {table}"]
    held = dict(zip(("TRUNCATE", "TRIGGER", "UPDATE", "DELETE"), has, strict=True))
    return [
        f"the database role may {right} {table}"
        for right, held_now in held.items()
        if held_now and right not in allowed
    ]


def grant_after_migrate(*, using=DEFAULT_DB_ALIAS, **_signal) -> None:
    grant_runtime_role(settings.DATABASE_RUNTIME_ROLE, using)
