import uuid
from datetime import timedelta

import pytest

from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from sessions_app import actions
from sessions_app.models import Room, Session
from tests.builders import accounts, patients, sessions
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
AT = sessions.AT


@pytest.fixture(scope="module")
def ordered(shared, staffed):
    return shared(lambda: sessions.series_with_order(staffed))


@pytest.fixture
def series(clinic, ordered):
    return deepcopy(ordered)


def schedule(clinic, series, by=None, at=AT, **plan):
    return actions.schedule_session(series=series, by=by or clinic.nurse, at=at, **{"scheduled_for": AT, **plan})


def test_sessions_are_numbered_in_the_series(clinic, series):
    first = schedule(clinic, series)
    second = schedule(clinic, series, scheduled_for=AT + timedelta(days=3))

    assert (first.number, second.number) == (1, 2)
    assert first.transitions.get().to_state == "scheduled"
    assert AuditEvent.objects.filter(action="sessions.schedule_session", object_id=first.pk).count() == 1


def test_number_of_a_called_off_session_is_free_again(clinic, series):
    first = schedule(clinic, series)
    actions.cancel_session(session=first, by=clinic.nurse, at=AT, reason="Patient has a cold")

    assert schedule(clinic, series).number == 1


def test_same_id_again_is_the_same_session(clinic, series):
    pk = uuid.uuid4()

    again = [schedule(clinic, series, id=pk) for _ in range(2)]

    assert again[0].pk == again[1].pk == pk
    assert Session.objects.count() == 1


def test_same_id_for_something_else_is_refused(clinic, series):
    pk = uuid.uuid4()
    schedule(clinic, series, id=pk)

    with pytest.raises(InvalidInput):
        schedule(clinic, series, id=pk, scheduled_for=AT + timedelta(days=1))


def test_series_that_is_full_or_closed_takes_no_session(clinic):
    person = patients.ready_patient(clinic)
    series = patients.series(person, clinic.prescriber, planned_sessions=1, review_after=None)
    made = schedule(clinic, series)
    with pytest.raises(Blocked) as full:
        schedule(clinic, series, scheduled_for=AT + timedelta(days=3))
    actions.cancel_session(session=made, by=clinic.nurse, at=AT, reason="Patient has a cold")
    patients.actions.close_series(series=series, by=clinic.prescriber, at=AT, closing_reason="Moved away")
    series.refresh_from_db()
    with pytest.raises(Blocked) as closed:
        schedule(clinic, series)

    assert [one.code for one in full.value.blockers] == ["SERIES_FULL"]
    assert [one.code for one in closed.value.blockers] == ["SERIES_CLOSED"]


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"scheduled_for": AT - timedelta(hours=2)}, "scheduled_for"),
        ({"planned_minutes": 29}, "planned_minutes"),
        ({"planned_minutes": 721}, "planned_minutes"),
        ({"room_id": uuid.uuid4()}, "room_id"),
    ],
)
def test_plan_that_cannot_be_is_refused(clinic, series, plan, field):
    with pytest.raises(InvalidInput) as refused:
        schedule(clinic, series, **plan)

    assert field in refused.value.fields


def test_room_of_another_practice_is_refused(clinic, other_clinic, series):
    room = Room.objects.filter(practice=other_clinic.practice).first()

    with pytest.raises(InvalidInput, match="room of this practice"):
        schedule(clinic, series, room_id=room.pk)


@pytest.mark.parametrize(("minutes", "free"), [(179, False), (180, True)])
def test_room_is_taken_until_the_planned_end(clinic, series, minutes, free):
    room = Room.objects.filter(practice=clinic.practice).first()
    schedule(clinic, series, room_id=room.pk)
    other = sessions.series_with_order(clinic)
    later = {"room_id": room.pk, "scheduled_for": AT + timedelta(minutes=minutes)}

    if free:
        assert schedule(clinic, other, **later).room_id == room.pk
    else:
        with pytest.raises(InvalidInput, match="is taken"):
            schedule(clinic, other, **later)


def test_patient_is_not_planned_twice_at_a_time(clinic, series):
    schedule(clinic, series)

    with pytest.raises(InvalidInput, match="already has a session"):
        schedule(clinic, series, scheduled_for=AT + timedelta(hours=1))


def test_questionnaires_are_given_with_the_session(clinic, series):
    session = schedule(clinic, series, pre_instruments=["PHQ9", "GAD7"], post_instruments=["SUDS"])

    found = {link.moment: link.assessment_set.instruments for link in session.assessment_links.all()}
    assert found == {"pre": ["PHQ9", "GAD7"], "post": ["SUDS"]}


@pytest.mark.parametrize("role", ["therapist", "compliance"])
def test_role_that_does_not_plan_is_refused(clinic, series, role):
    with pytest.raises(NotPermitted):
        schedule(clinic, series, by=getattr(clinic, role))


def test_nurse_off_the_team_and_another_practice_are_refused(clinic, other_clinic, series):
    stranger = accounts.actor(accounts.staff(clinic.practice))
    with pytest.raises(NotPermitted):
        schedule(clinic, series, by=stranger)
    with pytest.raises(OutOfScope):
        schedule(clinic, series, by=other_clinic.nurse)


def test_no_show_only_from_the_planned_time_on(clinic, series):
    session = schedule(clinic, series)
    with pytest.raises(Blocked):
        actions.mark_no_show(session=session, by=clinic.nurse, at=AT - timedelta(minutes=1), reason="Not there")

    missed = actions.mark_no_show(session=session, by=clinic.nurse, at=AT, reason="Not there, no answer")

    assert missed.state == "no_show"
    assert missed.closing_reason == "Not there, no answer"


def test_calling_off_needs_a_reason_and_an_open_session(clinic, series):
    session = schedule(clinic, series)
    with pytest.raises(InvalidInput):
        actions.cancel_session(session=session, by=clinic.nurse, at=AT, reason=" ")
    actions.cancel_session(session=session, by=clinic.nurse, at=AT, reason="Patient has a cold")

    with pytest.raises(StaleState):
        actions.cancel_session(session=session, by=clinic.nurse, at=AT, reason="Patient has a cold")


def test_two_people_cannot_act_on_the_same_version(clinic):
    session = sessions.scheduled_session(clinic)
    seen = session.version
    actions.cancel_session(session=session, by=clinic.nurse, at=AT, reason="Patient has a cold", version=seen)

    with pytest.raises(StaleState):
        actions.check_in_patient(session=session, by=clinic.nurse, at=AT, version=seen, **sessions.ARRIVAL)


def test_abort_before_a_dose_and_not_after(clinic):
    early = sessions.checked_in_session(clinic)
    done = actions.abort_session(session=early, by=clinic.nurse, at=AT + timedelta(minutes=5), reason="Feels unwell")
    dosed = sessions.dosed_session(clinic)

    assert (done.state, done.ended_at) == ("aborted", AT + timedelta(minutes=5))
    with pytest.raises(StaleState):
        actions.abort_session(session=dosed, by=clinic.nurse, at=AT + timedelta(hours=1), reason="Feels unwell")


def test_session_moves_to_another_time_and_keeps_its_number(clinic, series):
    session = schedule(clinic, series)
    later = AT + timedelta(hours=1)

    moved = actions.reschedule_session(session=session, by=clinic.admin, at=AT, scheduled_for=later)

    assert (moved.scheduled_for, moved.number, moved.version) == (later, 1, 2)


def test_session_that_began_is_not_moved(clinic):
    session = sessions.checked_in_session(clinic)

    with pytest.raises(StaleState):
        actions.reschedule_session(session=session, by=clinic.nurse, at=AT, scheduled_for=AT + timedelta(hours=1))


def test_rooms_are_added_once_and_switched(clinic, other_clinic):
    room = actions.add_room(by=clinic.admin, at=AT, name="  Garden   room ")

    assert room.name == "Garden room"
    with pytest.raises(InvalidInput):
        actions.add_room(by=clinic.admin, at=AT, name="garden ROOM")
    with pytest.raises(NotPermitted):
        actions.add_room(by=clinic.nurse, at=AT, name="Other")
    with pytest.raises(OutOfScope):
        actions.set_room_in_use(room=room, by=other_clinic.admin, at=AT, is_active=False)
    assert not actions.set_room_in_use(room=room, by=clinic.admin, at=AT, is_active=False).is_active
    assert room not in Room.objects.visible_to(clinic.nurse).in_use()


def test_room_out_of_use_cannot_be_planned(clinic, series):
    room = Room.objects.filter(practice=clinic.practice).first()
    actions.set_room_in_use(room=room, by=clinic.admin, at=AT, is_active=False)

    with pytest.raises(InvalidInput):
        schedule(clinic, series, room_id=room.pk)
