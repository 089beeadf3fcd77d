"""What this app puts into the navigation, onto home pages and into the chart."""

from datetime import datetime

from django.urls import reverse

from accounts.actor import Actor
from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from patients.chart import ChartTab
from patients.models import Patient, TreatmentSeries
from patients.scope import Reach
from sessions_app.board_page import load_board
from sessions_app.models import ReviewQuestion, Session
from sessions_app.session_reach import may_schedule
from sessions_app.state_words import chip_of

SHOWN = 8


def navigation_entries(actor: Actor) -> list[NavEntry]:
    return [
        NavEntry("Board", "sessions:board", "layout-grid", (Permission.VIEW_SESSION,), order=10),
        NavEntry("Sessions", "sessions:list", "calendar", (Permission.VIEW_SESSION,), order=30),
        NavEntry("Alarms", "sessions:monitoring", "bell-ring", (Permission.VIEW_SETTINGS,), order=83),
    ]


def home_panels_for(actor: Actor, at: datetime) -> list[Panel]:
    panels = []
    if actor.can(Permission.VIEW_SESSION):
        panels += _today(actor, at)
    if actor.can(Permission.SIGN_SESSION):
        panels += _to_sign(actor)
    if actor.can(Permission.ADD_ADDENDUM):
        panels += _questions(actor)
    return panels


def _today(actor: Actor, at: datetime) -> list[Panel]:
    """The day's sessions; before them those to come whose patient told something that a prescriber decides about."""
    page = load_board(actor, at)
    template, named = "sessions_app/home/today.html", tuple(page.patient_ids)
    today = Panel(
        "board-today", "Today", template, {"page": page}, len(page.cards), order=10, wide=True, patient_ids=named
    )
    return [*_to_review(page.to_review), today]


def _to_review(rows) -> list[Panel]:
    if not rows:
        return []
    named, context = tuple(row.session.patient_id for row in rows), {"rows": rows}
    title, template = "To review before a session", "sessions_app/_to_review.html"
    return [Panel("to-review", title, template, context, len(rows), order=8, wide=True, patient_ids=named)]


def _questions(actor: Actor) -> list[Panel]:
    """What reviewers asked of this person and still wait for."""
    mine = ReviewQuestion.objects.asked_of_member(actor.membership_id)
    rows = list(mine.filter(session__in=Session.objects.visible_to(actor)).order_by("asked_at")[:SHOWN])
    if not rows:
        return []
    named = tuple(row.session.patient_id for row in rows)
    template = "sessions_app/home/questions.html"
    return [
        Panel("questions", "Asked about your records", template, {"rows": rows}, len(rows), order=14, patient_ids=named)
    ]


def _to_sign(actor: Actor) -> list[Panel]:
    """Sessions that this prescriber supervised and has not signed."""
    waiting = Session.objects.visible_to(actor).awaiting_signature().supervised_by(actor.membership_id)
    return _list("to-sign", "Waits for your signature", waiting, "sign", order=15)


def _list(key: str, title: str, sessions, route: str, order: int) -> list[Panel]:
    rows = list(sessions.with_names().order_by("scheduled_for", "id")[: SHOWN + 1])
    if not rows:
        return []
    context = {"rows": rows[:SHOWN], "has_more": len(rows) > SHOWN, "route": f"sessions:{route}"}
    named = tuple(row.patient_id for row in context["rows"])
    return [Panel(key, title, "sessions_app/home/waiting.html", context, order=order, patient_ids=named)]


def chart_tabs(reach: Reach, patient: Patient) -> list[ChartTab]:
    if not reach.actor.can(Permission.VIEW_SESSION):
        return []
    url = reverse("sessions:of_patient", args=[patient.pk])
    return [ChartTab("Sessions", url, "sessions", 50, "calendar")]


def chart_summary(actor: Actor, patient: Patient, at: datetime) -> list[Panel]:
    """The next planned session and the last ones, on the chart's overview."""
    if not actor.can(Permission.VIEW_SESSION):
        return []
    mine = Session.objects.visible_to(actor).filter(patient=patient).with_names()
    coming = list(mine.upcoming(at)[:1])
    rows = [*coming, *mine.exclude(pk__in=[row.pk for row in coming]).newest_first()[:3]]
    context = {"rows": [(row, chip_of(row.state_now)) for row in rows], "patient": patient}
    return [Panel("sessions", "Sessions", "sessions_app/home/of_patient.html", context, order=20)]


def series_panels(actor: Actor, series: TreatmentSeries, at: datetime) -> list[Panel]:
    """The sessions of a series on its own page, and the way to the next one."""
    if not actor.can(Permission.VIEW_SESSION):
        return []
    rows = list(Session.objects.visible_to(actor).filter(series=series).newest_first().with_names()[:60])
    context = {
        "rows": [(row, chip_of(row.state_now)) for row in rows],
        "series": series,
        "may_plan": series.closed_at is None and may_schedule(actor, series.patient_id),
    }
    return [Panel("sessions", "Sessions", "sessions_app/home/series.html", context, count=len(rows), order=20)]


def sessions_given(series_ids) -> dict:
    return Session.objects.given_counts(series_ids)
