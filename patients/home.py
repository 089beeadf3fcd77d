"""What this app puts into the navigation and onto the home pages: my patients, and what an admin has to see to."""

from datetime import datetime, timedelta

from accounts.actor import Actor
from accounts.navigation import NavEntry, Panel
from accounts.roles import Permission
from patients.chart import given_by_series
from patients.models import Consent, CorrectionRequest, EmergencyAccess, Patient, TreatmentSeries
from patients.models.person import on_team

SHOWN = 8


def navigation_entries(actor: Actor) -> list[NavEntry]:
    return [
        NavEntry("Patients", "patients:list", "users", (Permission.VIEW_IDENTITY,), order=20),
        NavEntry(
            "Emergency access", "patients:open_emergency", "triangle-alert", (Permission.OPEN_EMERGENCY,), order=70
        ),
        NavEntry("Access review", "patients:emergencies", "eye", (Permission.REVIEW_ACCESS,), order=88),
    ]


def home_panels_for(actor: Actor, at: datetime) -> list[Panel]:
    panels = []
    if actor.can(Permission.VIEW_CHART):
        panels.append(_my_patients(actor))
    if actor.reaches_practice(Permission.EDIT_IDENTITY):
        panels += _office(actor, at)
    panels += _emergencies(actor, at)
    if actor.can(Permission.DECIDE_CORRECTION):
        panels += _corrections(actor)
    return panels


def _corrections(actor: Actor) -> list[Panel]:
    """What patients asked to have corrected and nobody answered yet."""
    waiting = CorrectionRequest.objects.visible_to(actor, Permission.DECIDE_CORRECTION).waiting()
    rows = list(waiting.for_list()[: SHOWN + 1])
    if not rows:
        return []
    count = len(rows) if len(rows) <= SHOWN else waiting.count()
    context, named = {"rows": rows[:SHOWN]}, _named(rows[:SHOWN])
    template = f"{HERE}/corrections.html"
    return [Panel("corrections", "Corrections to answer", template, context, count, order=55, patient_ids=named)]


def _named(rows) -> tuple:
    return tuple(row.patient_id for row in rows)


HERE = "patients/home"


def _emergencies(actor: Actor, at: datetime) -> list[Panel]:
    """What reviewers have to look at, at once; and for a care team that somebody else opened their patient's chart."""
    if actor.reaches_practice(Permission.REVIEW_ACCESS):
        waiting = EmergencyAccess.objects.visible_to(actor).to_review()
        count = waiting.count()
        rows = list(waiting.with_people().order_by("-opened_at")[:SHOWN]) if count else []
        title, urgent = "Emergency access to review", True
    elif actor.can(Permission.VIEW_CHART):
        week = EmergencyAccess.objects.filter(opened_at__gt=at - timedelta(days=7))
        rows = list(
            week.filter(on_team(actor.membership_id, "patient_id")).with_people().order_by("-opened_at")[:SHOWN]
        )
        title, urgent, count = "Emergency access to your patients", False, len(rows)
    else:
        return []
    if not count:
        return []
    context = {"rows": rows, "reviews": urgent, "at": at}
    template, named = "patients/home/emergencies.html", _named(rows)
    return [Panel("emergencies", title, template, context, count, urgent=urgent, order=2, patient_ids=named)]


def _my_patients(actor: Actor) -> Panel:
    """The people this clinician takes care of, and how far their open series are."""
    mine = Patient.objects.visible_to(actor, Permission.VIEW_CHART).in_care()
    series = TreatmentSeries.objects.visible_to(actor, Permission.VIEW_CHART).open()
    rows = list(series.select_related("patient").order_by("-opened_at")[:SHOWN])
    given = given_by_series([row.pk for row in rows])
    context = {"rows": [(row, given[row.pk]) for row in rows], "total": mine.count()}
    template, named = "patients/home/my_patients.html", _named(rows)
    return Panel("my-patients", "My patients", template, context, context["total"], order=40, patient_ids=named)


def _office(actor: Actor, at: datetime) -> list[Panel]:
    """For those who run the practice: charts nobody takes care of, missing consents, the week's registrations."""
    everybody = Patient.objects.visible_to(actor).in_care()
    week = everybody.filter(registered_at__gte=at - timedelta(days=7)).order_by("-registered_at")
    orphans, unsigned = everybody.without_team(), everybody.without_consent(Consent.Scope.TREATMENT)
    panels = [
        _list("no-team", "No care team", orphans, "Nobody clinical can open these charts.", "team", order=30),
        _list("no-consent", "Treatment consent missing", unsigned, "No dose can be given.", "consents", order=60),
        _list("new-patients", "Registered this week", week, "", "overview", order=70),
    ]
    return [panel for panel in panels if panel.count or panel.key == "new-patients"]


def _list(key: str, title: str, patients, text: str, page: str, order: int) -> Panel:
    rows = patients.order_by(*(patients.query.order_by or ("family_name", "id")))
    context = {"patients": list(rows[:SHOWN]), "text": text, "route": f"patients:{page}"}
    context["total"] = patients.count()
    template, named = "patients/home/patients.html", tuple(patient.pk for patient in context["patients"])
    return Panel(key, title, template, context, count=context["total"], order=order, patient_ids=named)
