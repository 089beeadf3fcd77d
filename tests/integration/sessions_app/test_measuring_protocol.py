"""What the practice measures around a session: who sets it, what is refused, and what a session gets by it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.catalogue import get_instrument
from assessments.models import AssessmentSet
from assessments.practice_catalogue import catalogue_of
from common.errors import InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from sessions_app import actions
from sessions_app.before_dose import dose_blockers
from sessions_app.measuring import DEFAULT, Protocol
from sessions_app.models import MeasuringVersion, Session, SessionAssessment
from sessions_app.practice_measuring import choose_before, protocol_of
from sessions_app.session_facts import load_facts
from sessions_app.session_page import load_session_page
from tests.builders import assessments, patients, room, sessions
from tests.builders.sessions import AT

pytestmark = pytest.mark.django_db
TOLD = {"source": "Dr Vale, practice rule 9", "note": "Less to answer; agreed on 3 March"}
DAY = timedelta(days=1)


def set_protocol(clinic, protocol, about="ALL", version=1, by=None, at=AT, **told):
    values = {**TOLD, "replaces_version": version, **told}
    return actions.set_measuring(by=by or clinic.prescriber, at=at, about=about, protocol=protocol, **values)


def chosen(patient, codes, session_at, at):
    return choose_before(patient.pk, codes, session_at, at, catalogue_of(patient.practice_id))


def planned(clinic, **plan):
    """A session of somebody new, planned as the protocol says."""
    return sessions.scheduled_session(clinic, AT, pre_instruments=None, **plan)


def given(session, moment="pre") -> AssessmentSet:
    return session.assessment_links.select_related("assessment_set").get(moment=moment).assessment_set


# versions


def test_a_practice_begins_with_version_one_and_a_change_is_a_new_version(clinic):
    first = MeasuringVersion.objects.get(practice=clinic.practice)
    assert (first.about, first.version, first.set_by_id) == ("ALL", 1, None)
    assert protocol_of(clinic.practice.pk, "IM") == DEFAULT

    row = set_protocol(clinic, Protocol(before=("SUDS",)), about="IM", version=0)

    assert (row.version, row.set_by_id) == (1, clinic.prescriber.membership_id)
    assert AuditEvent.objects.get(action="sessions.set_measuring", object_id=row.pk).detail["about"] == "IM"
    assert protocol_of(clinic.practice.pk, "IM").before == ("SUDS",)
    assert protocol_of(clinic.practice.pk, "IV") == DEFAULT
    set_protocol(clinic, None, about="IM", version=1)
    assert protocol_of(clinic.practice.pk, "IM") == DEFAULT


def test_a_version_stays_as_it_is(clinic):
    with pytest.raises(DatabaseError), transaction.atomic():
        MeasuringVersion.objects.filter(practice=clinic.practice).update(values={})


@pytest.mark.parametrize("who", ["nurse", "therapist", "admin", "compliance"])
def test_only_a_prescriber_sets_it(clinic, who):
    with pytest.raises(NotPermitted):
        set_protocol(clinic, Protocol(), by=getattr(clinic, who))


def test_two_people_cannot_set_the_same_version(clinic):
    set_protocol(clinic, Protocol(before=("SUDS",)))
    with pytest.raises(StaleState):
        set_protocol(clinic, Protocol(before=("ASQ",)))


@pytest.mark.parametrize(
    ("protocol", "field", "words"),
    [
        (Protocol(before=("QIDSSR16",)), "before", "without a licence"),
        (Protocol(before=("RASS",)), "before", "a clinician rates it"),
        (Protocol(before=("NOPE",)), "before", "no questionnaire NOPE"),
        (Protocol(after=("PHQ9",)), "after", "looks back 2 weeks"),
        (Protocol(after=("PCL5",)), "after", "from 28 days on"),
        (Protocol(days_before=4), "days_before", "from 0 to 3"),
        (Protocol(during=(("RASS", 0),)), "minutes_RASS", "from 1 to 480"),
        (Protocol(during=(("RASS", 481),)), "minutes_RASS", "from 1 to 480"),
        (Protocol(during=(("CADSS6", 40),)), "minutes_CADSS6", "licence"),
    ],
)
def test_what_may_not_be_asked_then_is_refused_with_the_reason(clinic, protocol, field, words):
    with pytest.raises(InvalidInput) as refused:
        set_protocol(clinic, protocol)
    assert words in " ".join(refused.value.fields[field])
    assert MeasuringVersion.objects.filter(practice=clinic.practice).count() == 1


@pytest.mark.parametrize("told", [{"source": ""}, {"note": "short"}])
def test_source_and_reason_are_asked(clinic, told):
    with pytest.raises(InvalidInput):
        set_protocol(clinic, Protocol(), **told)
    with pytest.raises(InvalidInput, match="same as before"):
        set_protocol(clinic, DEFAULT)


# what a session gets


def test_a_planned_session_gets_what_the_protocol_says(clinic):
    set_protocol(clinic, Protocol(before=("SUDS", "ASQ"), asks_day_before=True))
    found = given(planned(clinic))
    assert (found.instruments, found.asks_day_before, found.occasion) == (["SUDS", "ASQ"], True, "pre")


def test_somebody_who_plans_without_reading_answers_gives_it_too(clinic):
    assert given(planned(clinic, by=clinic.admin)).instruments == list(DEFAULT.before)


@pytest.mark.parametrize("asks_day_before", [True, False])
def test_a_protocol_without_questionnaires(clinic, asks_day_before):
    set_protocol(clinic, Protocol(asks_day_before=asks_day_before))
    session = planned(clinic)
    assert SessionAssessment.objects.filter(session=session).exists() is asks_day_before
    blockers = {one.code for one in dose_blockers(load_facts(session), AT)}
    assert "PRE_ASSESSMENT_MISSING" not in blockers


@pytest.mark.parametrize(("code", "days"), [("PHQ9", 7), ("PCL5", 28)])
def test_what_looks_back_is_left_out_until_its_last_answers_are_far_enough(clinic, code, days):
    patient = patients.patient_with_team(clinic, AT - 60 * DAY)
    session_at = AT + DAY
    assessments.answered_set(patient, clinic.nurse, session_at - days * DAY, {code: {}})
    codes = (code, "SUDS")

    assert chosen(patient, codes, session_at, AT).asked == codes
    soon = chosen(patient, codes, session_at - timedelta(seconds=1), AT)

    assert soon.asked == ("SUDS",)
    sentence = soon.left_out[0].sentence("America/New_York")
    assert sentence.startswith(get_instrument(code).name + " was answered on ")
    assert "2 June" in sentence


def test_a_protocol_all_of_which_was_answered_lately_holds_no_dose(clinic):
    set_protocol(clinic, Protocol(before=("PHQ9",)))
    series = sessions.series_with_order(clinic, AT)
    assessments.answered_set(series.patient, clinic.nurse, AT - 3 * DAY, {"PHQ9": {}})
    session = planned(clinic, series=series)
    assert (given(session).instruments, given(session).asks_day_before) == ([], True)

    def missing(at) -> bool:
        return "PRE_ASSESSMENT_MISSING" in {one.code for one in dose_blockers(load_facts(sessions.stored(session)), at)}

    assert not missing(AT)
    actions.check_in_patient(session=session, by=clinic.nurse, at=AT, **sessions.ARRIVAL)
    assert (given(session).cancelled_at, missing(AT)) == (AT, False)


def test_what_is_already_to_be_answered_counts_and_what_nobody_answered_does_not(clinic):
    patient = patients.patient_with_team(clinic, AT - 60 * DAY)
    waiting = assessments.given_set(patient, clinic.nurse, AT, instruments=("PHQ9",), due_at=AT + DAY)
    found = chosen(patient, ("PHQ9",), AT + 3 * DAY, AT)
    assert (found.asked, found.left_out[0].is_answered) == ((), False)
    assert "is asked already on 2 June" in found.left_out[0].sentence("America/New_York")
    assert chosen(patient, ("PHQ9",), AT + 3 * DAY, AT + 2 * DAY).asked == ("PHQ9",)
    AssessmentSet.objects.filter(pk=waiting.pk).update(cancelled_at=AT)
    assert chosen(patient, ("PHQ9",), AT + 3 * DAY, AT).asked == ("PHQ9",)


def test_a_patient_who_leaves_gets_what_the_protocol_says_once(clinic):
    set_protocol(clinic, Protocol(DEFAULT.before, after=("VASMOOD", "SUDS")), at=AT - 3 * DAY)
    session = sessions.discharged_session(clinic)
    assert given(session, "post").instruments == ["VASMOOD", "SUDS"]


def test_what_was_chosen_for_after_takes_the_place_of_the_protocol(clinic):
    set_protocol(clinic, Protocol(DEFAULT.before, after=("VASMOOD", "SUDS")), at=AT - 3 * DAY)
    session = sessions.observed_session(clinic)
    actions.give_session_assessments(session=session, by=clinic.nurse, at=AT, moment="post", instruments=["ASQ"])
    sessions.discharge(clinic, session, sessions.leaving_time(session))
    assert given(session, "post").instruments == ["ASQ"]


def test_moving_a_session_moves_until_when_its_questionnaires_are_due(clinic):
    session = planned(clinic)
    later = AT + 2 * DAY
    actions.reschedule_session(session=session, by=clinic.nurse, at=AT - timedelta(minutes=30), scheduled_for=later)
    assert given(session).due_at == later


def test_timed_scales_stand_in_the_cockpit_until_rated(clinic):
    set_protocol(clinic, Protocol(DEFAULT.before, during=(("RASS", 20), ("RASS", 90))), at=AT - 3 * DAY)
    session = sessions.dosed_session(clinic)
    at = session.first_dose_at + timedelta(minutes=31)

    def dues():
        page = load_session_page(sessions.stored(session), clinic.nurse, at)
        return [(due.minutes, due.taken_at is not None, is_overdue) for due, is_overdue in page.timed_scales]

    assert dues() == [(20, False, True), (90, False, False)]
    room.rass(clinic, session, at - timedelta(minutes=5))
    assert dues() == [(20, True, False), (90, False, False)]


# pages

FORM = {
    "before": ["SUDS", "PHQ9"],
    "asks_day_before": "on",
    "days_before": "1",
    "minutes_RASS": "40, 90",
    "minutes_CADSS6": "",
    "after": ["VASMOOD"],
    **TOLD,
    "replaces_version": "1",
}


def test_pages_answer_the_five_questions(clinic, other_clinic, client, sign_in):
    page, new, versions = (
        reverse("followups:points"),
        reverse("followups:measuring_new", args=["ALL"]),
        reverse("followups:measuring_of", args=["ALL"]),
    )
    for address in (page, new, versions):
        assert client.get(address)["Location"].startswith("/sign-in/")
    for role in ("nurse", "admin", "compliance"):
        assert sign_in(getattr(clinic, role)).get(new).status_code == 403
        assert sign_in(getattr(clinic, role)).get(versions).status_code == 200
    assert sign_in(clinic.prescriber).get(reverse("followups:measuring_of", args=["XX"])).status_code == 404
    refused = sign_in(clinic.prescriber).post(new, FORM | {"after": ["PHQ9"], "minutes_RASS": "40 and 90"})
    assert refused.status_code == 422
    body = refused.content.decode()
    assert "commas between" in body
    assert 'value="40 and 90"' in body
    done = sign_in(clinic.prescriber).post(new, FORM, follow=True)
    assert "version 2 holds from now on" in done.content.decode()
    stored = protocol_of(clinic.practice.pk, "IM")
    assert (set(stored.before), stored.during, stored.after) == (
        {"SUDS", "PHQ9"},
        (("RASS", 40), ("RASS", 90)),
        ("VASMOOD",),
    )
    for words in ("RASS at 40 and 90 min", "the day before", "24 hours"):
        assert words in done.content.decode()
    assert "Changed" in sign_in(clinic.nurse).get(versions).content.decode()
    assert protocol_of(other_clinic.practice.pk, "IM") == DEFAULT


def test_what_looks_back_is_refused_beside_the_field(clinic, sign_in):
    new = reverse("followups:measuring_new", args=["ESK"])
    answer = sign_in(clinic.prescriber).post(new, FORM | {"after": ["PHQ9"], "replaces_version": "0"})
    assert (answer.status_code, "looks back 2 weeks" in answer.content.decode()) == (422, True)


def test_the_page_costs_the_same_whatever_the_number_of_versions(clinic, sign_in):
    client = sign_in(clinic.prescriber)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("followups:points")).status_code == 200
        return len(queries)

    client.get(reverse("followups:points"))
    few = cost()
    for number, about in enumerate(("IM", "IV", "ESK", "SL")):
        set_protocol(clinic, Protocol(before=("SUDS",), days_before=number % 3), about=about, version=0)
    assert cost() == few


def test_planning_offers_the_protocol_and_says_what_is_left_out(clinic, sign_in):
    now = timezone.now()
    series = sessions.series_with_order(clinic, now)
    assessments.answered_set(series.patient, clinic.nurse, now - DAY, {"PHQ9": {}})
    target, client = reverse("sessions:schedule", args=[series.pk]), sign_in(clinic.nurse)
    assert client.get(target).context["form"].initial["pre_instruments"] == list(DEFAULT.before)
    starts = timezone.localtime(now + DAY)
    form = {"scheduled_for": starts.strftime("%Y-%m-%dT%H:%M"), "planned_minutes": "180"}

    answer = client.post(target, form | {"pre_instruments": DEFAULT.before}, follow=True).content.decode()

    assert "Patient Health Questionnaire-9 was answered on" in answer
    assert "looks back 2 weeks. It is asked again from" in answer
    session = Session.objects.get(series=series)
    assert given(session).instruments == [code for code in DEFAULT.before if code != "PHQ9"]
    chosen = sessions.series_with_order(clinic, now)
    client.post(reverse("sessions:schedule", args=[chosen.pk]), form | {"pre_instruments": ["SUDS"]})
    assert given(Session.objects.get(series=chosen)).instruments == ["SUDS"]


def test_the_page_of_a_session_names_what_was_given(clinic, sign_in):
    """By name, also a questionnaire that the practice wrote itself: its code says nothing to anybody."""
    own = assessments.own_questionnaire(clinic.prescriber)
    session = sessions.scheduled_session(clinic, timezone.now() + DAY, pre_instruments=("PHQ9", own.code))

    page = sign_in(clinic.nurse).get(reverse("sessions:questionnaires", args=[session.pk])).content.decode()

    assert f"Before: Patient Health Questionnaire-9, {own.name}" in page
