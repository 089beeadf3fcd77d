"""What the dosing records put into the navigation and, for reviewers, onto the home page."""

from datetime import datetime

from accounts.actor import Actor
from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from dosing.models.record import EXCEPTION
from sessions_app.dosing_list import MOST_COUNTED, flags_of
from sessions_app.dosing_scope import dosing_records_of

SHOWN = 5


def navigation_entries(actor: Actor) -> list[NavEntry]:
    return [NavEntry("Dosing records", "sessions:dosing_records", "clipboard-check", (Permission.VIEW_DOSING,), 45)]


def home_panels_for(actor: Actor, at: datetime) -> list[Panel]:
    """Records that wait for a review: how many, how many of them with exceptions, and the oldest of those."""
    if not actor.can(Permission.REVIEW_DOSING):
        return []
    waiting = dosing_records_of(actor, Permission.REVIEW_DOSING).filter(reviewed_at=None)
    exceptions = waiting.filter(EXCEPTION)
    rows = exceptions.select_related("patient").with_running()
    rows = rows.order_by("first_dose_at", "id")[:SHOWN]
    waiting_count, exception_count = _counted(waiting), _counted(exceptions)
    context = {
        "waiting": _words(waiting_count),
        "exceptions": _words(exception_count),
        "rows": [(record, flags_of(record)) for record in rows],
        "is_empty": not waiting_count,
    }
    template = "sessions_app/dosing_records/_home_panel.html"
    count = waiting_count if waiting_count <= MOST_COUNTED else None
    named = tuple(record.patient_id for record, _ in context["rows"])
    return [Panel("dosing-review", "Dosing records to review", template, context, count, order=20, patient_ids=named)]


def _counted(records) -> int:
    return records.order_by()[: MOST_COUNTED + 1].count()


def _words(number: int) -> str:
    return f"more than {MOST_COUNTED:,}" if number > MOST_COUNTED else f"{number:,}"
