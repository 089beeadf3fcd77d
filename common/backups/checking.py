"""Judges a restored clinic from inside it: every row, link, signature and a part of the sealed texts (F20)."""

from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from common.anchors import AnchorBroken, read_anchors
from common.immutability import missing_triggers
from common.models import ChainLink
from common.sealed_fields import SealedTextField
from common.sealed_rows import sealed_fields
from common.sealing import SealBroken
from common.signatures import signed_rows, verify
from common.verifying import verify_chain

ONE_OF = 100  # of the sealed texts of a column, this part is opened
FEWEST, MOST = 5, 500
MOST_NAMED = 20


@dataclass
class Checked:
    """What was looked at, and what is wrong with it in sentences."""

    tables: int = 0
    rows: int = 0
    links: int = 0
    anchors: int = 0
    signatures: int = 0
    texts: int = 0
    faults: list[str] = field(default_factory=list)

    def as_values(self) -> dict:
        return asdict(self)


def check_restored(manifest: dict) -> Checked:
    """Look at the whole database of this process against the manifest of the backup it came from, and bring its tables
    up to date in between: a backup may be older than this program."""
    found = Checked()
    _count(manifest, found)
    _integrity(found)
    call_command("migrate", interactive=False, verbosity=0)
    found.faults += [f"The trigger {name} is missing." for name in missing_triggers()[:MOST_NAMED]]
    _chain(manifest, found)
    _signatures(found)
    _texts(manifest, found)
    return found


def _count(manifest: dict, found: Checked) -> None:
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table, rows in manifest["tables"].items():
            if table not in there:
                found.faults.append(f"The table {table} is missing.")
                continue
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counted = cursor.fetchone()[0]
            found.tables, found.rows = found.tables + 1, found.rows + counted
            if counted != rows:
                found.faults.append(f"{table} has {counted} rows; the backup was made of {rows}.")


def _integrity(found: Checked) -> None:
    """PostgreSQL checks its constraints while it restores."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for pragma in ("integrity_check", "foreign_key_check"):
            cursor.execute(f"PRAGMA {pragma}")
            said = [row for row in cursor.fetchall() if row != ("ok",)]
            found.faults += [f"{pragma}: {row}" for row in said[:MOST_NAMED]]


def _chain(manifest: dict, found: Checked) -> None:
    report = verify_chain()
    found.links, found.anchors = report.links, report.anchors
    found.faults += [f"The chain does not hold: {finding}" for finding in report.findings[:MOST_NAMED]]
    head = ChainLink.objects.filter(seq=manifest["chain"]["seq"]).values_list("hash", flat=True).first() or ""
    if head != manifest["chain"]["hash"]:
        found.faults.append("The newest link of the chain is not the one that the backup was made of.")
    if report.links and not _is_anchored_somewhere():
        found.faults.append("There is no anchor to compare the chain with.")


def _is_anchored_somewhere() -> bool:
    try:
        return next(iter(read_anchors()), None) is not None
    except (AnchorBroken, OSError):
        return False


def _signatures(found: Checked) -> None:
    for answer in signed_rows:
        kind = answer()
        for row, is_intact in verify(kind):
            found.signatures += 1
            if not is_intact:
                found.faults.append(f"The signed {kind.name} {row.pk} is not what was signed.")


def _texts(manifest: dict, found: Checked) -> None:
    """Open one of every hundred sealed texts of each column, a few at least."""
    for name, key_ids in manifest["keys"].items():
        held = {key_id for key_id, _secret in settings.SEAL_RINGS[name].secrets}
        found.faults += [f"The key {key_id} of the {name} ring is missing." for key_id in key_ids if key_id not in held]
    for column in sealed_fields():
        _open_some(column, found)


def _open_some(column: SealedTextField, found: Checked) -> None:
    rows = column.model._base_manager.exclude(**{column.attname: ""})
    number = min(max(FEWEST, rows.count() // ONE_OF), MOST)
    for row in rows.only("pk", column.attname).order_by("pk")[:number]:
        try:
            getattr(row, column.attname)
        except SealBroken as broken:
            found.faults.append(f"A sealed text does not open: {broken}.")
            return
        found.texts += 1
