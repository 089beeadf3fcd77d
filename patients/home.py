"""What this app puts into the navigation and onto the home pages."""

from accounts.navigation import NavEntry, Panel


def navigation_entries(actor) -> list[NavEntry]:
    return []


def home_panels_for(actor, at) -> list[Panel]:
    return []
