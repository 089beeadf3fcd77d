"""What follow-up puts into the navigation, onto the home pages and onto the chart."""

from datetime import datetime

from django.db.models import F
from django.urls import reverse

from accounts.actor import Actor
from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from followups.models import CheckIn, MissedInARow
from followups.pages import chosen, day_of
from followups.rows import rows_of
from followups.watch import is_silent, paused_channels
from patients.chart import ChartTab
from patients.models import Patient
from patients.scope import Reach

SHOWN = 5


def navigation_entries(actor: Actor) -> list[NavEntry]:
    return [
        NavEntry("Follow-up", "followups:list", "calendar-check-2", (Permission.VIEW_FOLLOWUPS,), order=40),
        NavEntry(
            "Measuring",
            "followups:points",
            "ruler",
            (Permission.VIEW_SETTINGS,),
            order=82,
            also=("/follow-ups/measuring/", "/follow-ups/hours/"),
        ),
    ]


def home_panels_for(actor: Actor, at: datetime) -> list[Panel]:
    """The banner when nothing goes out, for everybody; what waits for a call, for whoever may act."""
    panels = []
    if actor.can(Permission.VIEW_FOLLOWUPS):
        if is_silent(at, actor.practice_id):
            panels.append(_silence(actor))
        panels += _paused()
    if actor.can(Permission.MANAGE_FOLLOWUPS):
        panels += _missed(actor, at)
        panels.append(_check_ins(actor, at))
    return panels


def _missed(actor: Actor, at: datetime) -> list[Panel]:
    """Patients who missed two check-ins in a row, those nobody calls first."""
    tasks = MissedInARow.objects.visible_to(actor).open()
    rows = list(tasks.with_people().order_by(F("taken_at").asc(nulls_first=True), "raised_at", "pk")[: SHOWN + 1])
    if not rows:
        return []
    count = tasks.count() if len(rows) > SHOWN else len(rows)
    context = {"rows": rows[:SHOWN], "more": count - len(rows[:SHOWN]), "at": at}
    named = tuple(row.patient_id for row in rows[:SHOWN])
    template = "followups/home/missed.html"
    return [Panel("missed", "Two check-ins missed in a row", template, context, count, order=45, patient_ids=named)]


def _silence(actor: Actor) -> Panel:
    context = {"may_run": actor.can(Permission.EDIT_SETTINGS)}
    return Panel("silence", "Messages are not going out", "followups/home/silence.html", context, urgent=True, order=20)


def _paused() -> list[Panel]:
    """A provider is not reached: what it should carry waits."""
    channels = paused_channels()
    if not channels:
        return []
    template = "followups/home/paused.html"
    return [
        Panel("paused", "Messages wait for their provider", template, {"channels": channels}, urgent=True, order=21)
    ]


def _check_ins(actor: Actor, at: datetime) -> Panel:
    mine = CheckIn.objects.visible_to(actor, Permission.MANAGE_FOLLOWUPS)
    start, end = day_of(at)
    counts = [
        ("today", "Due today", mine.due_between(start, end).count()),
        ("call", "To call", mine.to_call(at).count()),
        ("unclear", "Delivery unclear", mine.unclear().count()),
        ("late", "Overdue", mine.late(at).count()),
        ("no_answer", "No answer", mine.no_answer(at).count()),
    ]
    waiting = chosen(mine, "attention", at).for_list().order_by("due_at", "pk")[:SHOWN]
    context = {"counts": counts, "rows": rows_of(waiting, at, actor.practice_id)}
    named = tuple(row.check_in.patient_id for row in context["rows"])
    return Panel("check-ins", "Check-ins", "followups/home/check_ins.html", context, order=50, patient_ids=named)


def chart_tabs(reach: Reach, patient: Patient) -> list[ChartTab]:
    if not reach.may(Permission.VIEW_FOLLOWUPS):
        return []
    url = reverse("followups:of_patient", args=[patient.pk])
    return [ChartTab("Follow-up", url, "followups", order=70, icon="calendar-check-2")]


def chart_panels(actor: Actor, patient: Patient, at: datetime) -> list[Panel]:
    """On the chart's overview: what was asked last, what is asked next, when the patient's clock shows what."""
    if not _reaches(actor, patient):
        return []
    mine = CheckIn.objects.visible_to(actor).filter(patient=patient).for_list()
    context = {
        "waiting": rows_of(mine.waiting().order_by("due_at"), at, patient.practice_id),
        "coming": rows_of(mine.filter(state=CheckIn.State.PLANNED).order_by("due_at")[:2], at, patient.practice_id),
        "patient": patient,
    }
    if not context["waiting"] and not context["coming"]:
        return []
    return [Panel("check-ins", "Check-ins", "followups/chart/check_ins.html", context, order=60)]


def _reaches(actor: Actor, patient: Patient) -> bool:
    if actor.reaches_practice(Permission.VIEW_FOLLOWUPS):
        return True
    return actor.can(Permission.VIEW_FOLLOWUPS) and Reach.of(actor, patient).may(Permission.VIEW_FOLLOWUPS)
