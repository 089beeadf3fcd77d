"""Decides what the process environment means: where data lives, which database, which queue, which keys."""

import os
import secrets
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from common.sealing import Ring, parse_keys

REPOSITORY = Path(__file__).resolve().parent.parent
KEY_NAMES = ("SECRET_KEY", "FIELD_KEYS", "NOTE_KEYS", "ANCHOR_KEY")
RINGS = {"record": "FIELD_KEYS", "psychotherapy": "NOTE_KEYS"}  # which setting holds the keys of which ring


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
    """Write the keys that the 0600 file does not have yet; what is there stays. Returns whether any was written."""
    path = keys_file(home)
    known = {line.partition("=")[0] for line in path.read_text().splitlines()} if path.exists() else set()
    missing = [name for name in KEY_NAMES if name not in known]
    if not missing:
        return False
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("".join(f"{name}={_fresh_key(name)}\n" for name in missing))
    return True


def _fresh_key(name: str) -> str:
    """A random secret; a ring's first key also has an id."""
    return ("k1:" if name in RINGS.values() else "") + secrets.token_urlsafe(48)


def seal_rings(keys: dict[str, str]) -> dict[str, Ring]:
    """The rings of keys that seal fields. One that cannot be read is empty: the start-up check names it."""
    return {ring: Ring(ring, _keys_or_none(keys[setting])) for ring, setting in RINGS.items()}


def _keys_or_none(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return parse_keys(text)
    except ValueError:
        return ()


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
        "OPTIONS": dict(parse_qsl(parts.query)) | _statement_limit(),
    }


def _statement_limit() -> dict[str, str]:
    """STATEMENT_SECONDS bounds each statement of this process; commands and jobs run as long as they need (R91)."""
    seconds = os.environ.get("STATEMENT_SECONDS", "")
    if not seconds.isdigit():
        return {}
    limits = {"statement_timeout": seconds, "idle_in_transaction_session_timeout": "60"}
    return {"options": " ".join(f"-c {name}={value}s" for name, value in limits.items())}


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
