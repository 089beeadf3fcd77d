"""A hash chain over the audit trail and the dosing ledger, written by the database itself (R47).

Each row of a chained table gets one link: its place, the SHA-256 of what the row says, the link before, and the
SHA-256 of all that. On PostgreSQL a deferred trigger adds the links when a transaction commits, one commit after the
other; on SQLite, which has one writer, with the row. Nobody can add a row and no link, or a link out of turn. What
one who commands the database does afterwards is found by `common.verifying`, with the anchors outside (decision 0014).

Every name in the SQL comes from the models, nothing from a request.
"""

from dataclasses import dataclass
from functools import cached_property

from django.apps import apps
from django.db import models

from common.guards import Guard
from common.registry import Registry
from common.sealed_fields import SealedJSONField, SealedTextField

# answer() -> list[Chained]
chained_tables = Registry("which rows are linked?")
LINKS = "common_chainlink"
COLUMNS = '"id", "seq", "at", "label", "row_id", "version", "row_hash", "previous", "hash"'
START = "0" * 64  # what the first link has before it
LOCK = 4711_0047  # the advisory lock of PostgreSQL under which links are added
SEPARATOR = "|"


@dataclass(frozen=True)
class Chained:
    """One event table and the columns that its links bind. `version` rises when `names` change; old ones stay in
    `before`, so that links of then can still be worked out.

    `when` is the field, or the path to it, that says when a row was written.

    Sealed columns are bound by their own seal (`common.sealing`) and sealed anew when keys change: they may not be
    among the names.
    """

    label: str
    names: str
    version: int = 1
    before: tuple[tuple[int, str], ...] = ()
    when: str = "recorded_at"

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def trigger(self) -> str:
        return f"keep_{self.table}_chain"

    @cached_property
    def versions(self) -> dict[int, str]:
        return {self.version: self.names} | dict(self.before)

    def content(self, vendor: str, row: str, version: int | None = None) -> str:
        """SQL for what a row says as one text; the same row always says the same."""
        names = self.versions[version or self.version].split()
        fields = [self.model._meta.get_field(name) for name in names]
        if any(isinstance(field, SealedTextField | SealedJSONField) for field in fields):
            raise TypeError(f"{self.label}: a sealed column cannot be linked")
        if vendor == "sqlite":
            return f" || '{SEPARATOR}' || ".join(f'quote({row}."{field.column}")' for field in fields)
        return "jsonb_build_array(" + ", ".join(_as_text(field, row) for field in fields) + ")::text"


def _as_text(field, row: str) -> str:
    """Text that no setting of a session changes."""
    column = f'{row}."{field.column}"'
    if isinstance(field, models.DateTimeField):
        return f"extract(epoch from {column})::text"
    if isinstance(field, models.DateField):
        return f"to_char({column}, 'YYYY-MM-DD')"
    return f"{column}::text"


def all_chained() -> list[Chained]:
    return chained_tables.collect()


def chained_by_label() -> dict[str, Chained]:
    return {one.label: one for one in all_chained()}


def link_text(seq, at, label, row_id, version, row_hash, previous) -> str:
    """What the hash of a link is worked out from."""
    return SEPARATOR.join(str(part) for part in (seq, at, label, row_id, version, row_hash, previous))


def chain_guards() -> list[Guard]:
    """A link is the next one and knows the one before, whoever adds it."""
    turn = (
        f'NEW."seq" <> (SELECT coalesce(max("seq"), 0) + 1 FROM "{LINKS}") OR NEW."previous" <> '  # noqa: S608
        f'coalesce((SELECT "hash" FROM "{LINKS}" ORDER BY "seq" DESC LIMIT 1), \'{START}\')'
    )
    return [Guard("turn", LINKS, turn)]


def sqlite_chain() -> dict[str, str]:
    return {
        one.trigger: (
            f'CREATE TRIGGER "{one.trigger}" AFTER INSERT ON "{one.table}" FOR EACH ROW BEGIN {_sqlite_link(one)}; END'
        )
        for one in all_chained()
    }


def _sqlite_link(one: Chained) -> str:
    """Django gives SQLite the function SHA256. A program without it cannot add a row at all."""
    parts = f""" || '{SEPARATOR}' || """.join(
        ("seq", "at", f"'{one.label}'", "row_id", f"'{one.version}'", "row_hash", "previous")
    )
    hyphens = "substr({h}, 1, 8) || '-' || substr({h}, 9, 4) || '-' || substr({h}, 13, 4) || '-' || " + (
        "substr({h}, 17, 4) || '-' || substr({h}, 21)"
    )
    return f"""INSERT INTO "{LINKS}" ({COLUMNS})
SELECT lower(hex(randomblob(16))), seq, at, '{one.label}', NEW."id", {one.version}, row_hash, previous, SHA256({parts})
FROM (SELECT coalesce((SELECT max("seq") FROM "{LINKS}"), 0) + 1 AS seq,
strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS at, {hyphens.format(h='NEW."id"')} AS row_id,
SHA256({one.content("sqlite", "NEW")}) AS row_hash,
coalesce((SELECT "hash" FROM "{LINKS}" ORDER BY "seq" DESC LIMIT 1), '{START}') AS previous)"""  # noqa: S608


def postgresql_chain() -> dict[str, str]:
    """Deferred: the lock is the last one that a transaction takes, so that waiting for it cannot become a deadlock."""
    return {
        one.trigger: f'CREATE CONSTRAINT TRIGGER "{one.trigger}" AFTER INSERT ON "{one.table}" '
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {one.trigger}()"
        for one in all_chained()
    }


def postgresql_chain_bodies() -> dict[str, str]:
    return {one.trigger: _postgresql_body(one) for one in all_chained()}


def _postgresql_body(one: Chained) -> str:
    parts = f" || '{SEPARATOR}' || ".join(
        ("next", "moment", f"'{one.label}'", 'NEW."id"::text', f"'{one.version}'", "said", "last")
    )
    return f""" DECLARE next bigint; last text; moment text; said text;
BEGIN
PERFORM pg_advisory_xact_lock({LOCK});
SELECT "seq" + 1, "hash" INTO next, last FROM "{LINKS}" ORDER BY "seq" DESC LIMIT 1;
next := coalesce(next, 1); last := coalesce(last, '{START}');
moment := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
said := encode(sha256(convert_to({one.content("postgresql", "NEW")}, 'UTF8')), 'hex');
INSERT INTO "{LINKS}" ({COLUMNS})
VALUES (gen_random_uuid(), next, moment, '{one.label}', NEW."id", {one.version}, said, last,
encode(sha256(convert_to({parts}, 'UTF8')), 'hex'));
RETURN NULL;
END """  # noqa: S608
