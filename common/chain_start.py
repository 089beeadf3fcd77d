"""Links what was written before there was a chain, once, right after the migration that brings it (R47)."""

from datetime import UTC
from hashlib import sha256

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from common.chain import LINKS, START, Chained, all_chained, link_text
from common.models import ChainLink


def begin_chain(using: str) -> int:
    """Link the rows that stood there before there was a chain, the oldest first; nothing when there is a link.

    Returns how many were linked.
    """
    connection = connections[using]
    if LINKS not in connection.introspection.table_names():
        return 0
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(f'SELECT 1 FROM "{LINKS}" LIMIT 1')  # noqa: S608
        return 0 if cursor.fetchone() else _link_all(connection, cursor)


def _link_all(connection, cursor) -> int:
    rows = sorted(
        (at, one.label, pk, one.version, text) for one in all_chained() for at, pk, text in _rows_of(connection, one)
    )
    previous = START
    for seq, (at, label, pk, version, text) in enumerate(rows, start=1):
        link = ChainLink(
            seq=seq,
            at=at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            label=label,
            row_id=pk,
            version=version,
            row_hash=sha256(text.encode()).hexdigest(),
            previous=previous,
        )
        told = link_text(seq, link.at, label, pk, version, link.row_hash, previous)
        link.hash = previous = sha256(told.encode()).hexdigest()
        link.save(using=connection.alias, force_insert=True)
    return len(rows)


def _rows_of(connection, one: Chained):
    """(when, id, what it says) of every row of one table."""
    rows = one.model._base_manager.using(connection.alias).order_by(one.when).values_list(one.when, "pk")
    texts = dict(_texts_of(connection, one))
    return [(at, pk, texts[pk]) for at, pk in rows]


def _texts_of(connection, one: Chained):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT r."id", {one.content(connection.vendor, "r")} FROM "{one.table}" r')  # noqa: S608
        for pk, text in cursor.fetchall():
            yield one.model._meta.pk.to_python(pk), text


def begin_after_migrate(*, using=DEFAULT_DB_ALIAS, **_signal) -> None:
    begin_chain(using)
