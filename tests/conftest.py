"""Fixtures every test may use; the database keeps its record triggers on while tests run."""

from datetime import UTC, datetime

import pytest
from django.db import connections
from django.test import TransactionTestCase

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


@pytest.fixture
def at() -> datetime:
    """A fixed moment on a Tuesday: 2026-06-02 14:00 UTC (10:00 in New York)."""
    return datetime(2026, 6, 2, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _plain_settings(settings):
    """Static files need no manifest in tests, passwords need no hard work, mail stays in memory."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
