"""What this app puts into the navigation, which the home page shows."""

from accounts.actor import Actor
from accounts.navigation import NavEntry
from accounts.roles import Permission


def navigation_entries(actor: Actor) -> list[NavEntry]:
    """A report for those who run the practice, the own patients for clinicians; both for who is both."""
    name = "Outcomes of my patients" if actor.can(Permission.VIEW_REPORTS) else "Outcomes"
    return [
        NavEntry("Outcomes", "outcomes:report", "chart-column", (Permission.VIEW_REPORTS,), order=66),
        NavEntry(name, "outcomes:own_patients", "chart-line", (Permission.VIEW_ASSESSMENTS,), order=65),
    ]
