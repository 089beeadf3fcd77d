"""Copies of stored rows written by SQL alone, to see what the database itself refuses."""

from django.db import DatabaseError, connection, transaction

is_sqlite = connection.vendor == "sqlite"


class Undone(Exception):
    """Takes one attempt back."""


def key(pk) -> str:
    return pk.hex if is_sqlite else str(pk)


def insert(row, **changed) -> None:
    """INSERT of a copy of a stored row under a new key, by SQL alone. Amounts are micrograms."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" WHERE id = %s', [key(row.pk)])
        values = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
        values |= {"id": "f" * 32, **changed}
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join(["%s"] * len(values))
        cursor.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', list(values.values()))


def attempt(row, prepare, changed) -> str:
    """What the database says to the copy after `prepare`; "" when it takes it. Nothing stays."""
    said = ""
    try:
        with transaction.atomic():
            prepare()
            try:
                with transaction.atomic():
                    insert(row, **changed)
            except DatabaseError as refusal:
                said = str(refusal)
            raise Undone
    except Undone:
        return said


def nothing() -> None:
    pass
