"""The patient list: which patients a filter shows, and each row with its open series."""

from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import Prefetch

from accounts.actor import Actor
from accounts.paging import page_of
from accounts.roles import Permission
from patients.chart import given_by_series
from patients.forms import PatientFilterForm
from patients.models import Patient, TreatmentSeries


@dataclass(frozen=True)
class Row:
    patient: Patient
    age: int
    series: TreatmentSeries | None
    given: int


@dataclass(frozen=True)
class ListPage:
    page: Page
    rows: list[Row]
    count_words: str


def chosen(form: PatientFilterForm, actor: Actor):
    """The patients of the actor's scope that the filter asks for; an invalid filter shows those in care."""
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    patients = Patient.objects.visible_to(actor)
    care = values.get("care") or "in_care"
    if care != "all":
        patients = patients.discharged() if care == "discharged" else patients.in_care()
    if values.get("whose") == "mine":
        patients = patients.on_team_of(actor.membership_id)
    if values.get("route") and actor.can(Permission.VIEW_SERIES):
        patients = patients.with_open_series(values["route"])
    return patients.matching(values.get("search", "")).order_by("family_name", "given_name", "id")


def list_page(request, form: PatientFilterForm, today) -> ListPage:
    """One page of 25 rows: four queries whatever the number of patients."""
    actor = request.actor
    series = TreatmentSeries.objects.visible_to(actor).open()
    patients = chosen(form, actor).prefetch_related(Prefetch("series", queryset=series, to_attr="open_series"))
    page = page_of(patients, request)
    given = given_by_series([row.pk for patient in page for row in patient.open_series])
    rows = [_row(patient, given, today) for patient in page]
    number = page.paginator.count
    return ListPage(page, rows, f"{number} patient{'' if number == 1 else 's'}")


def _row(patient: Patient, given: dict, today) -> Row:
    series = patient.open_series[0] if patient.open_series else None
    return Row(patient, patient.age_on(today), series, given.get(series.pk, 0) if series else 0)
