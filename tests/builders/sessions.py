"""Sessions in every state for tests, made through the actions. `at` is the moment of the check-in; the dose is 10
minutes later and the rest follows it, so a test that asks for "now" passes an `at` some hours back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from demo import leaving
from patients.models import TreatmentSeries
from sessions_app import actions
from sessions_app.models import RemsForm, Session
from sessions_app.monitoring import CLOCKS, DoseSpan, due_times
from sessions_app.session_facts import full, load_facts
from tests.builders import accounts, dosing, patients

AT = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
DOSE_AFTER = timedelta(minutes=10)
BASELINE = {
    "systolic_mmhg": 122,
    "diastolic_mmhg": 78,
    "heart_rate_bpm": 70,
    "spo2_pct": 98,
    "respiratory_rate": 14,
    "moaas": 5,
}
ARRIVAL = {
    "identity_confirmed": True,
    "fasting_confirmed": True,
    "escort_confirmed": True,
    "escort_name": "Alex Escort",
    "medicines_changed": False,
    "weight_kg": Decimal(70),
}
REMS_CHECK = {
    "is_enrolled": True,
    "is_counselled": True,
    "is_first_treatment": False,
    "takes_benzodiazepines": False,
    "takes_sedatives": False,
    "takes_opioids": False,
    "takes_stimulants": False,
    "takes_maois": False,
}
# What no session tells of the REMS form.
REMS_ANSWERS = {
    "ready_min": 95,
    "vitals_ok_before": True,
    "vitals_ok_after": True,
    "sedation": False,
    "dissociation": False,
    "respiratory_depression": False,
    "serious_event": False,
    "sex": "Female",
    "monitor_phone": "555 0100",
    "setting_address": "1 Harbor Way",
}
WELL = {
    **leaving.WELL,
    "escort_name": "Alex Escort",
    "escort_relation": "brother",
    "escort_phone": "555 010 0177",
}


def stored(session: Session) -> Session:
    """The session as the database has it now."""
    return full(Session.objects).get(pk=session.pk)


def series_with_order(clinic, at: datetime = AT, route: str = "IM", **terms) -> TreatmentSeries:
    """A ready patient's open series with a signed order: nothing of the chart stands before a dose."""
    before = at - timedelta(hours=2)
    person = patients.ready_patient(clinic, before)
    course = patients.series(person, clinic.prescriber, before, route=route)
    dosing.signed_order(course, clinic.prescriber, before, **terms)
    return course


def scheduled_session(clinic, at: datetime = AT, route: str = "IM", series=None, by=None, **plan) -> Session:
    """Planned for `at`, an hour before it, without questionnaires; `by` is the nurse unless said otherwise."""
    course = series or series_with_order(clinic, at, route)
    made = actions.schedule_session(
        series=course,
        by=by or clinic.nurse,
        at=at - timedelta(hours=1),
        **{"scheduled_for": at, "pre_instruments": (), **plan},
    )
    return stored(made)


def named_roster(clinic, session: Session, at: datetime = AT, **people) -> Session:
    members = {
        "prescriber_id": clinic.prescriber.membership_id,
        "monitor_id": clinic.nurse.membership_id,
        "therapist_id": clinic.therapist.membership_id,
        **people,
    }
    actions.name_roster(session=session, by=clinic.nurse, at=at, **members)
    return stored(session)


def checked_in_session(clinic, at: datetime = AT, route: str = "IM", series=None, questionnaires=False, **arrival):
    """Arrived, roster named, prescriber on site, baseline taken; missing questionnaires passed unless asked for.

    `questionnaires=True` leaves that blocker standing.
    """
    session = named_roster(clinic, scheduled_session(clinic, at, route, series), at)
    actions.mark_presence(by=clinic.prescriber, at=at, is_here=True)
    actions.check_in_patient(session=session, by=clinic.nurse, at=at, **{**ARRIVAL, **BASELINE, **arrival})
    if session.series.route == "ESK":
        rems_check(clinic, session, at)
    if not questionnaires:
        actions.override_blocker(
            session=session,
            by=clinic.prescriber,
            at=at,
            code="PRE_ASSESSMENT_MISSING",
            reason="Asked in the interview today",
        )
    return stored(session)


def rems_check(clinic, session: Session, at: datetime, **answers):
    """Enrolled, counselled, not the first treatment, no medicine of the form's classes."""
    return actions.record_rems_check(session=session, by=clinic.nurse, at=at, **{**REMS_CHECK, **answers})


def give(clinic, session: Session, at: datetime, lot=None, by=None, **entry):
    """Give the ordered dose in this session, of esketamine one device; from a new lot unless one is given.

    Returns the administration.
    """
    facts = load_facts(stored(session))
    order = facts.order
    lot = lot or dosing.stock_lot(clinic.nurse, at - timedelta(hours=1), route=order.route)
    drawn = entry.pop("drawn_mg", order.drawn_mg if order.route != "ESK" else order.product.unit_mg)
    infusion = {}
    if order.route == "IV":
        infusion = {
            "final_volume_ml": order.final_volume_ml,
            "duration_min": order.duration_min,
            "diluent": "NaCl 0.9 %",
        }
    values = {
        "lot_id": lot.pk,
        "drawn_mg": drawn,
        "planned_mg": min(drawn, order.drawn_mg if order.route != "ESK" else order.product.unit_mg),
        "given_by_id": clinic.nurse.membership_id,
        **infusion,
        **entry,
    }
    return actions.give_session_dose(session=session, by=by or clinic.nurse, at=at, **values)


def dosed_session(clinic, at: datetime = AT, route: str = "IM", series=None, **entry) -> Session:
    """After the first dose, in DOSING; an infusion (route "IV") is running."""
    session = checked_in_session(clinic, at, route, series)
    give(clinic, session, at + DOSE_AFTER, **entry)
    return stored(session)


def reading(clinic, session: Session, at: datetime, by=None, **values):
    """A full normal reading."""
    return actions.record_reading(session=session, by=by or clinic.nurse, at=at, **{**BASELINE, **values})


def answer(clinic, session: Session, row, at: datetime, by=None, **words):
    """Answers the critical values of one reading; the prescriber was told unless said otherwise."""
    told = {} if "told_words" in words else {"told_id": clinic.prescriber.membership_id}
    values = {"readings": [row.pk], "action": "Oxygen by mask, 4 L/min", **told, **words}
    return actions.answer_alarms(session=session, by=by or clinic.nurse, at=at, **values)


def end_infusion(clinic, session: Session, at: datetime, how: str = "completed", **more):
    running = load_facts(stored(session)).running[0]
    return actions.end_session_infusion(
        session=session, administration_id=running.pk, by=clinic.nurse, at=at, how=how, **more
    )


def observed_session(clinic, at: datetime = AT, route: str = "IM", series=None, **entry) -> Session:
    """Dosed, every reading taken when due, and the minimum observation over at the last reading."""
    session = dosed_session(clinic, at, route, series, **entry)
    dose_at = session.first_dose_at
    clock = CLOCKS[route]
    ended_at = dose_at + timedelta(minutes=40) if clock.is_infusion else dose_at
    leave_at = ended_at + timedelta(minutes=clock.observe_min)
    for moment in due_times(clock, [DoseSpan(dose_at, ended_at)], leave_at):
        if clock.is_infusion and moment == ended_at:
            end_infusion(clinic, session, ended_at)
        if moment <= leave_at:
            reading(clinic, session, moment)
    return stored(session)


def leaving_time(session: Session) -> datetime:
    """The moment of the last reading, when an observed session may end."""
    return session.readings.latest("occurred_at").occurred_at


def discharge(clinic, session: Session, at: datetime, by=None, **answers):
    return actions.discharge_patient(session=session, by=by or clinic.nurse, at=at, **{**WELL, **answers})


def discharged_session(clinic, at: datetime = AT, route: str = "IM", series=None, **entry) -> Session:
    """Left on every criterion."""
    session = observed_session(clinic, at, route, series, **entry)
    discharge(clinic, session, leaving_time(session))
    return stored(session)


def signed_session(clinic, at: datetime = AT, route: str = "IM", series=None, **entry) -> Session:
    """Discharged and signed by the prescriber an hour later."""
    session = discharged_session(clinic, at, route, series, **entry)
    actions.sign_session(
        session=session,
        by=clinic.prescriber,
        at=session.ended_at + timedelta(hours=1),
        password=accounts.PASSWORD,
    )
    return stored(session)


def session_due(clinic, kind: str) -> Session:
    """A session of this kind whose next act is due now."""
    now = timezone.now()
    minutes = {"scheduled": 5, "checked_in": 5, "hypertensive": 5, "dosed": 15, "infused": 15, "observed": 105}.get(
        kind, 240
    )
    at = now - timedelta(minutes=minutes)
    makers = {
        "scheduled": scheduled_session,
        "checked_in": checked_in_session,
        "hypertensive": lambda c, at: checked_in_session(c, at, "ESK", systolic_mmhg=152, diastolic_mmhg=94),
        "dosed": dosed_session,
        "infused": lambda c, at: dosed_session(c, at, "IV"),
        "observed": observed_session,
        "discharged": discharged_session,
        "signed": signed_session,
    }
    return makers[kind](clinic, at)


def asked(session: Session, by, of, text: str = "Why was more drawn than the order says?"):
    """A reviewer's question about a signed session, asked a minute after its signature."""
    at = stored(session).signed_at + timedelta(minutes=1)
    return actions.ask_author(session=session, by=by, at=at, asked_of_id=of.membership_id, text=text)


def rems_submitted(clinic, session: Session, at: datetime, **more):
    """The session's REMS form recorded as submitted at this moment."""
    answers = {**REMS_ANSWERS, **more.pop("answers", {})}
    told = {"confirmation_number": "R-1001", "password": accounts.PASSWORD, **more}
    return actions.record_rems_submission(
        rems_form=RemsForm.objects.get(session=session), by=clinic.nurse, at=at, answers=answers, **told
    )
