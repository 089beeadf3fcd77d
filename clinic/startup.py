"""Refuses to serve when the installation is insecure or its records are unprotected (R46, R92)."""

import sys

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from common.immutability import missing_triggers


def settings_faults() -> list[str]:
    """Sentences that name each insecure setting and never print its value."""
    production = not settings.ONE_MACHINE
    key = settings.SECRET_KEY
    checks = [
        (
            "SECRET_KEY is missing, short or a known default",
            len(key) < 40 or key.startswith(("django-insecure-", "refused-by")),
        ),
        ("FIELD_KEY is missing or equals SECRET_KEY", not settings.FIELD_KEY or key == settings.FIELD_KEY),
        ("DEBUG must be off", settings.DEBUG),
        (
            "ALLOWED_HOSTS is empty or allows every host",
            not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS,
        ),
        (
            "SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE must be on",
            production and not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE),
        ),
        (
            "SECURE_HSTS_SECONDS must be at least one year",
            production and settings.SECURE_HSTS_SECONDS < 31536000,
        ),
        ("SECURE_SSL_REDIRECT must be on", production and not settings.SECURE_SSL_REDIRECT),
        (
            "BEHIND_TLS_PROXY must say that a TLS proxy stands in front",
            production and not settings.SECURE_PROXY_SSL_HEADER,
        ),
        ("EMAIL_BACKEND must deliver mail", production and "console" in settings.EMAIL_BACKEND),
        ("REDIS_URL needs a password unless it is a unix socket", _redis_is_open()),
        ("keys.env may be read by others", _keys_are_readable()),
    ]
    return [sentence for sentence, is_fault in checks if is_fault]


def _redis_is_open() -> bool:
    url = settings.REDIS_URL
    return bool(url) and not url.startswith(("unix:", "redis+socket:")) and "@" not in url


def _keys_are_readable() -> bool:
    path = settings.HOME / "keys.env"
    return path.exists() and bool(path.stat().st_mode & 0o077)


def database_faults() -> list[str]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ["the database is not migrated: run manage.py migrate"]
    faults = [f"record protection is missing: {name}" for name in missing_triggers()]
    if connection.vendor == "postgresql" and not settings.ONE_MACHINE:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone()[0]:
                faults.append("the database role must not be a superuser")
    return faults


def refuse_insecure_start() -> None:
    """Exit with code 3 and every fault on standard error; return when there is none."""
    faults = settings_faults() or database_faults()
    if faults:
        sys.stderr.write("The clinic refuses to start:\n" + "".join(f"  - {fault}\n" for fault in faults))
        sys.exit(3)
