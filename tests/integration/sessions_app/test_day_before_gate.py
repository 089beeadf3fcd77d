"""What was told the day before holds the dose until a prescriber decides, and stands on the board until then."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import Blocked, NotPermitted
from sessions_app import actions
from sessions_app.before_dose import dose_blockers, split
from sessions_app.board_page import load_board
from sessions_app.day_before import DRIVER, MEDICINES, sessions_to_review
from sessions_app.session_facts import load_facts
from tests.builders import accounts, assessments, sessions

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REASON = "Spoke with the patient; the new dose is safe with it"


def coming(clinic, **told):
    """A session of tomorrow whose patient told this today."""
    now = timezone.now()
    session = sessions.scheduled_session(clinic, now + DAY, pre_instruments=None)
    given = session.assessment_links.get().assessment_set
    assessments.told_day_before(given, clinic.nurse, now, **told)
    return sessions.stored(session)


def standing(session, at=None) -> list[str]:
    facts = load_facts(sessions.stored(session))
    found, _ = split(dose_blockers(facts, at or timezone.now()), facts.overrides)
    return [blocker.code for blocker in found if blocker.code in (MEDICINES, DRIVER)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, []),
        (assessments.CHANGED, [MEDICINES]),
        ({"has_driver": False}, [DRIVER]),
        ({**assessments.CHANGED, "has_driver": False}, [MEDICINES, DRIVER]),
        ({"will_fast": False}, []),
    ],
)
def test_what_was_told_holds_the_dose(clinic, told, expected):
    assert standing(coming(clinic, **told)) == expected


def test_only_a_prescriber_clears_it_with_a_reason(clinic):
    session = coming(clinic, **assessments.CHANGED)
    decide = {"session": session, "at": timezone.now(), "code": MEDICINES}
    with pytest.raises(NotPermitted):
        actions.override_blocker(by=clinic.nurse, reason=REASON, **decide)
    decision = actions.override_blocker(by=clinic.prescriber, reason=REASON, **decide)

    assert standing(session) == []
    assert "Medication change: review" in decision.sentence
    assert "Sertraline" not in decision.sentence, "the words themselves stay sealed"


def test_a_later_answer_needs_another_decision(clinic):
    session = coming(clinic, **assessments.CHANGED)
    actions.override_blocker(session=session, by=clinic.prescriber, at=timezone.now(), code=MEDICINES, reason=REASON)
    again = assessments.given_set(session.patient, clinic.nurse, timezone.now(), instruments=(), asks_day_before=True)
    session.assessment_links.create(assessment_set=again, moment="pre", created_at=timezone.now())
    assessments.told_day_before(again, clinic.nurse, timezone.now() + timedelta(minutes=2), **assessments.CHANGED)
    assert standing(session) == [MEDICINES]


@pytest.mark.parametrize(
    ("told", "arrival", "expected"),
    [
        ({"has_driver": False}, {}, []),
        ({"has_driver": False}, {"escort_confirmed": False, "escort_name": ""}, [DRIVER]),
        (assessments.CHANGED, {}, [MEDICINES]),
        (assessments.CHANGED, {"medicines_changed": True, "medicines_note": "Sertraline 100"}, []),
    ],
)
def test_what_the_arrival_settles_is_gone(clinic, told, arrival, expected):
    session, now = coming(clinic, **told), timezone.now()
    actions.check_in_patient(session=session, by=clinic.nurse, at=now, **{**sessions.ARRIVAL, **arrival})
    assert standing(session) == expected


def test_a_dose_waits_for_the_decision(clinic):
    now = timezone.now()
    session = sessions.checked_in_session(clinic, now - timedelta(minutes=20))
    given = assessments.given_set(session.patient, clinic.nurse, now, instruments=(), asks_day_before=True)
    session.assessment_links.create(assessment_set=given, moment="pre", created_at=now)
    assessments.told_day_before(given, clinic.nurse, now, **assessments.CHANGED)
    with pytest.raises(Blocked) as refused:
        sessions.give(clinic, session, now)
    assert [one.code for one in refused.value.blockers] == [MEDICINES]


def test_the_check_in_ends_the_questions_nobody_answered(clinic):
    now = timezone.now()
    session = sessions.scheduled_session(clinic, now, pre_instruments=("SUDS",))
    given = session.assessment_links.get().assessment_set
    assert given.asks_day_before
    actions.check_in_patient(session=session, by=clinic.nurse, at=now, **sessions.ARRIVAL)
    given.refresh_from_db()
    assert (given.asks_day_before, given.is_open) == (False, True)


def test_the_board_and_the_home_page_show_it_until_it_is_decided(clinic, other_clinic, client):
    session = coming(clinic, **assessments.CHANGED, has_driver=False)
    quiet = coming(clinic)
    stamp = load_board(clinic.prescriber, timezone.now()).stamp
    assert [one.session for one in sessions_to_review(clinic.nurse)] == [session]
    for address in ("/sessions/board/", "/"):
        body = accounts.sign_in(client, clinic.prescriber).get(address).content.decode()
        assert "Medication change: review" in body
        assert session.patient.name in body
        assert quiet.patient.name not in body or address == "/"
    for code in (MEDICINES, DRIVER):
        actions.override_blocker(session=session, by=clinic.prescriber, at=timezone.now(), code=code, reason=REASON)

    assert sessions_to_review(clinic.nurse) == []
    assert load_board(clinic.prescriber, timezone.now()).stamp != stamp
    stranger = accounts.actor(accounts.staff(clinic.practice, ["nurse"]))
    coming(clinic, has_driver=False)
    assert len(sessions_to_review(clinic.therapist)) == 1
    assert [sessions_to_review(who) for who in (clinic.admin, stranger, other_clinic.nurse)] == [[], [], []]


def test_the_cockpit_shows_what_was_told(clinic, client):
    session = coming(clinic, **assessments.CHANGED)
    page = accounts.sign_in(client, clinic.prescriber).get(f"/sessions/{session.pk}/").content.decode()
    for words in ("Told the day before", "Sertraline raised to 100 mg", "Alex Driver", "Medication change: review"):
        assert words in page
    assert (
        "Sertraline raised"
        not in accounts.sign_in(client, clinic.admin).get(f"/sessions/{session.pk}/").content.decode()
    )


def test_the_board_costs_the_same_however_many_wait(clinic, client):
    nurse = accounts.sign_in(client, clinic.nurse)
    coming(clinic, has_driver=False)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert nurse.get("/sessions/board/").status_code == 200
        return len(queries)

    cost()
    few = cost()
    for _ in range(3):
        coming(clinic, **assessments.CHANGED)
    assert cost() == few
