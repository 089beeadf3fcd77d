"""Registries that higher apps fill: navigation entries and the panels of the home page."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from accounts.roles import Permission
from common.registry import Registry

# answer(actor) -> list[NavEntry]
navigation = Registry("which pages does the navigation offer this person?")
# answer(actor, at) -> list[Panel]
home_panels = Registry("what waits for this person today?")


@dataclass(frozen=True)
class NavEntry:
    """One place in the navigation; shown to holders of any of the permissions. Lower `order` comes first."""

    label: str
    route: str
    icon: str
    permissions: tuple[Permission, ...]
    order: int = 50


@dataclass(frozen=True)
class Panel:
    """A part of the home page: `template` renders `context`; urgent panels come first.

    `key` is unique on the page; `count` is shown beside the title; `order` sorts within urgency; `patient_ids` are
    the patients whom it names, for the audit row of the look (R51). A panel with a `poll` address asks there every
    2 seconds whether it changed, also while it `is_empty` and shows nothing.
    """

    key: str
    title: str
    template: str
    context: dict
    count: int | None = None
    urgent: bool = False
    order: int = 50
    wide: bool = False
    patient_ids: tuple[UUID, ...] = ()
    poll: str = ""
    is_empty: bool = False


def navigation_for(actor, path: str) -> list[dict]:
    """The entries this person may use, in order; the one whose address fits the page best is the current one."""
    entries = [entry for entry in navigation.collect(actor=actor) if any(map(actor.can, entry.permissions))]
    made = [
        {"label": entry.label, "url": reverse(entry.route), "icon": entry.icon}
        for entry in sorted(entries, key=lambda e: e.order)
    ]
    fitting = [
        item["url"] for item in made if path == item["url"] or (item["url"] != "/" and path.startswith(item["url"]))
    ]
    current = max(fitting, key=len, default=None)
    return [item | {"is_current": item["url"] == current} for item in made]


def panels_for(actor, at) -> list[Panel]:
    panels = home_panels.collect(actor=actor, at=at)
    return sorted(panels, key=lambda p: (not p.urgent, p.order))
