"""What this app puts on home pages, charts and into the navigation: open risk answers first, read from the database."""

from dataclasses import replace

from django.urls import reverse

from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from assessments.live_risk import risk_stamp
from assessments.models import RiskItem
from assessments.on_call import limits_of, list_trouble, risk_rows
from assessments.questionnaires_page import courses_of
from assessments.trend import trends_of
from patients.chart import ChartTab
from patients.scope import Reach

SHOWN = 8


def navigation_entries(actor) -> list[NavEntry]:
    """The list itself for whoever sets it; everybody else comes to it from the queue."""
    entries = [
        NavEntry(
            "Questionnaires",
            "assessments:own",
            "list-checks",
            (Permission.VIEW_SETTINGS,),
            order=81,
            also=("/assessments/licensed/",),
        ),
        NavEntry("On call", "assessments:on_call", "phone", (Permission.EDIT_SETTINGS,), order=84),
    ]
    if not actor.can(Permission.VIEW_RISK):
        return entries
    count = RiskItem.objects.visible_to(actor).open().count()
    label = f"Risk ({count})" if count else "Risk"
    return [*entries, NavEntry(label, "assessments:risk_queue", "shield-alert", (Permission.VIEW_RISK,), order=15)]


def home_panels_for(actor, at) -> list[Panel]:
    """Open items of the person's own patients; for those who run the practice only how many and since when."""
    panels = []
    if actor.can(Permission.VIEW_RISK):
        panels.append(risk_panel(actor, at))
    if actor.can(Permission.VIEW_RISK_COUNT):
        panels += _only_counted(RiskItem.objects.visible_to(actor, Permission.VIEW_RISK_COUNT), actor.practice_id, at)
    if actor.can(Permission.EDIT_SETTINGS):
        panels += _list_trouble(actor.practice_id)
    return panels


def _list_trouble(practice_id) -> list[Panel]:
    """For whoever sets the list: nobody is on it, or somebody who cannot act any more."""
    trouble = list_trouble(practice_id)
    if not trouble:
        return []
    template = "assessments/_on_call_trouble.html"
    return [Panel("on-call", "On call for risk answers", template, {"trouble": trouble}, urgent=True, order=10)]


def risk_panel(actor, at) -> Panel:
    """The open items, as they are now; the home page asks for it again and again."""
    address = f"{reverse('assessments:risk_panel')}?stamp={risk_stamp(actor, at)}"
    for panel in _open_items(RiskItem.objects.visible_to(actor).open(), actor.practice_id, at):
        return replace(panel, poll=address)
    return Panel("risk", "Risk answers", "", {}, urgent=True, order=0, poll=address, is_empty=True)


def _open_items(open_items, practice_id, at) -> list[Panel]:
    rows = list(open_items.with_people().most_pressing_first()[: SHOWN + 1])
    if not rows:
        return []
    count = open_items.count() if len(rows) > SHOWN else len(rows)
    shown = risk_rows(rows[:SHOWN], practice_id, at)
    context = {"rows": shown, "more": count - len(shown), "at": at}
    template, named = "assessments/_risk_panel.html", tuple(row.item.patient_id for row in shown)
    return [Panel("risk", "Risk answers", template, context, count, urgent=True, order=0, patient_ids=named)]


def _only_counted(items, practice_id, at) -> list[Panel]:
    waiting = items.waiting(at - limits_of(practice_id).step)
    if not waiting["count"]:
        return []
    context = {**waiting, "at": at}
    return [
        Panel(
            "risk-count",
            "Open risk answers",
            "assessments/_risk_count_panel.html",
            context,
            count=waiting["count"],
            order=5,
        )
    ]


def chart_tabs(reach, patient) -> list[ChartTab]:
    return [_tab(patient)] if _may_see(reach, patient) else []


def chart_panels(actor, patient, at) -> list[Panel]:
    """Open risk items first, then the newest score of each instrument."""
    if not (actor.can(Permission.VIEW_ASSESSMENTS) and _may_see(Reach.of(actor, patient), patient)):
        return []
    panels = _open_items(RiskItem.objects.visible_to(actor).open().filter(patient=patient), patient.practice_id, at)
    courses = [course for course in courses_of(trends_of(patient.pk, actor=actor)) if course.latest]
    context = {"courses": courses, "patient": patient}
    return [*panels, Panel("scores", "Questionnaires", "assessments/_scores_panel.html", context, order=30)]


def _may_see(reach, patient) -> bool:
    """Team scope: whoever reaches every chart of the practice by another role may still not be on this team."""
    return patient.practice_id == reach.actor.practice_id and reach.may(Permission.VIEW_ASSESSMENTS)


def _tab(patient) -> ChartTab:
    return ChartTab(
        "Questionnaires", reverse("assessments:of_patient", args=[patient.pk]), "assessments", 45, "list-checks"
    )
