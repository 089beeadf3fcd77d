"""Reference pages that are drawn from the code, so that they cannot say something else than it does."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, get_resolver

from common import requirements
from common.registry import Registry

FOLDER = "docs/reference"
MADE_BY = "<!-- Written by `manage.py write_reference`; change the code, not this page. -->"

# answer() -> list of (file name, markdown)
pages = Registry("which reference pages are drawn from the code?")


def all_pages() -> dict[str, str]:
    """File name, seen from the folder, → text of every page."""
    made = [("urls.md", url_page()), ("states.md", state_page()), ("../security.md", _security_page())]
    made += pages.collect()
    return {name: f"{MADE_BY}\n\n{text.rstrip()}\n" for name, text in made}


def _security_page() -> str:
    return requirements.security_page(Path(settings.BASE_DIR))


def url_page() -> str:
    rows = sorted(_addresses(get_resolver().url_patterns))
    body = "\n".join(f"| `/{address}` | {name} | {access} |" for address, name, access in rows)
    return f"# Addresses\n\nWho may call each; permissions are explained in [roles](roles.md).\n\n{_head()}\n{body}\n"


def _head() -> str:
    return "| address | name | access |\n|---|---|---|"


def _addresses(patterns, prefix: str = "", names: tuple = ()) -> Iterator[tuple[str, str, str]]:
    for entry in patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield where, ":".join([*names, entry.name or ""]), _access(entry.callback)
        else:
            below = (*names, entry.namespace) if entry.namespace else names
            yield from _addresses(entry.url_patterns, where, below)


def _access(view) -> str:
    declared = getattr(view, "access", None)
    if declared:
        return declared
    needs = getattr(getattr(view, "cls", None), "needs", {})
    return ", ".join(f"{method} {permission.value}" for method, permission in needs.items())


def state_page() -> str:
    parts = ["# States\n\nEvery state and the moves that are possible; all other moves are refused."]
    for config in apps.get_app_configs():
        name = f"{config.name}.states"
        if find_spec(name):
            parts.append(_state_section(import_module(name)))
    return "\n\n".join(parts)


def _state_section(module) -> str:
    moves = module.MOVES
    first = next(iter(moves))
    lines = [f"    [*] --> {first.value}"]
    lines += [f"    {start.value} --> {to.value}" for start in moves for to in moves if to in moves[start]]
    lines += [f"    {state.value} --> [*]" for state in moves if not moves[state]]
    sentence = (module.__doc__ or "").strip().partition("\n")[0]
    return "\n".join([f"## {module.__name__}", "", sentence, "", "```mermaid", "stateDiagram-v2", *lines, "```"])
