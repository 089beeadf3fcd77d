"""Every page of follow-up: works, asks who you are, refuses the wrong role, hides other practices, keeps bad input."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.navigation import panels_for
from assessments.models import AnswerLink
from common.models import AuditEvent
from followups import actions
from followups.models import CheckIn, FollowUpPoint, OutboxMessage
from followups.pages import LISTS, chosen
from tests.builders import accounts
from tests.builders import followups as build

READERS = ["prescriber", "nurse", "therapist", "admin", "compliance"]
CARERS = ["prescriber", "nurse", "therapist"]


@pytest.fixture
def now(check_in, clock):
    return clock(check_in.due_at)


@pytest.fixture
def sent(check_in, by, now, no_queue):
    return actions.open_check_in(check_in=check_in, by=by, at=now)


@pytest.fixture
def sign_in(client, now):
    """Signs one person in at the fixed moment."""
    return lambda person: accounts.sign_in(client, person)


def url(name: str, row=None) -> str:
    return reverse(f"followups:{name}", args=[row.pk] if row is not None else [])


def get_addresses(check_in) -> dict[str, str]:
    return {
        "list": url("list"),
        "of_patient": url("of_patient", check_in.patient),
        "check_in": url("check_in", check_in),
        "points": url("points"),
    }


POSTS = ["send_now", "send_again", "confirm_delivery", "hand_over", "cancel"]


@pytest.mark.parametrize("name", ["list", "of_patient", "check_in", "points"])
@pytest.mark.parametrize("role", READERS)
def test_page_opens_for_everybody_who_may_see_follow_up(clinic, check_in, sign_in, name, role):
    answer = sign_in(getattr(clinic, role)).get(get_addresses(check_in)[name])
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["list", "of_patient", "check_in", "points"])
def test_page_asks_an_anonymous_visitor_to_sign_in(check_in, client, name):
    answer = client.get(get_addresses(check_in)[name])
    assert (answer.status_code, answer.url.startswith("/sign-in/")) == (302, True)


@pytest.mark.parametrize("name", ["of_patient", "check_in"])
@pytest.mark.parametrize("who", ["off_team", "elsewhere"])
def test_page_of_a_patient_out_of_reach_does_not_exist(clinic, check_in, sign_in, name, who):
    stranger = accounts.staff(clinic.practice, ["nurse"]) if who == "off_team" else accounts.clinic_with_staff().admin
    assert sign_in(stranger).get(get_addresses(check_in)[name]).status_code == 404


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize(
    ("who", "status"), [("admin", 403), ("compliance", 403), ("off_team", 404), ("elsewhere", 404)]
)
def test_act_is_refused_to_the_wrong_people(clinic, check_in, sign_in, name, who, status):
    people = {"off_team": lambda: accounts.staff(clinic.practice, ["nurse"])}
    people["elsewhere"] = lambda: accounts.clinic_with_staff().nurse
    person = people[who]() if who in people else getattr(clinic, who)

    assert sign_in(person).post(url(name, check_in), {"reason": "A good reason"}).status_code == status
    check_in.refresh_from_db()
    assert check_in.state == "planned"


@pytest.mark.parametrize("name", POSTS)
def test_act_needs_a_post(clinic, check_in, sign_in, name):
    assert sign_in(clinic.nurse).get(url(name, check_in)).status_code == 405


@pytest.mark.parametrize("name", POSTS)
def test_act_asks_an_anonymous_visitor_to_sign_in(check_in, client, name):
    assert client.post(url(name, check_in)).status_code == 302


def test_plan_shows_the_patients_own_time_and_zone(clinic, sign_in, clock):
    row = build.first_check_in(clinic, time_zone="America/Los_Angeles")
    page = sign_in(clinic.nurse).get(url("of_patient", row.patient)).content.decode()
    assert "3 Jun 2026, 10:00 PDT" in page
    assert "America/Los_Angeles" in page
    assert "13:00 EDT" in page
    assert "24 hours after the dose of 2 June" in page


def test_preview_shows_the_message_without_a_link_that_works(clinic, check_in, sign_in):
    page = sign_in(clinic.nurse).get(url("check_in", check_in)).content.decode()
    assert "A short check-in is waiting for you" in page
    assert check_in.patient.email in page
    assert "(a personal link, made when the message goes out)" in page
    assert not AnswerLink.objects.exists()


@pytest.mark.parametrize("role", ["admin", "compliance"])
def test_office_sees_the_state_but_not_what_is_asked_nor_any_act(clinic, sent, sign_in, role):
    page = sign_in(getattr(clinic, role)).get(url("check_in", sent)).content.decode()
    assert "Waiting for the answer" in page
    assert "Visual analogue mood" not in page
    assert "Send again" not in page


def test_send_now_opens_and_leads_back(clinic, check_in, sign_in, no_queue):
    answer = sign_in(clinic.nurse).post(url("send_now", check_in), follow=True)
    assert answer.status_code == 200
    assert "on the way" in answer.content.decode()
    assert OutboxMessage.objects.get().state == "pending"


def test_send_now_without_an_address_says_why(clinic, sign_in):
    row = build.first_check_in(clinic, email="")
    assert "No message goes to this patient" in sign_in(clinic.nurse).get(url("check_in", row)).content.decode()
    answer = sign_in(clinic.nurse).post(url("send_now", row))
    assert answer.status_code == 422
    assert "no e-mail address on file" in answer.content.decode()


def test_act_on_a_check_in_that_is_over_is_a_conflict(clinic, sent, sign_in, now):
    actions.cancel_check_in(check_in=sent, by=clinic.nurse, at=now, reason="In hospital")
    assert sign_in(clinic.nurse).post(url("send_again", sent)).status_code == 409


def test_link_is_shown_once_and_never_stored(clinic, sent, sign_in, now):
    answer = sign_in(clinic.nurse).post(url("hand_over", sent))
    page = answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    token = page.split("/c/")[1].split("/")[0]
    assert len(token) == 43
    assert token not in sign_in(clinic.nurse).get(url("check_in", sent)).content.decode()
    assert not AnswerLink.objects.filter(token_sha256=token).exists()


def test_cancel_without_a_reason_keeps_the_page_and_says_what_to_do(clinic, check_in, sign_in):
    answer = sign_in(clinic.nurse).post(url("cancel", check_in), {"reason": "no"})
    assert answer.status_code == 422
    assert "Say in a few words why" in answer.content.decode()


def test_cancel_leads_back_to_the_plan(clinic, check_in, sign_in):
    answer = sign_in(clinic.nurse).post(url("cancel", check_in), {"reason": "Patient asked us to stop"}, follow=True)
    assert "Patient asked us to stop" in answer.content.decode()


def test_confirming_an_unclear_message(clinic, sent, sign_in, by, now):
    message = actions.claim_message(message_id=sent.messages.get().pk, by=by, at=now)
    actions.record_unclear(message=message, by=by, at=now, error="TimeoutError")
    page = sign_in(clinic.nurse).get(url("check_in", sent)).content.decode()
    assert "It arrived" in page
    sign_in(clinic.nurse).post(url("confirm_delivery", sent))
    assert "It arrived" not in sign_in(clinic.nurse).get(url("check_in", sent)).content.decode()


def lists_of(check_in, at) -> set[str]:
    return {show for show in LISTS if chosen(CheckIn.objects.all(), show, at).filter(pk=check_in.pk).exists()}


def test_lists_hold_a_check_in_where_somebody_looks_for_it(clinic, check_in, by, no_queue):
    due, row = check_in.due_at, check_in
    assert lists_of(row, due - timedelta(days=2)) == {"coming"}
    assert lists_of(row, due - timedelta(hours=1)) == {"today", "coming"}
    assert lists_of(row, due + timedelta(minutes=1)) == {"today"}
    assert lists_of(row, due + timedelta(minutes=2)) == {"today", "late", "attention"}
    actions.open_check_in(check_in=row, by=by, at=due)
    assert lists_of(row, due + timedelta(hours=23)) == {"waiting"}
    assert lists_of(row, due + timedelta(hours=24)) == {"waiting", "late", "attention"}
    message = actions.claim_message(message_id=row.messages.get().pk, by=by, at=due)
    actions.record_unclear(message=message, by=by, at=due, error="TimeoutError")
    assert lists_of(row, due + timedelta(hours=1)) == {"today", "waiting", "unclear", "attention"}
    actions.expire_check_in(check_in=row, by=by, at=row.closes_at)
    assert lists_of(row, row.closes_at) == {"no_answer", "attention"}


def test_list_with_an_unknown_filter_shows_the_first_one(clinic, check_in, sign_in):
    answer = sign_in(clinic.nurse).get(url("list"), {"show": "nonsense"})
    assert answer.status_code == 200
    assert answer.context["list"].show == "attention"


def test_list_shows_only_the_own_teams_patients(clinic, check_in, sign_in):
    answer = sign_in(accounts.staff(clinic.practice, ["nurse"])).get(url("list"), {"show": "today"})
    assert answer.context["list"].rows == []
    mine = sign_in(clinic.nurse).get(url("list"), {"show": "today"})
    assert [row.check_in for row in mine.context["list"].rows] == [check_in]
    assert AuditEvent.objects.filter(action="followups.listed_check_ins", patient_id=check_in.patient_id).count() == 1


@pytest.mark.parametrize("place", ["list", "of_patient", "home"])
def test_number_of_queries_does_not_grow(clinic, check_in, sign_in, by, now, no_queue, place):
    addresses = {"list": url("list") + "?show=waiting", "home": "/", "of_patient": url("of_patient", check_in.patient)}
    client = sign_in(clinic.nurse)
    client.get(addresses[place])

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(addresses[place]).status_code == 200
        return len(queries)

    def open_more(number):
        for _ in range(number):
            row = build.first_check_in(clinic)
            actions.open_check_in(check_in=row, by=by, at=now)
            actions.hand_over_link(check_in=row, by=clinic.nurse, at=now)
        if place == "of_patient":
            for days in range(number):
                session = build.dosed_session(clinic, build.AT - timedelta(days=days + 1), patient=check_in.patient)
                actions.plan_follow_ups(session=session, by=clinic.nurse, at=now)

    open_more(2)
    few = counted()
    open_more(8)
    assert counted() == few


@pytest.mark.parametrize("role", CARERS)
def test_home_counts_what_waits_for_a_call(clinic, sign_in, by, now, role):
    row = build.first_check_in(clinic, email="")
    actions.open_check_in(check_in=row, by=by, at=now)
    panel = next(p for p in panels_for(getattr(clinic, role), now) if p.key == "check-ins")
    assert ("call", "To call", 1) in panel.context["counts"]
    assert row.patient.name in sign_in(getattr(clinic, role)).get("/").content.decode()


def test_home_is_quiet_about_messages_while_they_go_out(clinic, sent, now):
    assert "silence" not in {panel.key for panel in panels_for(clinic.admin, now + timedelta(minutes=4))}


@pytest.mark.parametrize("role", READERS)
def test_home_tells_everybody_when_messages_do_not_go_out(clinic, sign_in, clock, check_in, role):
    clock(check_in.due_at + timedelta(minutes=3))
    assert "Messages are not going out" in sign_in(getattr(clinic, role)).get("/").content.decode()
    assert "Messages are not going out" in sign_in(getattr(clinic, role)).get(url("list")).content.decode()


def test_points_are_read_by_all_and_changed_by_an_admin(clinic, check_in, sign_in):
    assert "Add a time point" not in sign_in(clinic.nurse).get(url("points")).content.decode()
    page = sign_in(clinic.admin).get(url("points")).content.decode()
    assert "Add a time point" in page
    assert "180 days" in page


POINT = {"label": "3 days", "offset_hours": "80", "window_before_h": "6", "window_after_h": "24", "remind_after_h": "8"}


def test_admin_adds_a_point(clinic, sign_in):
    answer = sign_in(clinic.admin).post(url("add_point"), {**POINT, "instruments": ["SUDS", "ASQ"]})
    assert answer.status_code == 302
    point = FollowUpPoint.objects.get(practice=clinic.practice, offset_hours=80)
    assert (point.label, point.instruments, point.is_active) == ("3 days", ["SUDS", "ASQ"], True)
    assert AuditEvent.objects.get(action="followups.add_point").role == "admin"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"offset_hours": "72"}, "already a time point"),
        ({"offset_hours": "0"}, "between 1 hour"),
        ({"offset_hours": "9601"}, "between 1 hour"),
        ({"window_before_h": "80"}, "cannot begin before the dose"),
        ({"window_after_h": "0"}, "between 1 and 1440"),
        ({"remind_after_h": "24"}, "fewer hours than the check-in stays open"),
        ({"instruments": []}, "at least one"),
        ({"instruments": ["BDI2"]}, "not one of the available choices"),
        ({"label": ""}, "short name"),
    ],
)
def test_point_that_makes_no_sense_is_refused_with_what_to_do(clinic, sign_in, changes, words):
    answer = sign_in(clinic.admin).post(url("add_point"), {**POINT, "instruments": ["SUDS"], **changes})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert FollowUpPoint.objects.filter(practice=clinic.practice).count() == 7


@pytest.mark.parametrize("name", ["add_point", "change_point", "switch_point"])
@pytest.mark.parametrize("role", ["prescriber", "nurse", "therapist", "compliance"])
def test_points_are_not_changed_by_others(clinic, sign_in, name, role):
    point = FollowUpPoint.objects.filter(practice=clinic.practice).first()
    address = url(name) if name == "add_point" else url(name, point)
    assert sign_in(getattr(clinic, role)).post(address, {}).status_code == 403


@pytest.mark.parametrize("name", ["change_point", "switch_point"])
def test_points_of_another_practice_do_not_exist(clinic, sign_in, name):
    point = FollowUpPoint.objects.filter(practice=clinic.practice).first()
    assert sign_in(accounts.clinic_with_staff().admin).post(url(name, point), {}).status_code == 404


def test_changed_point_asks_what_it_says_now(clinic, check_in, sign_in, by, now):
    values = POINT | {"label": "24 hours", "offset_hours": "24"}
    sign_in(clinic.admin).post(url("change_point", check_in.point), {**values, "instruments": ["SUDS"]})
    row = CheckIn.objects.select_related("point", "patient").get(pk=check_in.pk)
    actions.open_check_in(check_in=row, by=by, at=now)
    assert row.assessment_set.instruments == ["SUDS"]


def test_switching_a_point_off_and_on(clinic, sign_in):
    point = FollowUpPoint.objects.filter(practice=clinic.practice).first()
    client = sign_in(clinic.admin)
    client.post(url("switch_point", point), {"is_active": "no"})
    point.refresh_from_db()
    assert point.is_active is False
    assert client.post(url("switch_point", point), {"is_active": "no"}).status_code == 409
    client.post(url("switch_point", point), {"is_active": "yes"})
    point.refresh_from_db()
    assert point.is_active is True
