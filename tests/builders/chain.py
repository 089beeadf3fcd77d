"""The chain's links in tests that roll back."""

from django.db import connection


def commit() -> None:
    """What the end of a transaction does on PostgreSQL: deferred triggers fire."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
