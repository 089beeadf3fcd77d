"""Seals rows that are stored already: plain ones when a column becomes sealed, old ones when a key is changed (R94).

A signed or append-only row refuses change in the database. Sealing it anew changes no word of it, so inside one
transaction its table's update triggers stand aside and come back; nobody else ever sees the table without them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.operations.base import Operation

from common.immutability import PREFIX, expected_triggers
from common.sealed_fields import SealedTextField, sealed_columns
from common.sealing import MARK, SealBroken

BATCH = 200


def sealed_fields() -> list[SealedTextField]:
    """Every sealed column of the project, table by table."""
    return [column for model in apps.get_models() for column in sealed_columns(model)]


def seal_plain_rows(app_label: str):
    """A migration's step: seal what an app's columns held before they were sealed ones."""

    def step(historical, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            for model in historical.get_app_config(app_label).get_models():
                columns = sealed_columns(model)
                if columns:
                    _take_update_triggers_away(schema_editor.connection, cursor, model._meta.db_table)
                for column in columns:
                    _seal_column(cursor, column)

    return step


class SealColumns(Operation):
    """Makes columns sealed ones, all of an app in one step: each step of its own would build every model anew.

    SQLite keeps any text in any text column, so there only JSON columns are remade: they refuse what is not JSON.
    """

    reversible = False

    def __init__(self, columns: list[tuple[str, str, SealedTextField]]):
        self.columns = columns

    def deconstruct(self):
        return self.__class__.__qualname__, [self.columns], {}

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # built again once, when somebody asks
        for model, name, column in self.columns:
            state.alter_field(app_label, model, name, column, preserve_default=True)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "sqlite":
            self._remake_tables_with_json(app_label, schema_editor, from_state, to_state)
            return
        for model, name, _ in self.columns:
            before, after = (state.apps.get_model(app_label, model) for state in (from_state, to_state))
            schema_editor.alter_field(before, before._meta.get_field(name), after._meta.get_field(name))

    def _remake_tables_with_json(self, app_label, schema_editor, from_state, to_state) -> None:
        for model in dict.fromkeys(model for model, _, _ in self.columns):
            before = from_state.apps.get_model(app_label, model)
            names = [name for other, name, _ in self.columns if other == model]
            if any(isinstance(before._meta.get_field(name), models.JSONField) for name in names):
                schema_editor._remake_table(to_state.apps.get_model(app_label, model))

    def describe(self):
        return f"Seal {len(self.columns)} columns"


def _seal_column(cursor, column: SealedTextField) -> None:
    table, name, key = _names(column)
    cursor.execute(f"SELECT {key}, {name} FROM {table} WHERE {name} <> '' AND {name} NOT LIKE %s", [f"{MARK}%"])
    for row_id, text in cursor.fetchall():
        token = column.ring.seal(text, column.place(row_id))
        cursor.execute(f"UPDATE {table} SET {name} = %s WHERE {key} = %s", [str(token), row_id])


def reseal_batch(column: SealedTextField, after: str | None) -> tuple[int, list[str], str | None]:
    """Seal up to BATCH texts of a column, that another key sealed, with the current one, in one transaction.

    Returns how many were sealed anew, the rows whose text does not open, and the key of the last row looked at
    (None when there were no more). A text that somebody changes meanwhile is left to them.
    """
    table, name, key = _names(column)
    current = f"{MARK}{column.ring.current}."
    with transaction.atomic(), connection.cursor() as cursor:
        more = f"AND {key} > %s" if after is not None else ""
        cursor.execute(
            f"SELECT {key}, {name} FROM {table} WHERE {name} <> '' AND {name} NOT LIKE %s {more} "
            f"ORDER BY {key} LIMIT {BATCH}",
            [f"{current}%", *([after] if after is not None else [])],
        )
        rows = cursor.fetchall()
        if not rows:
            return 0, [], None
        with update_triggers_aside(cursor, column.model._meta.db_table):
            changed, broken = _reseal(cursor, column, rows)
    return changed, broken, rows[-1][0]


def _reseal(cursor, column: SealedTextField, rows: list[tuple]) -> tuple[int, list[str]]:
    table, name, key = _names(column)
    changed, broken = 0, []
    for row_id, token in rows:
        place = column.place(row_id)
        try:
            fresh = column.ring.seal(column.ring.open(token, place), place)
        except SealBroken:
            broken.append(place)
            continue
        cursor.execute(f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s", [str(fresh), row_id, token])
        changed += cursor.rowcount
    return changed, broken


def texts_by_key(column: SealedTextField) -> dict[str, int]:
    """How many texts of a column each key of its ring sealed; "unknown" are those of no key that is left."""
    table, name, _ = _names(column)
    with connection.cursor() as cursor:
        found = {}
        for key_id, _secret in column.ring.secrets:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {name} LIKE %s", [f"{MARK}{key_id}.%"])
            found[key_id] = cursor.fetchone()[0]
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {name} <> ''")
        found["unknown"] = cursor.fetchone()[0] - sum(found.values())
    return found


@contextmanager
def update_triggers_aside(cursor, table: str) -> Iterator[None]:
    """Without the triggers that refuse UPDATE on one table, inside the caller's transaction only."""
    taken = _take_update_triggers_away(connection, cursor, table)
    yield
    wanted = expected_triggers(connection.vendor)
    for name in taken:
        cursor.execute(wanted[name])
        if connection.vendor == "postgresql":
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{name}"')


def _take_update_triggers_away(connection, cursor, table: str) -> list[str]:
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
    else:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass", [table])
    own = f"{PREFIX}{table}_"
    taken = [name for (name,) in cursor.fetchall() if name.startswith(own) and name.endswith(("_update", "_parent"))]
    for name in taken:
        cursor.execute(f'DROP TRIGGER "{name}"' + ("" if connection.vendor == "sqlite" else f' ON "{table}"'))
    return taken


def _names(column: models.Field) -> tuple[str, str, str]:
    """The quoted names of a column's table, of itself and of the table's key."""
    meta = column.model._meta
    return f'"{meta.db_table}"', f'"{column.column}"', f'"{meta.pk.column}"'
