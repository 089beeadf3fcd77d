"""Dosed sessions and their check-ins for tests; the plan itself is made by the app's own action."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import TIME_ZONES
from assessments.actions import start_assessment, submit_assessment
from common.errors import StaleState
from followups import actions
from followups.models import CheckIn
from patients.actions import update_patient
from sessions_app.models import Session
from tests.builders import accounts, patients

AT = datetime(2026, 6, 2, 18, 0, tzinfo=UTC)  # 14:00 in New York


def dosed_session(clinic, dosed_at: datetime = AT, patient=None, **details) -> Session:
    """A session whose first dose was given at `dosed_at`, without dose rows: for what only asks when that was."""
    before = dosed_at - timedelta(days=1)
    patient = patient or patients.patient_with_team(clinic, before, **details)
    course = patient.series.open().first() or patients.series(patient, clinic.prescriber, before)
    session = Session(
        practice_id=patient.practice_id,
        patient=patient,
        series=course,
        number=Session.objects.filter(series=course).count() + 1,
        scheduled_for=dosed_at,
        created_at=before,
        created_by_id=clinic.nurse.membership_id,
        state="recovery",
        checked_in_at=dosed_at - timedelta(hours=1),
        first_dose_at=dosed_at,
    )
    session.save(force_insert=True)
    return session


def plan(clinic, dosed_at: datetime = AT, session: Session | None = None, **details) -> list[CheckIn]:
    """The check-ins of a fresh dosed session, in the order they are due."""
    session = session or dosed_session(clinic, dosed_at, **details)
    actions.plan_follow_ups(session=session, by=clinic.nurse, at=dosed_at)
    return list(
        CheckIn.objects.filter(session=session)
        .select_related("patient__practice", "point", "session__patient", "assessment_set")
        .order_by("due_at")
    )


def first_check_in(clinic, dosed_at: datetime = AT, **details) -> CheckIn:
    """The check-in of the day after the dose."""
    return plan(clinic, dosed_at, **details)[0]


def midday_zone(now: datetime) -> str:
    """A time zone in which it is between 11:00 and 14:00 now."""
    return next(zone for zone, _ in TIME_ZONES if 11 <= now.astimezone(ZoneInfo(zone)).hour < 14)


def by_text(patient, clinic, at: datetime) -> None:
    """The patient consents to text messages and is asked by them from now on."""
    patients.consent(patient, clinic.nurse, at, scope="texts")
    mobile = f"+1555{uuid4().int % 10**7:07d}"
    update_patient(patient=patient, by=clinic.nurse, at=at, version=patient.version, contact_by="text", mobile=mobile)
    patient.refresh_from_db()


def due_check_ins(number: int, now: datetime, texted: int = 0) -> list[CheckIn]:
    """A practice of its own with `number` patients, each with exactly one check-in due a minute before `now`.

    They live where it is the middle of the day, so that no message waits for the morning. The first `texted` of them
    get text messages, the others mail.
    """
    clinic = accounts.clinic_with_staff(at=now - timedelta(days=3))
    made = []
    for place in range(number):
        person = {"time_zone": midday_zone(now), "email": f"{uuid4().hex}@mail.invalid"}
        first, *later = plan(clinic, now - timedelta(hours=26), **person)
        if place < texted:
            by_text(first.patient, clinic, now - timedelta(hours=25))
        CheckIn.objects.filter(pk=first.pk).update(due_at=now - timedelta(minutes=1))
        CheckIn.objects.filter(pk__in=[row.pk for row in later]).update(due_at=now + timedelta(days=7))
        made.append(first)
    return made


def answer(check_in: CheckIn, by, at: datetime, codes=None) -> None:
    """Answer the questionnaires of an open check-in as staff would on the tablet; every item left out."""
    for code in codes or check_in.assessment_set.instruments:
        draft = start_assessment(assessment_set=check_in.assessment_set, instrument=code, by=by, at=at)
        submit_assessment(assessment=draft, by=by, at=at, answers={}, channel="tablet")


def open_at_once(check_in: CheckIn, by, number: int) -> dict[str, int]:
    """Let `number` threads open one check-in at the same moment; how many did and how many were refused."""
    start, counted = threading.Barrier(number), Counter()

    def one():
        start.wait()
        try:
            row = CheckIn.objects.select_related("patient", "point").get(pk=check_in.pk)
            actions.open_check_in(check_in=row, by=by, at=check_in.due_at)
            counted["opened"] += 1
        except StaleState:
            counted["refused"] += 1
        except Exception as error:
            counted[type(error).__name__] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return dict(counted)
