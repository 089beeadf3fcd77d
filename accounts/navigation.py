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
    """One place in the navigation; shown to holders of any of the permissions. Lower `order` comes first.

    `also` are beginnings of further addresses where this is the current place.
    """

    label: str
    route: str
    icon: str
    permissions: tuple[Permission, ...]
    order: int = 50
    also: tuple[str, ...] = ()

    def fits(self, path: str) -> int:
        """How many letters of the path say that it belongs here; 0 for none."""
        own = reverse(self.route)
        begins = [*self.also] if own == "/" else [own, *self.also]
        return max((len(start) for start in begins if path.startswith(start)), default=int(path == own))


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
    entries.sort(key=lambda entry: entry.order)
    current = max(entries, key=lambda entry: entry.fits(path), default=None)
    return [
        {
            "label": entry.label,
            "url": reverse(entry.route),
            "icon": entry.icon,
            "is_current": entry is current and entry.fits(path) > 0,
        }
        for entry in entries
    ]


def panels_for(actor, at) -> list[Panel]:
    panels = home_panels.collect(actor=actor, at=at)
    return sorted(panels, key=lambda p: (not p.urgent, p.order))
