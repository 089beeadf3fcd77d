"""Two doses that were written down for the wrong time: one by some minutes, one for the wrong day."""

from datetime import datetime, timedelta

from accounts.models import Membership
from demo.clinic import PASSWORD, DemoClinic, as_actor
from dosing.models import Administration
from sessions_app.actions import correct_session_dose_time
from sessions_app.models import Session
from sessions_app.session_facts import full


def correct_dose_times(clinic: DemoClinic, now: datetime) -> None:
    """In the newest signed sessions of two patients whose records wait for their review, by who gave the dose."""
    waiting = full(Session.objects).filter(
        practice=clinic.practice,
        signed_at__lt=now - timedelta(hours=30),
        dosing_record__reviewed_at=None,
        series__route__in=("IM", "ESK", "SC", "SL"),
    )
    later = Session.objects.filter(first_dose_at__isnull=False).values_list("patient_id", "first_dose_at")
    newest: dict = {}
    for patient_id, dosed_at in later:
        newest[patient_id] = max(dosed_at, newest.get(patient_id, dosed_at))
    last = [row for row in waiting.order_by("-first_dose_at", "pk") if row.first_dose_at == newest[row.patient_id]]
    reasons = ("Typed the minute of the reading before", "Written into the day before by mistake")
    for session, by_time, reason in zip(last, (timedelta(minutes=4), timedelta(days=1)), reasons, strict=False):
        doses = Administration.objects.filter(dosing_record_id=session.pk).order_by("-number")
        dose = doses.select_related("recorded_by").first()
        giver = Membership.objects.select_related("practice", "user").get(pk=dose.recorded_by_id)
        correct_session_dose_time(
            session=session,
            administration_id=dose.pk,
            by=as_actor(giver),
            at=now - timedelta(minutes=40),
            given_at=dose.occurred_at + by_time,
            reason=reason,
            confirmed=True,
            password=PASSWORD,
        )
