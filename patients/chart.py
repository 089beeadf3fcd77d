"""The chart's frame: its tabs and summary panels, filled by higher apps, and the header every chart page shows."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.roles import Permission
from common.registry import Registry
from patients.models import Patient
from patients.scope import Reach

# answer(reach, patient) -> list[ChartTab]; the reach is the header's own, so that no tab asks for it again
tabs = Registry("which tabs does this person see on this chart?")
# answer(actor, patient, at) -> list[accounts.navigation.Panel]
summary = Registry("what does the chart's overview show of this patient?")
# answer(actor, series, at) -> list[accounts.navigation.Panel]
series_panels = Registry("what does the page of this treatment series show?")
# answer(series_ids) -> dict[series id, sessions in which a dose was given]
sessions_given = Registry("in how many sessions of these series was a dose given?")


@dataclass(frozen=True)
class ChartTab:
    """One page of the chart; lower `order` comes first. This app's own tabs have 0 to 40."""

    label: str
    url: str
    key: str
    order: int = 50
    icon: str = ""
    count: int | None = None


OWN_TABS = (
    ("Overview", "patients:overview", "overview", 0, "layout-dashboard", Permission.VIEW_IDENTITY),
    ("Medical facts", "patients:facts", "facts", 10, "clipboard-list", Permission.VIEW_CHART),
    ("Screening", "patients:contraindications", "screening", 15, "shield-alert", Permission.VIEW_CHART),
    ("Consents", "patients:consents", "consents", 20, "signature", Permission.VIEW_CONSENT),
    ("Series", "patients:series_list", "series", 25, "route", Permission.VIEW_SERIES),
    ("Corrections", "patients:corrections", "corrections", 85, "file-pen-line", Permission.VIEW_CHART),
    ("Who looked", "patients:access_report", "looks", 90, "eye", Permission.REVIEW_ACCESS),
)


def given_by_series(series_ids: list[UUID]) -> dict[UUID, int]:
    """How many sessions of each series had a dose; 0 where nobody answers."""
    counts = dict.fromkeys(series_ids, 0)
    for answer in sessions_given if series_ids else ():
        for pk, number in answer(series_ids=series_ids).items():
            counts[pk] = counts.get(pk, 0) + number
    return counts


def chart_context(request, patient: Patient, current: str = "overview") -> dict:
    """What `patients/_chart_header.html` needs: the patient, what this person may do, allergies and tabs.

    `current` is the key of the tab that is open. Two queries of this app.
    """
    reach = Reach.of(request.actor, patient)
    sees_chart = reach.may(Permission.VIEW_CHART)
    return {
        "patient": patient,
        "reach": reach,
        "age": patient.age_on(timezone.localdate()),
        "sees_chart": sees_chart,
        "allergies": list(patient.allergies.standing().order_by("substance")) if sees_chart else [],
        "chart_tabs": _tab_links(patient, reach, current),
    }


def _tab_links(patient: Patient, reach: Reach, current: str) -> list[dict]:
    own = [
        ChartTab(label, reverse(route, args=[patient.pk]), key, order, icon)
        for label, route, key, order, icon, permission in OWN_TABS
        if reach.may(permission)
    ]
    every = sorted([*own, *tabs.collect(reach=reach, patient=patient)], key=lambda tab: tab.order)
    return [
        {"label": tab.label, "url": tab.url, "icon": tab.icon, "count": tab.count, "is_current": tab.key == current}
        for tab in every
    ]
