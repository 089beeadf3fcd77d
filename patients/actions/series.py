"""Opens, adjusts and closes a treatment series; a patient has one open series at a time."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit, idempotency
from common.blockers import Blocker
from common.clinical import Indication, Modality, Route
from common.errors import Blocked, InvalidInput, StaleState
from common.sealed_fields import sealed
from patients.models import Patient, TreatmentSeries

ONE_OPEN = Blocker(
    "SERIES_ALREADY_OPEN",
    "This patient has an open treatment series. Close it before opening another.",
    "KAP-PAT-SERIES",
)


def open_series(
    *,
    patient: Patient,
    by: Actor,
    at: datetime,
    indication: str,
    route: str,
    planned_sessions: int,
    min_hours_between: int,
    modality: str,
    review_after: int | None = None,
    id: UUID | None = None,
) -> TreatmentSeries:
    """Open a treatment series: why, by which route, how many sessions (1-60), at least how far apart (24-2160 h).

    `review_after` is the number of the dose after which the plan is looked at again. Raises Blocked while another
    series is open or the patient is not in care.
    """
    role = authorize(by, Permission.OPEN_SERIES, practice_id=patient.practice_id, patient=patient.pk)
    values = {
        "indication": indication,
        "route": route,
        "planned_sessions": planned_sessions,
        "min_hours_between": min_hours_between,
        "modality": modality,
        "review_after": review_after,
    }
    known = idempotency.replayed(_opened(), id, by=by, patient_id=patient.pk, **values)
    if known:
        return known
    _refuse_problems(values)
    if not patient.is_in_care:
        sentence = "This patient was discharged from care. Take the patient into care again first."
        raise Blocked([Blocker("NOT_IN_CARE", sentence, "KAP-PAT-SERIES")])
    try:
        with transaction.atomic():
            series = TreatmentSeries.objects.create(
                **({"id": id} if id else {}), patient=patient, opened_at=at, opened_by_id=by.membership_id, **values
            )
            audit.record(
                by,
                "patients.open_series",
                at=at,
                subject=series,
                role=role,
                detail={"route": route, "planned_sessions": planned_sessions},
            )
    except IntegrityError as error:
        raise Blocked([ONE_OPEN]) from error
    return series


@transaction.atomic
def change_series_plan(
    *,
    series: TreatmentSeries,
    by: Actor,
    at: datetime,
    version: int,
    planned_sessions: int,
    min_hours_between: int,
    modality: str,
    review_after: int | None = None,
) -> TreatmentSeries:
    """Change number, spacing, modality or review of an open series; its indication and route never change."""
    role = authorize(by, Permission.OPEN_SERIES, practice_id=series.patient.practice_id, patient=series.patient_id)
    values = {
        "planned_sessions": planned_sessions,
        "min_hours_between": min_hours_between,
        "modality": modality,
        "review_after": review_after,
    }
    _refuse_problems(values)
    rows = TreatmentSeries.objects.filter(pk=series.pk, version=version, closed_at=None)
    if not rows.update(version=F("version") + 1, **values):
        raise StaleState("Somebody changed or closed this series since you opened it. Nothing was saved.")
    changed = sorted(name for name, value in values.items() if getattr(series, name) != value)
    audit.record(by, "patients.change_series_plan", at=at, subject=series, role=role, detail={"fields": changed})
    series.refresh_from_db()
    return series


@transaction.atomic
def close_series(*, series: TreatmentSeries, by: Actor, at: datetime, closing_reason: str) -> TreatmentSeries:
    """Close a series with the reason; its sessions and orders stay as they are, and no new ones can be added."""
    role = authorize(by, Permission.OPEN_SERIES, practice_id=series.patient.practice_id, patient=series.patient_id)
    reason = closing_reason.strip()
    if not 5 <= len(reason) <= 300:
        raise InvalidInput({"closing_reason": "Say why the series ends, in 5 to 300 characters."})
    rows = TreatmentSeries.objects.filter(pk=series.pk, closed_at=None)
    stamp = sealed(series, closed_at=at, closed_by_id=by.membership_id, closing_reason=reason)
    if not rows.update(version=F("version") + 1, **stamp):
        raise StaleState("This series was already closed.")
    audit.record(by, "patients.close_series", at=at, subject=series, role=role)
    series.refresh_from_db()
    return series


def _opened():
    return TreatmentSeries.objects.annotate(recorded_by_id=F("opened_by_id"))


def _refuse_problems(values: dict) -> None:
    found = {}
    for name, known, sentence in (
        ("indication", Indication.values, "Choose the indication."),
        ("route", Route.values, "Choose the route."),
        ("modality", Modality.values, "Choose the therapy."),
    ):
        if name in values and values[name] not in known:
            found[name] = sentence
    planned, hours, review = values["planned_sessions"], values["min_hours_between"], values["review_after"]
    if planned is None or not 1 <= planned <= 60:
        found["planned_sessions"] = "Enter the number of sessions, between 1 and 60."
    if hours is None or not 24 <= hours <= 2160:
        found["min_hours_between"] = "Enter the hours between sessions, between 24 and 2160 (90 days)."
    if review is not None and planned and not 1 <= review <= planned:
        found["review_after"] = "Enter a dose number within the planned sessions, or leave it empty."
    if found:
        raise InvalidInput(found)
