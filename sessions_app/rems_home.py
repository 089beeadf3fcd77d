"""What the REMS form puts into the navigation and onto home pages: how many are owed, how many overdue."""

from datetime import datetime

from accounts.actor import Actor
from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from sessions_app.models import RemsForm
from sessions_app.rems_page import lines_of, today_of

SHOWN = 5
MOST_COUNTED = 999


def navigation_entries(actor: Actor) -> list[NavEntry]:
    return [NavEntry("REMS forms", "sessions:rems_list", "clipboard-list", (Permission.VIEW_REMS,), order=46)]


def home_panels_for(actor: Actor, at: datetime) -> list[Panel]:
    """The forms that are owed, the most pressing first; nothing where none is."""
    if not actor.can(Permission.VIEW_REMS):
        return []
    today = today_of(actor, at)
    mine = RemsForm.objects.visible_to(actor)
    forms = list(mine.open().with_names()[:SHOWN])
    if not forms:
        return []
    number = mine.open().order_by()[: MOST_COUNTED + 1].count()
    overdue = mine.overdue_on(today).order_by()[: MOST_COUNTED + 1].count()
    context = {
        "lines": lines_of(forms, today),
        "overdue": overdue,
        "overdue_words": f"{overdue} overdue",
        "more": max(0, number - SHOWN),
    }
    named = tuple(form.patient_id for form in forms)
    template = "sessions_app/rems/_home_panel.html"
    return [
        Panel("rems", "REMS forms to submit", template, context, number, bool(overdue), order=18, patient_ids=named)
    ]
