"""The list of dosing records: who sees which, filters, order, pages, and the number of queries."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from common.models import AuditEvent
from dosing.models import DosingRecord, StockMovement
from dosing.models.record import EXCEPTION
from patients import actions as patient_actions
from sessions_app.models import RosterEntry
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db
LIST = reverse("sessions:dosing_records")


@pytest.fixture
def admin(clinic):
    return accounts.sign_in(Client(), clinic.admin)


def a_record(clinic, day: int = 0, route: str = "IM", **entry) -> DosingRecord:
    """A dose given by the nurse on the n-th day of June."""
    at = dosing.AT + timedelta(days=day)
    return dosing.given_dose(clinic, at=at, route=route, **entry).dosing_record


def shown(response) -> list:
    return [row.record.pk for row in response.context["list"].rows]


def get(client, **query):
    return client.get(LIST, query)


def test_list_shows_each_record_with_its_numbers_and_its_giver(clinic, admin):
    record = a_record(clinic, drawn_mg=Decimal(50), planned_mg=Decimal(35))
    response = get(admin)
    assert response.status_code == 200
    assert shown(response) == [record.pk]
    text = response.text
    for words in (record.patient.mrn, "Ketalar 50 mg/mL", record.lot_numbers.strip(), "Remainder open", "35"):
        assert words in text
    assert clinic.nurse.name in text
    assert "1 Jun 2026" in text
    assert "10:00 EDT" in text


def test_remainder_in_a_running_pump_is_not_called_open(clinic, admin):
    sessions.dosed_session(clinic, route="IV", drawn_mg=Decimal(50), planned_mg=Decimal(35))
    text = get(admin).text
    assert "Infusion running" in text
    assert "Remainder open" not in text


def test_empty_list_says_when_a_record_begins(admin):
    assert "No dosing records yet" in get(admin).text


def test_list_is_audited_for_each_patient_shown(clinic, admin):
    record = a_record(clinic)
    get(admin)
    row = AuditEvent.objects.get(action="sessions.listed_dosing_records")
    assert (row.patient_id, row.purpose) == (record.patient_id, "incidental")


@pytest.mark.parametrize("who", ["prescriber", "nurse", "therapist", "compliance"])
def test_the_room_and_the_office_see_the_record(clinic, who):
    record = a_record(clinic)
    response = get(accounts.sign_in(Client(), getattr(clinic, who)))
    assert shown(response) == [record.pk]


def test_a_clinician_sees_only_the_own_patients_records(clinic):
    mine, foreign = a_record(clinic), a_record(clinic, day=1)
    patient_actions.remove_from_team(
        patient=foreign.patient,
        by=clinic.prescriber,
        at=dosing.AT + timedelta(days=2),
        membership_id=clinic.nurse.membership_id,
    )
    nurse = accounts.sign_in(Client(), clinic.nurse)
    assert shown(get(nurse)) == [mine.pk]
    assert nurse.get(reverse("sessions:dosing_record", args=[foreign.pk])).status_code == 404


def test_a_therapist_sees_the_own_sessions_only(clinic):
    """On the care team is not enough: the therapist's scope is the session's roster."""
    record = a_record(clinic)
    RosterEntry.objects.filter(session_id=record.pk, duty="therapist").update(left_at=dosing.AT)
    therapist = accounts.sign_in(Client(), clinic.therapist)
    assert shown(get(therapist)) == []
    assert therapist.get(reverse("sessions:dosing_record", args=[record.pk])).status_code == 404


def test_only_who_may_look_at_stock_is_led_to_the_container(clinic):
    session = sessions.dosed_session(clinic)
    container = StockMovement.objects.filter(draw__dosing_record=session.dosing_record).first().container
    for reader, is_led in ((clinic.nurse, True), (clinic.therapist, False)):
        page = accounts.sign_in(Client(), reader).get(reverse("sessions:dosing_record", args=[session.pk])).text
        assert container.label in page
        assert (reverse("dosing:container", args=[container.pk]) in page) is is_led


def test_one_rule_of_reach_for_pages_and_api(clinic):
    """R12: the therapist's scope is the roster, wherever dosing is read; who left the room sees it no more."""
    record = a_record(clinic)
    address = reverse("api:dosing_records")

    def seen(person) -> list[int]:
        client = accounts.sign_in(Client(), person)
        listed = len(client.get(address).json()["results"])
        return [listed, len(shown(get(client))), DosingRecord.objects.visible_to(person).count()]

    for person in (clinic.therapist, clinic.nurse, clinic.admin):
        assert seen(person) == [1, 1, 1]
    outsider = accounts.actor(accounts.staff(clinic.practice, (Role.THERAPIST,)))
    assert seen(outsider) == [0, 0, 0]
    RosterEntry.objects.filter(session_id=record.pk, duty="therapist").update(left_at=dosing.AT)
    assert seen(clinic.therapist) == [0, 0, 0]


def test_exceptions_are_read_from_their_index(clinic):
    """The partial index holds the rows the list calls exceptions, the overridden limit among them."""
    rows = DosingRecord.objects.filter(EXCEPTION, practice_id=clinic.practice.pk, first_dose_at__isnull=False)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # With so few rows any plan is as good; only an index that holds these rows in this order needs no sort.
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
            cursor.execute("DROP INDEX dosing_by_date")  # the other index in that order; the test's end brings it back
    plan = rows.order_by("-first_dose_at", "-id").values_list("first_dose_at", "id")[:26].explain()
    assert "dosing_exceptions" in plan, plan


def test_another_practice_sees_nothing(clinic):
    a_record(clinic)
    other = accounts.clinic_with_staff(name="Hill")
    assert shown(get(accounts.sign_in(Client(), other.admin))) == []


def test_anonymous_is_sent_to_sign_in():
    assert Client().get(LIST).status_code == 302


def test_days_are_those_of_the_practice(clinic, admin):
    """01:00 UTC on the 2nd is still the 1st in New York."""
    a_record(clinic)
    DosingRecord.objects.update(first_dose_at=dosing.AT.replace(day=2, hour=1))
    assert len(shown(get(admin, date_to="2026-06-01"))) == 1
    assert shown(get(admin, date_from="2026-06-02")) == []


@pytest.mark.parametrize("query", [{}, {"exceptions_first": "on"}, {"sort": "oldest"}, {"sort": "given"}])
def test_pages_lead_forward_and_back_over_every_record_once(clinic, admin, query, monkeypatch):
    monkeypatch.setattr("sessions_app.dosing_list.PER_PAGE", 2)
    for day in range(5):
        entry = {"drawn_mg": Decimal(50), "planned_mg": Decimal(35)} if day % 2 else {}
        a_record(clinic, day * 2, **entry)
    pages, cursor = [], ""
    for _ in range(3):
        page = get(admin, cursor=cursor, **query).context["list"]
        pages.append([row.record.pk for row in page.rows])
        cursor = page.next_cursor
    assert cursor == ""
    assert len({pk for rows in pages for pk in rows}) == 5
    back = page.previous_cursor
    for rows in (pages[1], pages[0]):
        page = get(admin, cursor=back, **query).context["list"]
        assert [row.record.pk for row in page.rows] == rows
        back = page.previous_cursor
    assert back == ""


def queries_of(client, address, **query) -> int:
    """Without the statements that keep the sign-in itself, which depend on the minute."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, query).status_code == 200
    return len([one for one in queries if "accounts_signin" not in one["sql"]])


def test_list_takes_the_same_queries_for_3_and_30_records(clinic, admin):
    for day in range(3):
        a_record(clinic, day)
    few = queries_of(admin, LIST)
    for day in range(3, 24):
        a_record(clinic, day)
    assert queries_of(admin, LIST) == few
    assert few <= 9


def test_record_page_takes_the_same_queries_for_every_record(clinic, admin):
    small = sessions.discharged_session(clinic, route="ESK")
    large = sessions.signed_session(clinic, at=sessions.AT + timedelta(days=5), route="IV")
    counts = [queries_of(admin, reverse("sessions:dosing_record", args=[session.pk])) for session in (small, large)]
    assert counts[0] == counts[1]
    assert counts[0] <= 26
