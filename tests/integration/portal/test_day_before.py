"""The day before a session on the phone: questionnaires, then fasting, medicines and the way home, then done."""

import pytest
from django.utils import timezone

from assessments.models import DayBefore
from tests.builders import assessments as build
from tests.integration.portal.conftest import Phone

YES = {
    "will_fast": "yes",
    "medicines_changed": "yes",
    "medicines_note": "Sertraline raised to 100 mg",
    "has_driver": "yes",
    "driver_name": "Alex Driver",
    "driver_phone": "555 010 0188",
}


@pytest.fixture
def asked(clinic, patient):
    at = timezone.now()
    given = build.given_set(patient, clinic.nurse, at, instruments=("SUDS",), asks_day_before=True)
    link, token = build.link(given, clinic.nurse, at)
    phone = Phone(patient, token)
    phone.link, phone.given = link, given
    return phone.enter()


def body_of(answer) -> str:
    return answer.content.decode()


def test_it_is_the_last_part_and_ends_the_visit(asked):
    overview = body_of(asked.get("form"))
    assert "Part 2" in overview
    assert asked.send(1, "SUDS", suds=3)["Location"].endswith("/next/")
    assert asked.get("next")["Location"].endswith("/day-before/")
    page = body_of(asked.get("day_before"))
    assert "Getting ready" in page
    assert asked.post("day_before", **YES)["Location"].endswith("/next/")
    assert asked.get("next")["Location"].endswith("/done/")
    done = body_of(asked.get("done"))
    for words in ("Thank you", "988", "Next time"):
        assert words in done
    told = DayBefore.objects.get()
    assert (told.link_id, told.told_to_id, told.medicines_changed, told.driver_name) == (
        asked.link.pk,
        None,
        True,
        "Alex Driver",
    )


def test_opened_again_it_shows_done_and_takes_nothing(asked):
    asked.send(1, "SUDS", suds=3)
    asked.post("day_before", **YES)
    assert asked.open()["Location"].endswith("/c/")
    assert asked.get("form")["Location"].endswith("/done/")
    for _ in range(2):
        assert asked.get("day_before")["Location"].endswith("/c/")
        assert asked.post("day_before", **YES).status_code == 303
    assert DayBefore.objects.count() == 1
    assert Phone(asked.patient, asked.token).open().status_code == 410, "elsewhere the link opens nothing any more"


def test_what_is_missing_is_said_beside_it_and_the_rest_is_kept(asked):
    answer = asked.post("day_before", **{**YES, "medicines_note": "", "driver_phone": "no idea", "will_fast": ""})
    assert answer.status_code == 422
    body = body_of(answer)
    assert "Answer yes or no." in body
    assert 'value="Alex Driver"' in body
    second = body_of(asked.post("day_before", **{**YES, "medicines_note": "", "driver_phone": "no idea"}))
    for words in ("Write what changed", "telephone number with digits"):
        assert words in second
    assert not DayBefore.objects.exists()


def test_it_may_be_told_first_and_the_questionnaire_last(asked):
    asked.post("day_before", **YES)
    assert asked.get("next")["Location"].endswith("/part/1/")
    asked.send(1, "SUDS", suds=3)
    asked.given.refresh_from_db()
    assert asked.given.completed_at is not None


def test_a_visit_without_questionnaires_is_only_this(clinic, patient):
    at = timezone.now()
    given = build.given_set(patient, clinic.nurse, at, instruments=(), asks_day_before=True)
    _, token = build.link(given, clinic.nurse, at)
    phone = Phone(patient, token).enter()
    assert "/c/day-before/" in body_of(phone.get("form"))
    phone.post("day_before", **YES)
    assert "Would you like us to call you?" not in body_of(phone.get("done")), "nothing that a wish could hang on"


def test_a_visit_that_does_not_ask_goes_elsewhere(phone):
    phone.enter()
    assert phone.get("day_before")["Location"].endswith("/c/")
    assert phone.post("day_before", **YES)["Location"].endswith("/c/")
    assert not DayBefore.objects.exists()


def test_without_a_link_there_is_nothing(client, db):
    assert client.get("/c/day-before/").status_code == 410
