"""Fixtures every test may use; the database keeps its record triggers on while tests run."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import TransactionTestCase, override_settings

from common.immutability import _drop_triggers, install_triggers

_flush = TransactionTestCase._fixture_teardown


def _flush_without_triggers(self):
    """Tests that commit must empty the tables afterwards, which the triggers rightly refuse."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        _drop_triggers(connection, cursor)
    _flush(self)
    install_triggers()


TransactionTestCase._fixture_teardown = _flush_without_triggers


@pytest.fixture(scope="session")
def at() -> datetime:
    """A fixed moment on a Tuesday: 2026-06-02 14:00 UTC (10:00 in New York)."""
    return datetime(2026, 6, 2, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _plain_settings():
    """Static files need no manifest in tests, passwords need no hard work, mail stays in memory."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": static},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    ):
        yield


@pytest.fixture(scope="module")
def shared(request, django_db_setup, django_db_blocker):
    """`shared(make)`: the rows that `make` stores stand for every test of the module, and go with the module.

    What a test changes of them is rolled back after it. Objects are shared too: hand out a deep copy.
    """
    commit = [item.nodeid for item in request.session.items if item.module is request.module and _commits(item)]
    assert not commit, f"These tests commit, so that no rows can wait around them: {commit}"

    def stored(make):
        with django_db_blocker.unblock():
            made = make()
            connection.check_constraints()  # PostgreSQL alters no table while a check of new rows waits
        return made

    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
    yield stored
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


def _commits(item) -> bool:
    marker = item.get_closest_marker("django_db")
    is_marked = marker is not None and (marker.kwargs.get("transaction") or marker.args[:1] == (True,))
    return bool(is_marked) or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)


def pytest_terminal_summary(terminalreporter):
    """What tests measured (`record_property`), one line each: figures are to be read, not only asserted."""
    told = [
        f"{report.nodeid.rpartition('::')[2]}: {name} {value}"
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
    ]
    if told:
        terminalreporter.section("figures")
        for line in told:
            terminalreporter.line(line)
