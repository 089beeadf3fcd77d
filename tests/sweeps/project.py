"""What the sweeps look at: the project's apps, addresses, models, modules and templates."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.urls import URLPattern, get_resolver

from common.records import Record

ROOT = Path(__file__).resolve().parents[2]
# House rule 1: an app imports only those before it; the two siblings never import each other.
LEVELS = {
    "common": 0,
    "accounts": 1,
    "patients": 2,
    "assessments": 3,
    "dosing": 4,
    "sessions_app": 5,
    "followups": 6,
    "integration_notes": 6,
    "outcomes": 6,
    "portal": 7,
    "demo": 8,
    "clinic": 9,
}
APPS = [name for name in LEVELS if (ROOT / name / "__init__.py").exists()]


@dataclass(frozen=True)
class Route:
    """One address: its full name (`patients:list`), pattern, callback and the names of its arguments."""

    name: str
    pattern: str
    view: object
    arguments: frozenset[str]
    is_named: bool = True

    @property
    def api_view(self):
        return getattr(self.view, "cls", None)

    @property
    def needs(self) -> dict:
        """For an API view: its permission per method."""
        return getattr(self.api_view, "needs", None) or {}

    @property
    def access(self) -> str | None:
        return getattr(self.view, "access", None)


def routes(patterns=None, prefix: str = "", names: tuple[str, ...] = ()) -> Iterator[Route]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            arguments = frozenset(entry.pattern.regex.groupindex)
            yield Route(":".join([*names, entry.name or where]), where, entry.callback, arguments, bool(entry.name))
        else:
            below = (*names, entry.namespace) if entry.namespace else names
            yield from routes(entry.url_patterns, where, below)


def record_models() -> list:
    return [model for model in apps.get_models() if model._meta.app_config.name in LEVELS]


def kept(kind) -> list:
    return [model for model in record_models() if issubclass(model, Record) and model.kind is kind]


@dataclass(frozen=True)
class Module:
    """One Python file of an app, parsed."""

    app: str
    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def parts(self) -> tuple[str, ...]:
        """Path inside the app without `.py`: ("actions", "staff")."""
        return self.path.relative_to(ROOT / self.app).with_suffix("").parts

    def tree(self) -> ast.Module:
        return _parsed(self.path)


@cache
def _parsed(path: Path) -> ast.Module:
    """Parsed once for all sweeps, none of which changes a tree."""
    return ast.parse(path.read_text(), filename=str(path.relative_to(ROOT)))


@cache
def modules(app: str) -> list[Module]:
    files = sorted((ROOT / app).rglob("*.py"))
    return [Module(app, path) for path in files if "migrations" not in path.parts and "__pycache__" not in path.parts]


def templates() -> list[Path]:
    places = [ROOT / "templates", *(ROOT / app / "templates" for app in APPS)]
    return sorted(path for place in places for path in place.rglob("*.html"))
