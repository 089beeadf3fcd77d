"""What stands between the patient and the dose: each blocker on both sides, and who may pass it."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.actions import submit_assessment
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from dosing.actions import continue_plan
from dosing.models import StockLot
from dosing.titration import StepTerms
from patients.actions import withdraw_consent
from sessions_app import actions, gates, hooks
from sessions_app.before_dose import dose_blockers, split
from sessions_app.session_facts import load_facts
from tests.builders import accounts, dosing, patients, sessions

pytestmark = pytest.mark.django_db
AT = sessions.AT
MINUTE = timedelta(minutes=1)


def codes(session, at=AT):
    facts = load_facts(sessions.stored(session))
    standing, _ = split(dose_blockers(facts, at), facts.overrides)
    return [blocker.code for blocker in standing]


def reading(clinic, session, at=AT + MINUTE, **values):
    return sessions.reading(clinic, session, at, **values)


def test_nothing_stands_when_all_is_done(clinic):
    assert codes(sessions.checked_in_session(clinic)) == []


def test_before_the_arrival_the_list_already_shows_the_rest(clinic):
    session = sessions.scheduled_session(clinic)

    assert codes(session) == ["NOT_CHECKED_IN", "NO_PRESCRIBER", "NO_MONITOR", "PRE_ASSESSMENT_MISSING"]


def test_no_dose_once_the_visit_is_over(clinic):
    session = sessions.discharged_session(clinic)

    assert codes(session) == ["SESSION_OVER"]


@pytest.mark.parametrize(
    ("arrival", "code"),
    [
        ({"fasting_confirmed": False}, "FASTING_UNCONFIRMED"),
        ({"escort_confirmed": False}, "ESCORT_UNCONFIRMED"),
        ({"medicines_changed": True, "medicines_note": "Started propranolol"}, "MEDICINES_CHANGED"),
    ],
)
def test_arrival_blocks(clinic, arrival, code):
    assert codes(sessions.checked_in_session(clinic, **arrival)) == [code]


def test_roster_incomplete(clinic):
    session = sessions.scheduled_session(clinic)
    actions.check_in_patient(session=session, by=clinic.nurse, at=AT, **sessions.ARRIVAL, **sessions.BASELINE)

    assert {"NO_PRESCRIBER", "NO_MONITOR"} <= set(codes(session))


@pytest.mark.parametrize("missing", ["systolic_mmhg", "heart_rate_bpm", "spo2_pct", "respiratory_rate"])
def test_baseline_needs_every_value(clinic, missing):
    values = {missing: None} | ({"diastolic_mmhg": None} if missing == "systolic_mmhg" else {})

    assert codes(sessions.checked_in_session(clinic, **values)) == ["BASELINE_MISSING"]


@pytest.mark.parametrize(("minutes", "expected"), [(60, []), (61, ["BASELINE_OLD"])])
def test_baseline_is_not_older_than_sixty_minutes(clinic, minutes, expected):
    session = sessions.checked_in_session(clinic)

    assert codes(session, AT + minutes * MINUTE) == expected


@pytest.mark.parametrize(
    ("route", "pressure", "expected"),
    [
        ("IM", (159, 99), []),
        ("IM", (160, 99), ["PRESSURE_HOLD"]),
        ("IM", (159, 100), ["PRESSURE_HOLD"]),
        ("ESK", (140, 90), []),
        ("ESK", (141, 90), ["PRESSURE_CAUTION"]),
        ("ESK", (140, 91), ["PRESSURE_CAUTION"]),
        ("ESK", (160, 90), ["PRESSURE_HOLD"]),
    ],
)
def test_pressure_before_the_dose(clinic, route, pressure, expected):
    systolic, diastolic = pressure
    session = sessions.checked_in_session(clinic, route=route, systolic_mmhg=systolic, diastolic_mmhg=diastolic)

    assert codes(session) == expected


def test_recheck_of_the_pressure_lifts_the_hold(clinic):
    session = sessions.checked_in_session(clinic, systolic_mmhg=168)
    assert codes(session) == ["PRESSURE_HOLD"]

    reading(clinic, session, systolic_mmhg=150)

    assert codes(session, AT + 2 * MINUTE) == []


def test_corrected_pressure_no_longer_holds(clinic):
    session = sessions.checked_in_session(clinic, systolic_mmhg=168)
    wrong = session.readings.get()

    reading(clinic, session, corrects_id=wrong.pk, note="Typed 168 for 128", systolic_mmhg=128, occurred_at=AT)

    assert codes(session) == []


@pytest.mark.parametrize(("spo2", "expected"), [(90, []), (89, ["CRITICAL_SPO2_PCT"])])
def test_critical_value_holds_the_dose(clinic, spo2, expected):
    assert codes(sessions.checked_in_session(clinic, spo2_pct=spo2)) == expected


def test_chart_order_and_registry_are_asked_too(clinic, monkeypatch):
    person = patients.patient_with_team(clinic, AT - timedelta(hours=2))
    series = patients.series(person, clinic.prescriber, AT - timedelta(hours=2))
    session = sessions.named_roster(clinic, sessions.scheduled_session(clinic, series=series))
    actions.check_in_patient(session=session, by=clinic.nurse, at=AT, **sessions.ARRIVAL, **sessions.BASELINE)
    extra = Blocker("FROM_ANOTHER_APP", "Another app holds the dose.")
    monkeypatch.setitem(gates.dose_blockers._answers, "test", lambda session, at: [extra])

    found = codes(session)

    assert {"CONSENT_MISSING", "SCREEN_UNANSWERED", "ORDER_MISSING", "FROM_ANOTHER_APP"} <= set(found)


def test_questionnaires_before_the_session_block_until_complete(clinic):
    session = sessions.checked_in_session(clinic, questionnaires=True)
    assert codes(session) == ["PRE_ASSESSMENT_MISSING"]
    given = actions.give_session_assessments(
        session=session, by=clinic.nurse, at=AT, moment="pre", instruments=["SUDS"]
    )
    assert codes(session) == ["PRE_ASSESSMENT_MISSING"]

    from assessments.actions import start_assessment

    answered = start_assessment(assessment_set=given, instrument="SUDS", by=clinic.nurse, at=AT)
    submit_assessment(assessment=answered, by=clinic.nurse, at=AT, answers={"suds": 2}, channel="tablet")

    assert codes(session) == []


def decide(clinic, session, code, by=None, reason="Weighed against the benefit"):
    return actions.override_blocker(session=session, by=by or clinic.prescriber, at=AT, code=code, reason=reason)


def test_prescriber_decides_and_the_nurse_gives(clinic):
    session = sessions.checked_in_session(clinic, route="ESK", systolic_mmhg=152, diastolic_mmhg=94)
    with pytest.raises(Blocked) as refused:
        sessions.give(clinic, session, AT + MINUTE)
    assert [one.code for one in refused.value.blockers] == ["PRESSURE_CAUTION"]

    decision = decide(clinic, session, "PRESSURE_CAUTION")
    sessions.give(clinic, session, AT + MINUTE)

    assert sessions.stored(session).state == "dosing"
    assert (decision.recorded_as, decision.gate) == ("prescriber", "dose")
    assert "152/94" in decision.sentence


def test_decision_ends_when_the_value_changes(clinic):
    session = sessions.checked_in_session(clinic, route="ESK", systolic_mmhg=152, diastolic_mmhg=94)
    decide(clinic, session, "PRESSURE_CAUTION")

    reading(clinic, session, systolic_mmhg=156, diastolic_mmhg=94)

    assert codes(session, AT + 2 * MINUTE) == ["PRESSURE_CAUTION"]


def test_prescriber_may_pass_a_blocker_while_giving(clinic):
    session = sessions.checked_in_session(clinic, route="ESK", systolic_mmhg=152, diastolic_mmhg=94)

    sessions.give(
        clinic,
        session,
        AT + MINUTE,
        by=clinic.prescriber,
        given_by_id=clinic.prescriber.membership_id,
        overrides={"PRESSURE_CAUTION": "Known white-coat effect, discussed"},
    )

    assert session.overrides.filter(code="PRESSURE_CAUTION", recorded_as="prescriber").exists()


def test_nurse_cannot_pass_a_blocker(clinic):
    session = sessions.checked_in_session(clinic, route="ESK", systolic_mmhg=152, diastolic_mmhg=94)

    with pytest.raises(NotPermitted):
        decide(clinic, session, "PRESSURE_CAUTION", by=clinic.nurse)
    with pytest.raises(Blocked):
        sessions.give(clinic, session, AT + MINUTE, overrides={"PRESSURE_CAUTION": "I think it is fine"})


def test_hold_cannot_be_passed_by_anybody(clinic):
    session = sessions.checked_in_session(clinic, systolic_mmhg=168)

    with pytest.raises(Blocked):
        decide(clinic, session, "PRESSURE_HOLD")


def test_decision_about_nothing_is_stale_and_needs_words(clinic):
    session = sessions.checked_in_session(clinic)
    with pytest.raises(StaleState):
        decide(clinic, session, "PRESSURE_CAUTION")
    with pytest.raises(InvalidInput):
        decide(clinic, session, "PRESSURE_CAUTION", reason="too short")


def test_dose_sets_the_clock_and_tells_the_other_apps(clinic, monkeypatch):
    told = []
    monkeypatch.setitem(
        hooks.first_dose._answers, "test", lambda session, by, at: told.append(session.first_dose_at) or []
    )
    session = sessions.checked_in_session(clinic)

    given = sessions.give(clinic, session, AT + 10 * MINUTE)

    stored = sessions.stored(session)
    assert stored.first_dose_at == given.occurred_at == AT + 10 * MINUTE
    assert stored.dosing_record_id == session.pk
    assert stored.order_id == given.dosing_record.order_id
    assert told == [AT + 10 * MINUTE]


def test_refused_dose_leaves_no_trace(clinic):
    session = sessions.checked_in_session(clinic, fasting_confirmed=False)
    lot = dosing.stock_lot(clinic.nurse, AT - timedelta(hours=1))

    with pytest.raises(Blocked):
        sessions.give(clinic, session, AT + MINUTE, lot=lot)

    stored = sessions.stored(session)
    assert (stored.state, stored.version, stored.dosing_record_id) == ("checked_in", session.version, None)
    assert StockLot.objects.get(pk=lot.pk).balance_mg == lot.balance_mg


def test_same_dose_sent_twice_is_one_dose(clinic):
    session = sessions.checked_in_session(clinic)
    lot, pk = dosing.stock_lot(clinic.nurse, AT - timedelta(hours=1)), uuid.uuid4()

    first = sessions.give(clinic, session, AT + MINUTE, lot=lot, id=pk)
    again = sessions.give(clinic, session, AT + MINUTE, lot=lot, id=pk)

    assert first.pk == again.pk
    assert sessions.stored(session).dosing_record.administrations.count() == 1


def test_giver_stands_on_the_roster(clinic):
    session = sessions.checked_in_session(clinic)
    stranger = accounts.staff(clinic.practice)

    with pytest.raises(InvalidInput) as refused:
        sessions.give(clinic, session, AT + MINUTE, given_by_id=stranger.pk)
    with pytest.raises(NotPermitted):
        sessions.give(clinic, session, AT + MINUTE, by=accounts.actor(stranger))

    assert "given_by_id" in refused.value.fields


def test_dose_before_the_check_in_is_refused(clinic):
    session = sessions.checked_in_session(clinic)

    with pytest.raises(InvalidInput):
        sessions.give(clinic, session, AT + MINUTE, occurred_at=AT - MINUTE)


def test_late_dose_is_judged_by_what_was_known_then(clinic):
    session = sessions.checked_in_session(clinic, spo2_pct=89)
    reading(clinic, session, AT + 20 * MINUTE)

    with pytest.raises(Blocked):
        sessions.give(
            clinic, session, AT + 21 * MINUTE, occurred_at=AT + 5 * MINUTE, late_reason="Wrote it down afterwards"
        )


def test_booster_needs_the_due_reading_and_no_hold(clinic):
    series = sessions.series_with_order(clinic, booster_mg=Decimal(15), booster_after_min=12)
    session = sessions.dosed_session(clinic, series=series)
    dose_at, lot = session.first_dose_at, dosing.stock_lot(clinic.nurse, AT - timedelta(hours=1))
    booster = {"lot": lot, "drawn_mg": Decimal(15), "planned_mg": Decimal(15)}
    with pytest.raises(Blocked) as overdue:
        sessions.give(clinic, session, dose_at + 15 * MINUTE, **booster)
    sessions.reading(clinic, session, dose_at + 15 * MINUTE, systolic_mmhg=165)
    with pytest.raises(Blocked) as held:
        sessions.give(clinic, session, dose_at + 16 * MINUTE, **booster)
    sessions.reading(clinic, session, dose_at + 17 * MINUTE)

    second = sessions.give(clinic, session, dose_at + 18 * MINUTE, **booster)

    assert [one.code for one in overdue.value.blockers] == ["READING_OVERDUE"]
    assert [one.code for one in held.value.blockers] == ["PRESSURE_HOLD"]
    assert second.number == 2
    assert sessions.stored(session).first_dose_at == dose_at


def withdraw_treatment(clinic, session, at):
    consent = session.patient.consents.get(scope="treatment")
    withdraw_consent(consent=consent, by=clinic.nurse, at=at, reason="Asked to stop")


def test_a_withdrawn_consent_refuses_a_first_and_a_further_dose(clinic):
    """Nobody passes it by a reason; what was given before it is still written down afterwards (KAP-PAT-CONSENT)."""
    series = sessions.series_with_order(clinic, booster_mg=Decimal(15), booster_after_min=12)
    dosed = sessions.dosed_session(clinic, series=series)
    dose_at, lot = dosed.first_dose_at, dosing.stock_lot(clinic.nurse, AT - timedelta(hours=1))
    booster = {"lot": lot, "drawn_mg": Decimal(15), "planned_mg": Decimal(15)}
    sessions.reading(clinic, dosed, dose_at + 14 * MINUTE)
    withdraw_treatment(clinic, dosed, dose_at + 17 * MINUTE)
    waiting = sessions.checked_in_session(clinic)
    withdraw_treatment(clinic, waiting, AT + MINUTE)

    for session, at, entry in ((dosed, dose_at + 18 * MINUTE, booster), (waiting, AT + 2 * MINUTE, {})):
        with pytest.raises(Blocked) as refusal:
            sessions.give(clinic, session, at, overrides={"CONSENT_WITHDRAWN": "The patient agreed again"}, **entry)
        assert [one.code for one in refusal.value.blockers] == ["CONSENT_WITHDRAWN"]
    before = sessions.give(clinic, dosed, dose_at + 18 * MINUTE, occurred_at=dose_at + 16 * MINUTE, **booster)
    assert before.number == 2


def test_a_withdrawn_consent_leaves_an_infusion_to_be_paused_and_ended(clinic):
    session = sessions.dosed_session(clinic, series=sessions.series_with_order(clinic, route="IV"))
    at = session.first_dose_at + 5 * MINUTE
    running = session.dosing_record.administrations.get()
    change = {"session": session, "administration_id": running.pk, "by": clinic.nurse, "reason": "The patient asked"}
    withdraw_treatment(clinic, session, at)

    with pytest.raises(Blocked) as faster:
        actions.change_session_infusion(at=at, what="rate", pump_ml_per_h=Decimal(60), **change)
    actions.change_session_infusion(at=at, what="pause", **change)
    with pytest.raises(Blocked) as resumed:
        actions.change_session_infusion(at=at + MINUTE, what="resume", **change)
    ended = sessions.end_infusion(clinic, session, at + 2 * MINUTE, how="stopped", reason="The patient asked")

    assert [one.code for refusal in (faster, resumed) for one in refusal.value.blockers] == ["CONSENT_WITHDRAWN"] * 2
    assert ended.how == "stopped"


def without_note(clinic, session, at):
    """The prescriber passes the missing note about the dose before."""
    why = "Spoken with the therapist today"
    actions.override_blocker(session=session, by=clinic.prescriber, at=at, code="NOTE_MISSING", reason=why)
    return session


def test_a_review_of_the_plan_holds_the_dose_and_the_step_is_shown(clinic, sign_in):
    step = StepTerms(from_dose=2, mg_per_kg=Decimal("0.75"), condition="If tolerated")
    course = sessions.series_with_order(clinic, steps=(step,), review_after=(1,))
    sessions.dosed_session(clinic, series=course)
    later = AT + timedelta(days=7)
    session = without_note(clinic, sessions.checked_in_session(clinic, later, series=course), later)
    assert codes(session, later) == ["PLAN_REVIEW_DUE"]
    page = sign_in(clinic.nurse).get(reverse("sessions:session", args=[session.pk])).text
    assert "Plan review after dose 1: a prescriber goes on with the plan before dose 2." in page
    for words in ("2 of 6", "step from dose 2", "If tolerated", "70.0 kg × 0.75 mg/kg = 52.5 mg"):
        assert words in page, words
    order = load_facts(session).order
    words = {"after_dose": 1, "note": "Calmer, no adverse event", "password": accounts.PASSWORD}
    continue_plan(order=order, by=clinic.prescriber, at=later, **words)
    assert codes(session, later) == []
    form = sign_in(clinic.nurse).get(reverse("sessions:give_dose", args=[session.pk])).text
    assert "2 of 6" in form


def test_the_dose_form_shows_the_step_with_its_working(clinic, sign_in):
    now = timezone.now()
    step = StepTerms(from_dose=2, mg_per_kg=Decimal("0.75"), condition="If tolerated")
    course = sessions.series_with_order(clinic, now - timedelta(days=7), steps=(step,), review_after=())
    sessions.dosed_session(clinic, now - timedelta(days=7), series=course)
    session = sessions.checked_in_session(clinic, now - timedelta(minutes=5), series=course)
    without_note(clinic, session, now)
    form = sign_in(clinic.nurse).get(reverse("sessions:give_dose", args=[session.pk])).text
    for words in ("Ordered for dose 2 of 6", "70.0 kg × 0.75 mg/kg = 52.5 mg", "If tolerated"):
        assert words in form, words


def test_esketamine_without_failed_trials_waits_for_the_prescriber(clinic):
    person = patients.ready_patient(clinic, AT - timedelta(hours=2))
    course = patients.series(person, clinic.prescriber, AT - timedelta(hours=2), route="ESK", indication="TRD")
    dosing.signed_order(course, clinic.prescriber, AT - timedelta(hours=2))
    session = sessions.checked_in_session(clinic, route="ESK", series=course)
    assert codes(session) == ["TRIALS_TOO_FEW"]
    reason = "Records of the earlier clinic were seen"
    actions.override_blocker(session=session, by=clinic.prescriber, at=AT, code="TRIALS_TOO_FEW", reason=reason)
    assert codes(session) == []
