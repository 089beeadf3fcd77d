"""Puts the home page together from the panels that every app offers this person."""

from dataclasses import dataclass
from uuid import UUID

from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from accounts.navigation import Panel, panels_for


@dataclass(frozen=True)
class ShownPanel:
    """A panel with its content already drawn."""

    panel: Panel
    body: str


@dataclass(frozen=True)
class HomePage:
    """Urgent panels stand first at full width, then the wide ones, then the rest side by side."""

    urgent: list[ShownPanel]
    wide: list[ShownPanel]
    others: list[ShownPanel]
    patient_ids: list[UUID]

    @property
    def is_empty(self) -> bool:
        return all(item.panel.is_empty for item in (*self.urgent, *self.wide, *self.others))


def home_page(request, at) -> HomePage:
    shown = [shown_panel(panel, request) for panel in panels_for(request.actor, at)]
    calm = [item for item in shown if not item.panel.urgent]
    return HomePage(
        patient_ids=[pk for item in shown for pk in item.panel.patient_ids],
        urgent=[item for item in shown if item.panel.urgent],
        wide=[item for item in calm if item.panel.wide],
        others=[item for item in calm if not item.panel.wide],
    )


def shown_panel(panel: Panel, request) -> ShownPanel:
    if panel.is_empty:
        return ShownPanel(panel, "")
    context = {"request": request, "csrf_token": get_token(request), **panel.context}
    return ShownPanel(panel, render_to_string(panel.template, context))


def greeting(hour: int) -> str:
    """Words for the hour in the practice's zone."""
    if hour < 5:
        return "Good night"
    if hour < 12:
        return "Good morning"
    return "Good afternoon" if hour < 18 else "Good evening"
