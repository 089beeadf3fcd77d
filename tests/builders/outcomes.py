"""Signed sessions with scores before and after them, for what only counts; without dose rows."""

from datetime import UTC, datetime, timedelta

from sessions_app.models import Session
from tests.builders import assessments, patients

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


def phq9(patient, by, at: datetime, points: int):
    """A submitted PHQ-9 with this total, up to 24, none of it on item 9."""
    shares = {f"q{n + 1}": max(0, min(3, points - 3 * n)) for n in range(8)}
    return assessments.answered_set(patient, by, at, {"PHQ9": shares})


def session(clinic, series, number: int, dosed_at: datetime | None, state: str = "signed") -> Session:
    """One session of the series; `dosed_at` None for one that never got so far."""
    signed = {}
    if state == "signed":
        stamp = dosed_at + timedelta(hours=4)
        signed = {"signed_at": stamp, "signed_by_id": clinic.prescriber.membership_id, "content_sha256": "0" * 64}
    made = Session(
        practice_id=series.patient.practice_id,
        patient=series.patient,
        series=series,
        number=number,
        scheduled_for=dosed_at or AT,
        created_at=AT - WEEK,
        created_by_id=clinic.nurse.membership_id,
        first_dose_at=dosed_at,
        state=state,
        **signed,
    )
    made.save(force_insert=True)
    return made


def course(clinic, before: int | None, *after: int | None, at: datetime = AT, route: str = "IM"):
    """A new patient's series with one signed session a week from `at` on: a PHQ-9 the day before the first dose and six
    days after each; None where it was not answered."""
    patient = patients.patient_with_team(clinic, at - 2 * WEEK)
    series = patients.series(patient, clinic.prescriber, at - 2 * WEEK, route=route)
    scores = [(at - timedelta(days=1), before)]
    for number, points in enumerate(after, start=1):
        dosed_at = at + (number - 1) * WEEK
        session(clinic, series, number, dosed_at)
        scores.append((dosed_at + timedelta(days=6), points))
    for moment, points in scores:
        if points is not None:
            phq9(patient, clinic.nurse, moment, points)
    return series
