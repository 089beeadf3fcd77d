"""Refuses to serve when the installation is insecure or its records are unprotected (R46, R92)."""

import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from clinic.celery import app as queue
from clinic.env import RINGS
from common.grants import excess_rights
from common.immutability import missing_triggers

NO_MAIL = ("console", "dummy", "locmem", "filebased", "mail_folder")
YEAR_SECONDS = 31536000


def settings_faults() -> list[str]:
    """Sentences that name each insecure setting and never print its value."""
    checks = [*_checks_always(), *([] if settings.ONE_MACHINE else _checks_in_production())]
    return [sentence for sentence, is_fault in checks if is_fault]


def _checks_always() -> list[tuple[str, bool]]:
    key = settings.SECRET_KEY
    known = key.startswith(("django-insecure-", "refused-by")) or len(set(key)) < 10
    return [
        ("SECRET_KEY is missing, shorter than 40 characters or a known default", len(key) < 40 or known),
        *((f"{name}: {fault}", True) for name, fault in _ring_faults()),
        ("ANCHOR_KEY is missing or shorter than 40 characters", len(settings.ANCHOR_KEY) < 40),
        ("SECRET_KEY, ANCHOR_KEY and the keys in FIELD_KEYS and NOTE_KEYS must all differ", _keys_repeat()),
        ("DEBUG must be off", settings.DEBUG),
        ("ALLOWED_HOSTS is empty or allows every host", _allows_any_host()),
        ("REDIS_URL needs a password unless it is a unix socket", _redis_is_open()),
        ("CELERY accept_content must be JSON only", set(queue.conf.accept_content) != {"json"}),
        *((sentence, True) for sentence in _text_faults()),
        ("MESSAGES_PER_MINUTE must be at least 1", settings.MESSAGES_PER_MINUTE < 1),
        ("keys.env may be read by others: make it mode 0600", _keys_are_readable()),
    ]


def _checks_in_production() -> list[tuple[str, bool]]:
    cookies = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY
    plain_origins = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if not origin.startswith("https://")]
    return [
        ("SESSION_COOKIE_SECURE, SESSION_COOKIE_HTTPONLY and CSRF_COOKIE_SECURE must be on", not cookies),
        ("SECURE_HSTS_SECONDS must be at least one year", settings.SECURE_HSTS_SECONDS < YEAR_SECONDS),
        ("SECURE_SSL_REDIRECT must be on", not settings.SECURE_SSL_REDIRECT),
        ("BEHIND_TLS_PROXY must say that a TLS proxy stands in front", not settings.SECURE_PROXY_SSL_HEADER),
        ("PUBLIC_URL must begin with https://, since patients get links to it", _public_url_is_plain()),
        ("CSRF_TRUSTED_ORIGINS must all begin with https://", bool(plain_origins)),
        ("EMAIL_BACKEND must deliver mail", any(f".{name}." in settings.EMAIL_BACKEND for name in NO_MAIL)),
    ]


def _text_faults() -> list[str]:
    """Credentials for text messages are there all or not at all; they travel encrypted."""
    twilio = settings.TWILIO
    has_sender = bool(twilio["sender"] or twilio["service"])
    told = [bool(twilio["account"]), bool(twilio["token"]), has_sender]
    faults = []
    if any(told) and not all(told):
        faults.append(
            "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and one of TWILIO_FROM and TWILIO_MESSAGING_SERVICE_SID go together"
        )
    if twilio["sender"] and twilio["service"]:
        faults.append("TWILIO_FROM and TWILIO_MESSAGING_SERVICE_SID: set only one of them")
    if not twilio["url"].startswith("https://") and not settings.ONE_MACHINE:
        faults.append("TWILIO_API_URL must begin with https://")
    return faults


def _ring_faults() -> list[tuple[str, str]]:
    """What is wrong with the keys that seal fields, by the name of their setting (R92, R93)."""
    faults = []
    for ring, setting in RINGS.items():
        keys = settings.SEAL_RINGS[ring].secrets
        if not keys:
            faults.append((setting, "is missing or not written id:secret,id:secret"))
        if any(len(secret) < 40 for _, secret in keys):
            faults.append((setting, "a key is shorter than 40 characters"))
        if len({key_id for key_id, _ in keys}) < len(keys):
            faults.append((setting, "two keys have the same id"))
    return faults


def _keys_repeat() -> bool:
    rings = [secret for ring in settings.SEAL_RINGS.values() for _, secret in ring.secrets]
    keys = [key for key in (settings.SECRET_KEY, settings.ANCHOR_KEY, *rings) if key]
    return len(keys) != len(set(keys))


def _allows_any_host() -> bool:
    return not settings.ALLOWED_HOSTS or any(host.strip() in {"*", "."} for host in settings.ALLOWED_HOSTS)


def _public_url_is_plain() -> bool:
    return not settings.PUBLIC_URL.startswith("https://")


def _redis_is_open() -> bool:
    url = settings.REDIS_URL
    return bool(url) and not url.startswith(("unix:", "redis+socket:")) and not urlsplit(url).password


def _keys_are_readable() -> bool:
    path = settings.HOME / "keys.env"
    return path.exists() and bool(path.stat().st_mode & 0o077)


def database_faults() -> list[str]:
    """What is wrong with the database; the address itself is never printed."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return ["the database is not migrated: run manage.py migrate"]
        faults = [f"record protection is missing: {name}" for name in missing_triggers()]
        if not settings.ONE_MACHINE:
            faults += [
                f"DATABASE_URL: {fault} (migrate as DATABASE_OWNER_URL)" for fault in excess_rights(connection)[:5]
            ]
    except DatabaseError:
        return ["DATABASE_URL: the database does not answer or refuses this role"]
    return faults


def refuse_insecure_start() -> None:
    """Exit with code 3 and every fault on standard error; return when there is none."""
    faults = settings_faults() or database_faults()
    if faults:
        sys.stderr.write("The clinic refuses to start:\n" + "".join(f"  - {fault}\n" for fault in faults))
        sys.exit(3)
