"""A clinic with one person in each role, fresh for every test; a database file for tests with threads."""

import sqlite3

import pytest
from django.db import connection


@pytest.fixture
def shared_database(transactional_db, tmp_path):
    """A database that threads share as requests do: on SQLite a copy in a file, since the one in memory cannot wait."""
    if connection.vendor != "sqlite" or not connection.is_in_memory_db():
        yield
        return
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    path = tmp_path / "threads.sqlite3"
    with sqlite3.connect(path) as copy:
        in_memory.backup(copy)
    copy.close()
    connection.connection, connection.settings_dict["NAME"] = None, str(path)
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = in_memory, name
