"""Check-ins over the API: scoped, filtered, paged by cursor, with few queries and no answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import AnswerLink
from common.models import AuditEvent
from followups import actions, tasks
from followups.models import CheckIn, OutboxMessage
from tests.builders import accounts
from tests.builders import followups as build

URL = "/api/v1/check-ins"


@pytest.fixture
def call(client):
    def get(person, path=URL, **query):
        return client.get(path, query, headers={"Authorization": f"Token {accounts.api_token(person)}"})

    return get


def test_list_gives_the_earliest_due_first(clinic, check_in, call):
    rows = call(clinic.nurse).json()["results"]
    assert [row["label"] for row in rows][:2] == ["24 hours", "72 hours"]
    assert rows[0] | {"planned_at": None} == {
        "id": str(check_in.pk),
        "patient": str(check_in.patient_id),
        "session": str(check_in.session_id),
        "occasion": "follow_up",
        "label": "24 hours",
        "state": "planned",
        "due_at": "2026-06-03T10:00:00-04:00",
        "local_due": "2026-06-03 10:00",
        "time_zone": "America/New_York",
        "closes_at": "2026-06-04T14:00:00-04:00",
        "planned_at": None,
        "sent_at": None,
        "answered_at": None,
        "ended_at": None,
        "ended_reason": "",
        "assessment_set": None,
        "delivery": None,
        "messages": [],
        "version": 1,
    }


@pytest.fixture
def sent(check_in, by, clock, no_queue):
    """A mail that went out."""
    clock(check_in.due_at)
    actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
    tasks.deliver(str(check_in.messages.get().pk))
    return check_in.messages.get()


def test_delivery_is_told_in_the_words_of_the_pages(clinic, check_in, sent, by, call, client):
    def told() -> dict:
        detail = call(clinic.nurse, f"{URL}/{check_in.pk}").json()
        assert next(row for row in call(clinic.nurse).json()["results"] if row["id"] == detail["id"]) == detail
        page = accounts.sign_in(Client(), clinic.nurse).get(reverse("followups:check_in", args=[check_in.pk]))
        assert detail["delivery"]["words"] in page.content.decode()
        return detail

    first = told()
    expected = {"state": "sent", "words": "Mail sent", "channel": "email", "trouble": "", "needs_call": False}
    assert first["delivery"].pop("at")
    assert first["delivery"] == expected
    (message,) = first["messages"]
    assert {message.pop(name) is not None for name in ("id", "created_at", "sent_at")} == {True}
    assert message == {
        "purpose": "invite",
        "channel": "email",
        "state": "sent",
        "words": "Mail sent",
        "attempts": 1,
        "delivery_at": None,
        "trouble": "",
    }
    assert sent.sent_to not in str(first)

    actions.record_delivery(message=sent, by=by, at=sent.sent_at, delivery="undelivered", code="5.1.1")
    bounced = told()["delivery"]
    assert (bounced["state"], bounced["words"], bounced["needs_call"]) == ("undelivered", "Mail not delivered", True)
    assert bounced["trouble"] == "There is no such mailbox."

    actions.hand_over_link(check_in=CheckIn.objects.get(pk=check_in.pk), by=clinic.nurse, at=sent.sent_at)
    handed = told()["delivery"]
    assert (handed["state"], handed["words"], handed["channel"]) == ("handed_over", "Link handed over", None)
    assert (handed["at"], handed["trouble"], handed["needs_call"]) == (None, "", False)

    AnswerLink.objects.filter(revoked_at=None).update(revoked_at=sent.sent_at)
    OutboxMessage.objects.filter(pk=sent.pk).update(delivery="", delivery_at=None, delivery_code="")
    assert told()["delivery"]["state"] == "to_call"


@pytest.mark.parametrize("state", OutboxMessage.State.values)
def test_every_state_of_a_message_has_its_word(clinic, check_in, sent, call, state):
    OutboxMessage.objects.filter(pk=sent.pk).update(state=state)
    detail = call(clinic.nurse, f"{URL}/{check_in.pk}").json()
    assert detail["messages"][0]["state"] == state
    assert detail["delivery"]["state"] == ("handed_over" if state == "dropped" else state)


def test_the_description_names_every_state_of_delivery(clinic):
    browser = accounts.sign_in(Client(), clinic.nurse)
    schemas = browser.get("/api/schema/?format=json").json()["components"]["schemas"]
    delivery = schemas["CheckIn"]["properties"]["delivery"]
    assert "Delivery" in str(delivery)
    words = str([one for name, one in schemas.items() if "enum" in one])
    for state in ("ambiguous", "undelivered", "to_call", "handed_over"):
        assert state in words


def test_list_and_detail_are_audited(clinic, check_in, call):
    call(clinic.nurse)
    call(clinic.nurse, f"{URL}/{check_in.pk}")
    actions = AuditEvent.objects.filter(patient_id=check_in.patient_id, action__contains="looked").values_list("action")
    assert ("followups.looked_at_check_in",) in actions
    assert AuditEvent.objects.filter(action="followups.listed_check_ins").count() == 1


@pytest.mark.parametrize("path", [URL, f"{URL}/00000000-0000-4000-8000-000000000000"])
def test_anonymous_is_refused(db, client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("who", ["off_team", "elsewhere"])
def test_others_patients_are_not_found(clinic, check_in, call, who):
    stranger = accounts.staff(clinic.practice, ["nurse"]) if who == "off_team" else accounts.clinic_with_staff().admin
    assert call(stranger).json()["results"] == []
    assert call(stranger, f"{URL}/{check_in.pk}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(clinic, check_in, client, method):
    token = accounts.api_token(clinic.nurse)
    answer = getattr(client, method)(f"{URL}/{check_in.pk}", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 405


def test_filters(clinic, check_in, call):
    other = build.first_check_in(clinic)
    of_one = call(clinic.nurse, patient=str(other.patient_id), due_before="2026-06-10T00:00:00Z").json()["results"]
    assert [row["label"] for row in of_one] == ["24 hours", "72 hours", "7 days"]
    CheckIn.objects.filter(pk=other.pk).update(state="cancelled")
    assert [row["id"] for row in call(clinic.nurse, state="cancelled").json()["results"]] == [str(other.pk)]


@pytest.mark.parametrize(
    "query", [{"patient": "x"}, {"state": "lost"}, {"due_before": "soon"}, {"page_size": "0"}, {"nonsense": "1"}]
)
def test_bad_filters_are_refused(clinic, call, query):
    answer = call(clinic.nurse, **query)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
    assert set(answer.json()["errors"]) == set(query)


def test_pages_by_cursor(clinic, check_in, call):
    build.first_check_in(clinic)
    first = call(clinic.nurse, page_size=10).json()
    second = call(clinic.nurse, first["next"]).json()
    ids = [row["id"] for row in first["results"] + second["results"]]
    assert (len(ids), len(set(ids)), second["next"]) == (14, 14, None)


@pytest.mark.parametrize("patients", [1, 4])
def test_six_queries_at_most(clinic, check_in, by, client, patients, clock, no_queue):
    for _ in range(patients):
        row = build.first_check_in(clinic)
        actions.open_check_in(check_in=row, by=by, at=row.due_at)
    headers = {"Authorization": f"Token {accounts.api_token(clinic.nurse, clock(build.AT + timedelta(days=1)))}"}
    client.get(URL, headers=headers)
    for path in (URL, f"{URL}/{check_in.pk}"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path, headers=headers).status_code == 200
        assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) <= 6
