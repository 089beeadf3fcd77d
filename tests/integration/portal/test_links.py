"""A patient's link: what opens, what does not, and that looking never changes anything."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.failures import account_key, is_paused
from accounts.models import Practice, SignInFailure
from accounts.models import SignIn as Session
from assessments.models import AnswerLink, Assessment
from common.models import AuditEvent
from portal.link_cookie import SALT, cookie_name
from tests.builders import accounts
from tests.builders import assessments as build

CALLS = ("tel:988", "tel:911")
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def body_of(answer) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_every_dead_link_gets_the_same_page(dead_links):
    """R70."""
    answers = {kind: Client().get(reverse("portal:open", args=[token])) for kind, token in dead_links.items()}
    assert {answer.status_code for answer in answers.values()} == {410}
    assert len({body_of(answer) for answer in answers.values()}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in map(without_id, answers.values())}) == 1
    assert not any(answer.cookies for answer in answers.values())


def called(kind: str, dead_links) -> list[str]:
    answer = Client().get(reverse("portal:open", args=[dead_links[kind]]))
    return re.findall(r'href="tel:(\w+)"', body_of(answer))


DEAD = ("unknown", "odd", "expired", "revoked", "used", "locked", "cancelled")


@pytest.mark.parametrize("kind", DEAD)
def test_a_dead_link_shows_the_numbers_of_the_only_practice(clinic, dead_links, kind):
    """Revoked is what a link becomes that a newer one replaces."""
    assert sorted(dead_links) == sorted(DEAD)
    Practice.objects.update(crisis_label="Talk to us", crisis_number="13 11 14", emergency_number="000")
    assert called(kind, dead_links) == ["131114", "000", "5557778899"]


@pytest.mark.parametrize("kind", DEAD)
def test_a_dead_link_shows_what_all_practices_say_alike(clinic, dead_links, kind):
    """R70: a clinic's own number would tell whose link it was."""
    accounts.clinic_with_staff(phone="555 000 1111")
    Practice.objects.update(crisis_number="13 11 14", emergency_number="000")
    assert called(kind, dead_links) == ["131114", "000"]


@pytest.mark.parametrize("kind", DEAD)
def test_a_dead_link_shows_988_where_practices_differ(clinic, dead_links, kind):
    """R70."""
    other = accounts.clinic_with_staff(phone="555 000 1111").practice
    Practice.objects.filter(pk=other.pk).update(crisis_number="13 11 14")
    assert called(kind, dead_links) == ["988", "911"]


def test_a_dead_link_names_no_patient_and_no_treatment(clinic, patient, dead_links):
    for token in dead_links.values():
        text = body_of(Client().get(reverse("portal:open", args=[token]))).lower()
        told = (patient.given_name, patient.family_name, clinic.practice.name, "ketamine", "depress", "suicid", "phq")
        assert not [word for word in told if word.lower() in text]


def test_no_token_reaches_the_log(phone, dead_links, caplog):
    """R75."""
    for token in [phone.token, *dead_links.values()]:
        Client().get(reverse("portal:open", args=[token]))
        assert token not in caplog.text


def test_guessing_links_is_slowed_and_a_living_link_opens(phone, dead_links, caplog):
    """R81: the 21st unknown link of an address within the hour, and every dead one after it; signing in goes on."""

    def tried(token, ip="127.0.0.1"):
        return Client(REMOTE_ADDR=ip).get(reverse("portal:open", args=[token])).status_code

    assert [tried(f"guess-{n}") for n in range(20)] == [410] * 20
    assert [tried("guess-21"), tried(dead_links["expired"])] == [429, 429]
    assert tried("guess-22", ip="127.0.0.2") == 410
    assert tried(phone.token) == 303
    assert not is_paused(account_key("nurse@clinic.invalid"), "127.0.0.1", timezone.now())
    SignInFailure.objects.update(at=timezone.now() - timedelta(minutes=61))
    assert tried("guess-23") == 410
    for n in range(3, 103):
        tried(f"guess-{n}", ip=f"127.0.1.{n}")
    assert caplog.text.count("somebody may be guessing") == 1


def without_id(answer):
    del answer.headers["X-Request-ID"]
    return answer


def test_pages_without_a_link_are_the_same_closed_page(db, dead_links):
    closed = body_of(Client().get(reverse("portal:open", args=["x"])))
    for route, args in [("form", []), ("birth_date", []), ("part", [1]), ("help_now", []), ("done", []), ("next", [])]:
        answer = Client().get(reverse(f"portal:{route}", args=args))
        assert (answer.status_code, body_of(answer)) == (410, closed), route
    for route, args in [("birth_date", []), ("part", [1]), ("keep", [1])]:
        assert Client().post(reverse(f"portal:{route}", args=args)).status_code == 410


def test_a_link_that_dies_while_it_is_open_closes(phone):
    phone.enter()
    AnswerLink.objects.update(revoked_at=timezone.now())
    assert phone.get("part", 1).status_code == 410
    assert phone.send(1, "PHQ9").status_code == 410
    assert not Assessment.objects.exists()


def test_looking_changes_nothing_and_the_patient_can_still_answer(phone):
    """R71."""
    scanner, address = Client(), reverse("portal:open", args=[phone.token])
    with CaptureQueriesContext(connection) as captured:
        assert scanner.head(address).status_code == 303
        for _ in range(20):
            assert Client().get(address).status_code == 303
        phone.open()
        for route, args in [("form", []), ("birth_date", []), ("part", [1]), ("help_now", []), ("done", [])]:
            phone.get(route, *args)
            phone.client.head(reverse(f"portal:{route}", args=args))
    assert not [query["sql"] for query in captured if query["sql"].startswith(WRITES)]
    assert not Session.objects.exists()
    phone.enter()
    assert phone.send(1, "PHQ9").status_code == 303
    assert phone.send(2, "ASQ").status_code == 303
    assert Assessment.objects.submitted().count() == 2


def test_the_token_leaves_the_address_at_once(phone):
    """R71."""
    answer = phone.open()
    assert (answer.status_code, answer["Location"]) == (303, "/c/")
    assert phone.token not in str(answer.cookies)


def test_the_cookie_is_for_scripts_and_other_sites_out_of_reach(phone):
    cookie = phone.open().cookies[cookie_name()]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"


def test_the_cookie_is_a_host_cookie_in_production(phone, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = phone.open().cookies["__Host-link"]
    assert cookie["secure"]


@pytest.mark.parametrize(
    "value",
    ["", "x", "{}", signing.dumps({"link": "x", "checked": True}, salt=SALT)],
    ids=["empty", "letter", "json", "signed"],
)
def test_a_forged_cookie_opens_nothing(db, value):
    client = Client()
    client.cookies[cookie_name()] = value
    assert client.get(reverse("portal:form")).status_code == 410


def test_a_cookie_signed_for_something_else_opens_nothing(phone):
    told = {"link": str(phone.link.pk), "checked": True}
    client = Client()
    client.cookies[cookie_name()] = signing.dumps(told, salt="other")
    assert client.get(reverse("portal:part", args=[1])).status_code == 410


def test_every_answer_under_the_link_keeps_its_headers(phone, dead_links):
    """R75."""
    answers = [phone.open(), phone.get("form"), phone.get("birth_date"), phone.pass_birth_date(), phone.get("part", 1)]
    answers += [phone.send(1, "PHQ9"), Client().get(reverse("portal:open", args=[dead_links["used"]]))]
    for answer in answers:
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]


# the birth date


def test_nothing_is_shown_before_the_birth_date(phone):
    phone.open()
    for route, args in [("form", []), ("part", [1]), ("help_now", []), ("next", [])]:
        answer = phone.get(route, *args)
        assert (answer.status_code, answer["Location"]) == (303, reverse("portal:birth_date"))
    assert phone.send(1, "PHQ9")["Location"] == reverse("portal:birth_date")
    assert not Assessment.objects.exists()
    assert phone.pass_birth_date()["Location"] == reverse("portal:form")
    assert phone.get("form").status_code == 200


@pytest.mark.parametrize(
    "told", [{}, {"month": "13", "day": "1", "year": "1990"}, {"month": "2", "day": "30", "year": "1990"}]
)
def test_a_day_that_does_not_exist_is_no_try(phone, told):
    phone.open()
    answer = phone.post("birth_date", **told)
    assert answer.status_code == 422
    assert "Enter month, day and year." in body_of(answer)
    phone.link.refresh_from_db()
    assert phone.link.birth_date_tries == 0


def test_five_wrong_birth_dates_lock_the_link_for_good(phone):
    """R78."""
    phone.open()
    wrong = phone.patient.birth_date + timedelta(days=1)
    for left in (4, 3, 2):
        answer = phone.pass_birth_date(wrong)
        assert answer.status_code == 422
        assert f"{left} tries left" in body_of(answer)
    assert "1 try left" in body_of(phone.pass_birth_date(wrong))
    assert phone.pass_birth_date(wrong).status_code == 410
    assert phone.pass_birth_date().status_code == 410
    assert Client().get(reverse("portal:open", args=[phone.token])).status_code == 410
    denied = AuditEvent.objects.filter(action="assessments.check_birth_date", outcome="denied")
    assert denied.count() == 5
    assert {event.practice_id for event in denied} == {phone.patient.practice_id}


def test_a_right_birth_date_for_one_link_does_not_open_the_next(clinic, phone, given):
    phone.enter()
    _, token = build.link(given, clinic.nurse, timezone.now())
    phone.token = token
    phone.open()
    assert phone.get("form")["Location"] == reverse("portal:birth_date")


def test_the_clinics_tablet_needs_no_birth_date(tablet):
    tablet.open()
    assert tablet.get("form").status_code == 200


# what a stranger could read before the answers are sent


def test_pages_before_the_questions_tell_nothing_about_the_patient(clinic, phone, dead_links):
    pages = [phone.open(), phone.get("birth_date"), phone.pass_birth_date(phone.patient.registered_at.date())]
    pages += [Client().get(reverse("portal:open", args=[token])) for token in dead_links.values()]
    phone.pass_birth_date()
    pages.append(phone.get("form"))
    patient = phone.patient
    told = [patient.given_name, patient.family_name, patient.mrn, patient.email, str(patient.birth_date.year)]
    told += [clinic.practice.name, clinic.nurse.name, "ketamin", "depress", "suicid", "session", "phq", "asq", "anxi"]
    told += ["psych", "diagnos", "dose", "og:", "trauma"]
    for page in pages:
        text = re.sub(r'value="\d{4}"', "", body_of(page)).lower()
        for word in told:
            assert word.lower() not in text, (word, page.request["PATH_INFO"])
        for host in re.findall(r"https?://[^\"' >]+", text):
            assert host.startswith("http://www.w3.org"), host


def test_every_page_has_a_neutral_title_and_crisis_help(phone, dead_links):
    """R77."""
    phone.enter()
    pages = [phone.get("form"), phone.get("part", 1), phone.get("help_now"), phone.post("part", 1)]
    phone.send(1, "PHQ9")
    phone.send(2, "ASQ")
    pages += [phone.get("done"), Client().get(reverse("portal:open", args=[dead_links["expired"]]))]
    titles = ["Start", "Part 1 of 2", "Numbers to call", "Please check · Part 1 of 2", "Thank you", "Closed"]
    for page, title in zip(pages, titles, strict=True):
        assert f"<title>{title} · Secure form</title>" in body_of(page)
        for call in CALLS:
            assert call in body_of(page)
    assert "tel:5557778899" in body_of(pages[0])


# staff in the same browser


def test_a_staff_sign_in_is_neither_used_nor_touched(clinic, phone):
    accounts.sign_in(phone.client, clinic.nurse)
    key = phone.client.session.session_key
    before = dict(phone.client.session.items())
    phone.enter()
    page = phone.get("form")
    assert clinic.nurse.name not in body_of(page)
    phone.send(1, "PHQ9")
    sent = Assessment.objects.get()
    assert (sent.submitted_by_id, sent.channel) == (None, "handed")
    event = AuditEvent.objects.get(action="assessments.submit")
    assert (event.actor_id, event.actor_name, event.session_hash) == (None, "patient via link", "")
    assert phone.client.session.session_key == key
    assert dict(phone.client.session.items()) == before
    assert phone.client.get(reverse("accounts:home")).status_code == 200


def test_a_link_opens_nothing_but_its_own_pages(clinic, phone):
    """R16, R76."""
    phone.enter()
    for route, args in [
        ("accounts:home", []),
        ("patients:overview", [phone.patient.pk]),
        ("assessments:of_patient", [phone.patient.pk]),
        ("assessments:risk_queue", []),
    ]:
        answer = phone.client.get(reverse(route, args=args))
        assert answer.status_code == 302
        assert reverse("accounts:sign_in") in answer["Location"]
    assert phone.client.get(f"/api/v1/patients/{phone.patient.pk}/assessments").status_code == 401


def test_notes_for_staff_never_appear_on_a_patients_page(clinic, phone):
    accounts.sign_in(phone.client, clinic.nurse)
    told = {"occasion": "other", "instruments": ["SUDS"], "due_at": "2100-01-01T10:00"}
    phone.client.post(reverse("assessments:give", args=[phone.patient.pk]), told)
    assert "questionnaires are ready" not in body_of(phone.enter().get("form"))
