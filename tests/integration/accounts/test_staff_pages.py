"""The pages of staff, practice, own account, audit log and home, each with its refusals."""

import csv
import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts.home_page import greeting
from accounts.models import ApiToken, Membership, User
from accounts.navigation import Panel, home_panels
from common import audit
from common.models import AuditEvent
from tests.builders import accounts as build

pytestmark = pytest.mark.django_db
PERSON = {"full_name": "Ada Byron", "email": "ada@example.org", "initials": "AB", "roles": ["prescriber"]}


@pytest.fixture
def admin(client, clinic):
    return build.sign_in(client, clinic.admin)


@pytest.fixture
def nurse(clinic):
    return build.sign_in(Client(), clinic.nurse)


def test_list_shows_everybody_of_this_practice_only(admin, clinic):
    other = build.clinic_with_staff(name="Hill")
    page = admin.get("/staff/").text
    assert clinic.nurse.user.email in page
    assert other.nurse.user.email not in page


def test_list_costs_the_same_for_many(admin, clinic, django_assert_num_queries):
    admin.get("/staff/")
    with django_assert_num_queries(4):
        admin.get("/staff/")
    for _ in range(30):
        build.staff(clinic.practice)
    with django_assert_num_queries(4):
        page = admin.get("/staff/")
    assert "Page 1 of 2" in page.text


def test_nurse_sees_the_list_without_acts(nurse, clinic):
    page = nurse.get("/staff/").text
    assert "Add a person" not in page
    assert f"/staff/{clinic.admin.membership_id}/" not in page


def test_added_person_signs_in_with_the_shown_password(admin, clinic):
    page = admin.post("/staff/add/", PERSON).text
    secret = re.search(r'class="big-number mono">([^<]+)<', page).group(1)
    own = Client()
    response = own.post("/sign-in/", {"email": PERSON["email"], "password": secret})
    assert response.status_code == 302
    assert own.get("/")["Location"] == "/account/password/"


def test_temporary_password_is_stored_nowhere(admin):
    page = admin.post("/staff/add/", PERSON).text
    secret = re.search(r'class="big-number mono">([^<]+)<', page).group(1)
    rows = [*AuditEvent.objects.all(), *User.objects.all()]
    assert not [row for row in rows if secret in str(vars(row))]
    assert secret not in str(dict(admin.session))


def test_adding_twice_says_so_beside_the_field(admin):
    admin.post("/staff/add/", PERSON)
    response = admin.post("/staff/add/", PERSON)
    assert response.status_code == 422
    assert "already works here" in response.context["form"].errors["email"][0]


@pytest.mark.parametrize("field", ["full_name", "email", "initials", "roles"])
def test_adding_needs_each_field(admin, field):
    response = admin.post("/staff/add/", {**PERSON, field: ""})
    assert response.status_code == 422
    assert field in response.context["form"].errors


@pytest.mark.parametrize("path", ["/staff/add/", "/staff/{pk}/", "/practice/edit/", "/audit/", "/style-guide/"])
def test_nurse_is_refused_and_it_is_audited(nurse, clinic, path):
    assert nurse.get(path.format(pk=clinic.admin.membership_id)).status_code == 403
    assert AuditEvent.objects.filter(outcome="denied", actor_id=clinic.nurse.user_id).count() == 1


@pytest.mark.parametrize("path", ["/", "/staff/", "/staff/add/", "/practice/", "/account/", "/audit/", "/style-guide/"])
def test_anonymous_is_sent_to_sign_in(path):
    response = Client().get(path)
    assert response.status_code == 302
    assert response["Location"] == f"/sign-in/?next={path}"


def test_other_practice_does_not_exist(admin):
    other = build.clinic_with_staff(name="Hill").members["nurse"]
    assert admin.get(f"/staff/{other.pk}/").status_code == 404
    for act in ("roles", "end", "password"):
        assert admin.post(f"/staff/{other.pk}/{act}/", {"roles": ["admin"]}).status_code == 404
    assert Membership.objects.get(pk=other.pk).is_active


def test_roles_end_and_reset_over_http(admin, clinic):
    nurse = clinic.members["nurse"]
    assert admin.post(f"/staff/{nurse.pk}/roles/", {"roles": ["nurse", "therapist"]}).status_code == 302
    assert Membership.objects.get(pk=nurse.pk).role_labels == "Nurse / monitor, Therapist"
    assert admin.post(f"/staff/{nurse.pk}/roles/", {}).status_code == 422
    assert "Temporary password" in admin.post(f"/staff/{nurse.pk}/password/").text
    assert admin.post(f"/staff/{nurse.pk}/end/").status_code == 302
    assert not Membership.objects.get(pk=nurse.pk).is_active
    assert admin.post(f"/staff/{nurse.pk}/end/").status_code == 409
    assert "left" in admin.get(f"/staff/{nurse.pk}/").text


def test_last_admin_is_kept(admin, clinic):
    response = admin.post(f"/staff/{clinic.admin.membership_id}/roles/", {"roles": ["nurse"]})
    assert response.status_code == 422
    assert "only admin" in response.text


def test_practice_settings_are_changed_and_audited(admin, nurse, clinic):
    assert nurse.get("/practice/").status_code == 200
    values = {
        "name": "Harbor",
        "time_zone": "America/Denver",
        "phone": "+1 555 0100",
        "address": "",
        "dea_number": "",
        "crisis_label": clinic.practice.crisis_label,
        "crisis_number": "988",
        "emergency_number": "911",
        "witness_therapist": "on",
        "report_least_count": "11",
    }
    assert admin.post("/practice/edit/", values).status_code == 302
    clinic.practice.refresh_from_db()
    assert clinic.practice.time_zone == "America/Denver"
    assert clinic.practice.witness_therapist
    event = AuditEvent.objects.get(action="accounts.change_practice_settings")
    assert event.detail == {"changed": ["name", "phone", "time_zone", "witness_therapist"]}
    assert admin.post("/practice/edit/", {**values, "time_zone": "Mars/Base"}).status_code == 422


def test_token_is_shown_once_and_ends(nurse, clinic):
    form = nurse.get("/account/").context["form"]
    values = {"id": form.initial["id"], "name": "lab import", "days": "30"}
    page = nurse.post("/account/tokens/", values)
    secret = re.search(r"<strong>([\w-]{40,})</strong>", page.text).group(1)
    assert secret not in nurse.get("/account/").text
    assert nurse.post("/account/tokens/", values).status_code == 422
    token = ApiToken.objects.get()
    assert secret not in str(vars(token))
    assert nurse.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert nurse.post(f"/account/tokens/{token.pk}/revoke/").status_code == 409
    assert nurse.post("/account/tokens/", {"name": "", "days": "0"}).status_code == 422


def test_token_of_somebody_else_does_not_exist(nurse, clinic):
    build.api_token(clinic.prescriber)
    assert nurse.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/").status_code == 404


def make_rows(clinic, number, **more):
    at = timezone.now()
    rows = [audit.row(clinic.nurse, "sample.looked", at=at - timedelta(minutes=n), **more) for n in range(number)]
    audit.record_all(rows)


def test_audit_log_pages_through_everything_once(admin, clinic):
    build.clinic_with_staff(name="Hill")
    make_rows(clinic, 120)
    seen, address = [], "/audit/?action=sample"
    while address:
        page = admin.get(address)
        seen += [row.pk for row in page.context["page_rows"]]
        cursor = page.context["next_cursor"]
        address = cursor and f"/audit/?action=sample&cursor={cursor.replace('+', '%2B')}"
    assert len(seen) == len(set(seen)) == 120


def test_audit_log_filters(admin, clinic):
    make_rows(clinic, 3, patient_id=clinic.practice.pk, outcome="denied")
    make_rows(clinic, 2)

    def shown(query):
        return len(admin.get(f"/audit/?action=sample&{query}").context["page_rows"])

    assert shown("") == 5
    assert shown("outcome=denied") == 3
    assert shown(f"patient={clinic.practice.pk}") == 3
    assert shown(f"person={clinic.nurse.user_id}") == 5
    assert shown(f"person={clinic.admin.user_id}") == 0
    assert shown("first_day=2050-01-01") == 0
    assert shown("last_day=2020-01-01") == 0
    assert shown("last_day=2050-01-01") == 5
    assert admin.get("/audit/?patient=nonsense").status_code == 422
    assert admin.get("/audit/?action=x'--").status_code == 422
    assert admin.get("/audit/?cursor=nonsense").status_code == 200


def test_audit_log_hides_details_and_other_practices(admin, clinic):
    other = build.clinic_with_staff(name="Hill")
    audit.record(other.nurse, "sample.elsewhere", at=timezone.now())
    audit.record(clinic.nurse, "sample.here", at=timezone.now(), detail={"code": "canary-detail"})
    page = admin.get("/audit/").text
    assert "sample.here" in page
    assert "sample.elsewhere" not in page
    assert "canary-detail" not in page


def test_looking_at_the_audit_log_is_audited(admin, clinic):
    admin.get("/audit/")
    assert AuditEvent.objects.filter(action="accounts.looked_at_audit", actor_id=clinic.admin.user_id).count() == 1


def test_audit_log_costs_the_same_for_many(admin, clinic, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        admin.get("/audit/")
    make_rows(clinic, 100)
    with django_assert_max_num_queries(5):
        admin.get("/audit/")


def test_home_is_calm_when_nothing_waits(nurse, monkeypatch):
    monkeypatch.setattr(home_panels, "_answers", {})
    assert "Nothing waits for you" in nurse.get("/").text


def test_home_shows_urgent_first(nurse, monkeypatch):
    def answer(actor, at):
        template = "accounts/_practice_panel.html"
        return [
            Panel("calm", "Calm panel", template, {}, order=1),
            Panel("loud", "Loud panel", template, {}, urgent=True, count=3),
        ]

    monkeypatch.setattr(home_panels, "_answers", {"probe": answer})
    page = nurse.get("/").text
    assert page.index("Loud panel") < page.index("Calm panel")


def test_home_greets_in_the_practice_zone(nurse, clinic):
    page = nurse.get("/")
    local = timezone.localtime(timezone.now(), ZoneInfo(clinic.practice.time_zone))
    assert f"{local:%A}, {local.day} {local:%B %Y}" in page.text
    assert "Nurse / monitor" in page.text


def test_admin_sees_how_the_practice_stands(admin, clinic):
    Client().post("/sign-in/", {"email": clinic.nurse.user.email, "password": "guess guess guess"})
    page = admin.get("/").text
    assert "Refused sign-ins in the last day" in page


@pytest.mark.parametrize(
    ("hour", "words"), [(4, "night"), (5, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening")]
)
def test_greeting(hour, words):

    assert words in greeting(hour)


def test_style_guide_is_for_admins(admin):
    assert admin.get("/style-guide/").status_code == 200


def test_audit_log_as_a_file(clinic, admin):
    """R55: compliance takes what the filters find, safe for spreadsheets, and the taking is itself on record."""
    make_rows(clinic, 3, outcome="denied", patient_id=clinic.practice.pk)
    make_rows(clinic, 2)
    audit.record(build.clinic_with_staff(name="Hill").nurse, "sample.elsewhere", at=timezone.now())
    compliance = build.sign_in(Client(), clinic.compliance)
    assert "CSV of these filters" in compliance.get("/audit/?action=sample").text
    answer = compliance.get("/audit/export/?action=sample&outcome=denied")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows[0][:4] == ["time", "person", "role", "action"]
    assert [row[4] for row in rows[1:]] == ["denied"] * 3
    assert {row[7] for row in rows[1:]} == {str(clinic.practice.pk)}
    assert answer["Content-Disposition"].startswith("attachment")
    event = AuditEvent.objects.get(action="accounts.exported_audit")
    assert (event.actor_id, event.detail) == (clinic.compliance.user_id, {"rows": 3})
    assert compliance.get("/audit/export/?patient=nonsense").status_code == 422
    assert admin.get("/audit/export/").status_code == 403
    assert "CSV of these filters" not in admin.get("/audit/").text
