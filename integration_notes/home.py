"""What integration puts onto the therapist's home page and onto the chart."""

from datetime import datetime

from django.urls import reverse

from accounts.actor import Actor
from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from integration_notes.models import Homework, IntegrationNote
from integration_notes.worklist import due_integrations, homework_due, my_drafts, rows_of
from patients.chart import ChartTab
from patients.models import Patient
from patients.scope import Reach

SHOWN = 8


def navigation_entries(actor: Actor) -> list[NavEntry]:
    return [
        NavEntry("Integration notes", "notes:search", "notebook-pen", (Permission.VIEW_NOTE,), order=55),
        NavEntry("Private notes", "notes:private", "lock-keyhole", (Permission.WRITE_PRIVATE_NOTE,), order=60),
        NavEntry("Note release", "notes:releases", "lock-keyhole-open", (Permission.RELEASE_PRIVATE_NOTES,), order=90),
    ]


def home_panels_for(actor: Actor, at: datetime) -> list[Panel]:
    if not actor.can(Permission.WRITE_NOTE):
        return []
    due, more = first_of(due_integrations(actor, at))
    context = {"rows": rows_of(due, at), "more": more}
    panels = [_panel("integration-due", "Integration due", "due", context, due, more, order=25)]
    drafts, more = first_of(my_drafts(actor))
    if drafts:
        context = {"notes": drafts, "more": more}
        panels.append(_panel("note-drafts", "Drafts to sign", "drafts", context, drafts, more, order=27))
    homework, more = first_of(homework_due(actor, at))
    if homework:
        context = {"rows": homework, "more": more}
        panels.append(_panel("homework", "Homework due", "homework", context, homework, more, order=45))
    return panels


def _panel(key: str, title: str, page: str, context: dict, rows, more: int, order: int) -> Panel:
    named = tuple(row.patient_id for row in rows)
    template = f"integration_notes/home/{page}.html"
    return Panel(key, title, template, context, len(rows) + more, order=order, patient_ids=named)


def first_of(rows) -> tuple[list, int]:
    """The rows that a panel shows, and how many more there are; counted only when there are more."""
    found = list(rows[: SHOWN + 1])
    return found[:SHOWN], rows.count() - SHOWN if len(found) > SHOWN else 0


def chart_tabs(reach: Reach, patient: Patient) -> list[ChartTab]:
    if not reach.may(Permission.VIEW_NOTE):
        return []
    url = reverse("notes:of_patient", args=[patient.pk])
    return [ChartTab("Integration", url, "integration", order=65, icon="notebook-pen")]


def chart_panels(actor: Actor, patient: Patient, at: datetime) -> list[Panel]:
    """On the chart's overview: the latest signed notes and the homework that is open."""
    if not (actor.can(Permission.VIEW_NOTE) and Reach.of(actor, patient).may(Permission.VIEW_NOTE)):
        return []
    notes = IntegrationNote.objects.visible_to(actor).signed().filter(patient=patient).for_list()
    context = {
        "notes": list(notes.order_by("-signed_at")[:2]),
        "homework": list(Homework.objects.visible_to(actor).filter(patient=patient).open().for_list()[:3]),
        "patient": patient,
    }
    if not context["notes"] and not context["homework"]:
        return []
    return [Panel("integration", "Integration", "integration_notes/chart/overview.html", context, order=50)]
