"""Database triggers that keep event and signed rows as they were written, on SQLite and PostgreSQL (R44-R46).

Every name in the statements comes from the models, nothing from a request.
"""

import hashlib
import re

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.sql.query import Query

from common.chain import postgresql_chain, postgresql_chain_bodies, sqlite_chain
from common.guards import postgresql_bodies, postgresql_guards, sqlite_guards
from common.records import Record, RecordKind

PREFIX = "keep_"
FUNCTION = "clinic_refuse_change"
FUNCTION_BODY = (
    "BEGIN RAISE EXCEPTION 'record is frozen: % on %', TG_OP, TG_TABLE_NAME "
    "USING ERRCODE = 'integrity_constraint_violation'; END"
)
# A temporary table of the same name would otherwise be asked instead of the real one.
SEARCH = "search_path=public, pg_temp"
_ON_TABLE = re.compile(r' ON "(\w+)"')


def kept_models() -> list[type[Record]]:
    """Every concrete record model whose rows the database itself must protect."""
    unprotected = (RecordKind.REFERENCE, RecordKind.WORKING)
    return [m for m in apps.get_models() if issubclass(m, Record) and m.kind not in unprotected]


def _frozen_condition(model, row: str = "OLD") -> str:
    """SQL that is true when a row may no longer change; empty means always."""
    if model.kind is RecordKind.EVENT:
        return ""
    if model.kind is RecordKind.SIGNED:
        return f'{row}."{model._meta.get_field(model.frozen_by).column}" IS NOT NULL'
    return "1 = 0"


def _update_condition(model, same: str) -> str:
    """SQL that is true when a stored row may not become NEW; `same` is the engine's word for "equal, or both NULL"."""
    frozen = _frozen_condition(model)
    if model.follows is None:
        return frozen
    columns = [field.column for field in model._meta.concrete_fields if field.name != model.follows.column]
    unchanged = " AND ".join(f'NEW."{column}" {same} OLD."{column}"' for column in columns)
    following = f'NEW."{model.follows.column}" IS NOT NULL AND NEW."{model.follows.column}" {same} '
    return f"{frozen} AND NOT ({unchanged} AND {following}({model.follows.newest}))"


def _parents_condition(model, row: str = "NEW") -> str:
    """SQL that is true when a row belongs to a signed parent and may not be added any more."""
    tests = []
    for name in model.frozen_with:
        field = model._meta.get_field(name)
        parent = field.related_model
        stamp = parent._meta.get_field(parent.frozen_by).column
        tests.append(
            f'EXISTS (SELECT 1 FROM "{parent._meta.db_table}" p WHERE p."id" = {row}."{field.column}" '  # noqa: S608
            f'AND p."{stamp}" IS NOT NULL)'
        )
    return " OR ".join(tests)


def _clashes(model) -> list[str]:
    """SQL tests of a stored row against NEW, one per unique index through which SQLite's REPLACE would remove it."""
    meta = model._meta
    tests = [_same([f.column]) for f in meta.concrete_fields if f.unique]
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            same = _same([meta.get_field(name).column for name in constraint.fields])
            tests.append(same + _within(model, constraint.condition))
    return tests


def _same(columns: list[str]) -> str:
    return " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)


def _within(model, condition) -> str:
    """A partial index clashes only when the stored row and NEW are both within its condition."""
    if condition is None:
        return ""
    connection = connections[DEFAULT_DB_ALIAS]
    query = Query(model, alias_cols=False)
    text, values = query.build_where(condition).as_sql(query.get_compiler(connection=connection), connection)
    quote = connection.SchemaEditorClass(connection).quote_value
    stored = text % tuple(quote(value) for value in values)
    column = re.compile('"(' + "|".join(re.escape(field.column) for field in model._meta.concrete_fields) + ')"')
    new = column.sub(r'NEW."\1"', stored)
    return f" AND ({stored}) AND ({new})"


def sqlite_triggers(model) -> dict[str, str]:
    table = model._meta.db_table
    frozen = _frozen_condition(model)
    clashes = " OR ".join(f"({test})" for test in _clashes(model))
    wanted = {
        "delete": ("BEFORE DELETE", ""),
        "insert": ("BEFORE INSERT", f'EXISTS (SELECT 1 FROM "{table}" WHERE {clashes})'),  # noqa: S608
    }
    if frozen != "1 = 0":
        wanted["update"] = ("BEFORE UPDATE", _update_condition(model, "IS"))
    parents = _parents_condition(model)
    if parents:
        wanted["parent"] = ("BEFORE INSERT", parents)
        if model.kind is not RecordKind.EVENT:
            wanted["parent_update"] = ("BEFORE UPDATE", _parents_condition(model, "OLD"))
    return {
        f"{PREFIX}{table}_{name}": (
            f'CREATE TRIGGER "{PREFIX}{table}_{name}" {moment} ON "{table}" FOR EACH ROW '
            + (f"WHEN {condition} " if condition else "")
            + f"BEGIN SELECT RAISE(ABORT, 'record is frozen: {name} on {table}'); END"
        )
        for name, (moment, condition) in wanted.items()
    }


def postgresql_triggers(model) -> dict[str, str]:
    table = model._meta.db_table
    frozen = _frozen_condition(model)
    wanted = {
        "delete": "BEFORE DELETE ON {t} FOR EACH ROW",
        "truncate": "BEFORE TRUNCATE ON {t} FOR EACH STATEMENT",
    }
    if frozen != "1 = 0" and model.follows is None:
        wanted["update"] = "BEFORE UPDATE ON {t} FOR EACH ROW" + (f" WHEN ({frozen})" if frozen else "")
    statements = {
        f"{PREFIX}{table}_{name}"[:63]: (
            f'CREATE TRIGGER "{PREFIX}{table}_{name}" {head.format(t=chr(34) + table + chr(34))} '
            f"EXECUTE FUNCTION {FUNCTION}()"
        )
        for name, head in wanted.items()
    }
    if model.follows is not None:
        name = f"{PREFIX}{table}_update"
        statements[name] = f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}()'
    parents = _parents_condition(model)
    if parents:
        moment = "BEFORE INSERT" if model.kind is RecordKind.EVENT else "BEFORE INSERT OR UPDATE"
        name = f"{PREFIX}{table}_parent"
        statements[name[:63]] = f'CREATE TRIGGER "{name}" {moment} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}()'
    return statements


def _refusing_body(condition: str, what: str) -> str:
    return (
        f" BEGIN IF {condition} THEN RAISE EXCEPTION 'record is frozen: {what} on %', "
        "TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END "
    )


def _bodies() -> dict[str, str]:
    """Function → body, where a condition reaches over tables: a trigger's own WHEN may not."""
    kept = kept_models()
    parents = {
        f"{PREFIX}{m._meta.db_table}_parent": _refusing_body(_parents_condition(m), "its signed parent")
        for m in kept
        if m.frozen_with
    }
    following = {
        f"{PREFIX}{m._meta.db_table}_update": _refusing_body(_update_condition(m, "IS NOT DISTINCT FROM"), "update")
        for m in kept
        if m.follows is not None
    }
    return parents | following


def expected_functions() -> dict[str, str]:
    """Every function that a trigger of PostgreSQL calls, with its body."""
    return {FUNCTION: FUNCTION_BODY} | _bodies() | postgresql_bodies() | postgresql_chain_bodies()


def expected_triggers(vendor: str) -> dict[str, str]:
    """Every trigger that must be there, by name, with the statement that makes it."""
    on_sqlite = (sqlite_triggers, sqlite_guards, sqlite_chain)
    on_postgresql = (postgresql_triggers, postgresql_guards, postgresql_chain)
    make, guards, chain = on_sqlite if vendor == "sqlite" else on_postgresql
    return {name: sql for model in kept_models() for name, sql in make(model).items()} | guards() | chain()


def install_triggers(using: str = DEFAULT_DB_ALIAS) -> int:
    """Create or renew every trigger for tables that exist; returns how many."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    count = 0
    with connection.cursor() as cursor:
        _drop_triggers(connection, cursor)
        if connection.vendor == "postgresql":
            for name, body in expected_functions().items():
                rights = "SECURITY DEFINER" if name in postgresql_chain_bodies() else "SECURITY INVOKER"
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {rights} SET {SEARCH} "
                    f"AS $${body}$$"
                )
        for name, sql in expected_triggers(connection.vendor).items():
            table = _ON_TABLE.search(sql)[1]
            if table not in tables:
                continue
            cursor.execute(sql)
            if connection.vendor == "postgresql":
                cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{name}"')
            count += 1
    return count


def _drop_triggers(connection, cursor) -> None:
    for name, table in installed_triggers(connection, cursor):
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
        else:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"')


def installed_triggers(connection, cursor) -> list[tuple[str, str]]:
    if connection.vendor == "sqlite":
        cursor.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'keep\\_%' ESCAPE '\\'"
        )
    else:
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname LIKE 'keep\\_%%'"
        )
    return cursor.fetchall()


def missing_triggers(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Names of triggers that are absent, altered or switched off (R46)."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = {name: _digest(sql) for name, sql in cursor.fetchall()}
            expected = {name: _digest(sql) for name, sql in expected_triggers("sqlite").items()}
            return sorted(name for name, digest in expected.items() if found.get(name) != digest)
        cursor.execute(
            "SELECT t.tgname, f.proname, f.prosrc FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid "
            "WHERE t.tgenabled = 'A' AND f.proconfig = ARRAY[%s]",
            [SEARCH],
        )
        bodies = {name[:63]: body for name, body in expected_functions().items()}
        found_names = {name for name, function, body in cursor.fetchall() if bodies.get(function) == body}
    return sorted(name for name in expected_triggers("postgresql") if name not in found_names)


def _digest(sql: str) -> str:
    return hashlib.sha256(" ".join(sql.split()).encode()).hexdigest()


def install_after_migrate(*, using=DEFAULT_DB_ALIAS, **_signal) -> None:
    install_triggers(using)
