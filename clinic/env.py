"""Decides what the process environment means: where data lives, which database, which queue, which keys."""

import os
import secrets
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

REPOSITORY = Path(__file__).resolve().parent.parent
KEY_NAMES = ("SECRET_KEY", "FIELD_KEY", "ANCHOR_KEY")


def flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def data_home() -> Path:
    """The private folder for data and keys (`CLINIC_HOME`, default `var/` beside the code), mode 0700."""
    home = Path(os.environ.get("CLINIC_HOME") or REPOSITORY / "var")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def keys_file(home: Path) -> Path:
    return home / "keys.env"


def make_keys(home: Path) -> bool:
    """Write fresh keys into a 0600 file unless it exists. Returns whether it was written."""
    path = keys_file(home)
    if path.exists():
        return False
    body = "".join(f"{name}={secrets.token_urlsafe(48)}\n" for name in KEY_NAMES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(body)
    return True


def load_keys(home: Path, one_machine: bool) -> dict[str, str]:
    """Keys from the environment; in one-machine mode missing ones come from the private key file."""
    keys = {name: os.environ.get(name, "") for name in KEY_NAMES}
    if one_machine:
        make_keys(home)
        for line in keys_file(home).read_text().splitlines():
            name, _, value = line.partition("=")
            if name in keys and not keys[name]:
                keys[name] = value
    return keys


def database(home: Path, url: str) -> dict:
    """Django's DATABASES entry for `DATABASE_URL`; an empty one means the embedded SQLite file.

    Raises ValueError when the address is not PostgreSQL or SQLite.
    """
    if not url:
        return sqlite(home / "clinic.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgresql:// or sqlite:///")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": _port(parts),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def role_of(url: str) -> str:
    """The role that a database address signs in as; "" for SQLite."""
    return unquote(urlsplit(url).username or "")


def _port(parts: SplitResult) -> int | str:
    """The port, or "" for the usual one. Raises ValueError, without what was found: it may be half a password."""
    try:
        return parts.port or ""
    except ValueError:
        raise ValueError("DATABASE_URL: the port is no number (a / in the password is written %2F)") from None


def sqlite(path: Path) -> dict:
    """SQLite that keeps acknowledged work: WAL, IMMEDIATE transactions, synchronous FULL (F14, F15, R45)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 15,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA recursive_triggers=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000;"
            ),
        },
    }
