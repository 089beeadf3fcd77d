"""People see where they are signed in and end it; an admin ends a colleague's (R32)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.browser_names import browser_name
from accounts.models import SignIn
from accounts.session_store import row_id
from common.models import AuditEvent
from tests.integration.accounts.test_signing_in import enter

pytestmark = pytest.mark.django_db
PAGE = "/account/sign-ins/"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604"


def signed_in(who, browser: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": browser})
    assert enter(client, who.user.email).status_code == 302
    return client


def id_of(client: Client):
    return row_id(client.session.session_key)


def test_page_names_own_browsers_and_no_others(clinic):
    here, phone = signed_in(clinic.nurse), signed_in(clinic.nurse, IPHONE)
    signed_in(clinic.admin, MAC)
    page = here.get(PAGE)
    assert page.status_code == 200
    assert "Firefox on Windows" in page.text
    assert "Safari on iPhone" in page.text
    assert "Chrome on Mac" not in page.text
    assert page.text.count("this browser") == 1
    assert f"/account/sign-ins/{id_of(here)}/end/" not in page.text
    assert f"/account/sign-ins/{id_of(phone)}/end/" in page.text
    for client in (here, phone):
        assert client.session.session_key not in page.text


def test_ended_sign_in_is_out_on_its_next_request(clinic):
    here, phone = signed_in(clinic.nurse), signed_in(clinic.nurse, IPHONE)
    address = reverse("accounts:end_sign_in", args=[id_of(phone)])
    assert here.post(address)["Location"] == PAGE
    assert phone.get("/")["Location"].startswith("/sign-in/")
    assert here.get("/").status_code == 200
    assert here.post(address).status_code == 404  # gone already
    row = AuditEvent.objects.get(action="accounts.end_sign_in")
    assert (row.actor_id, row.detail) == (clinic.nurse.user_id, {"sign_ins": 1})


def test_ending_the_one_in_use_signs_out(clinic):
    here = signed_in(clinic.nurse)
    answer = here.post(reverse("accounts:end_sign_in", args=[id_of(here)]))
    assert answer["Location"] == "/sign-in/"
    assert here.get("/").status_code == 302
    assert not SignIn.objects.filter(user_id=clinic.nurse.user_id).exists()


def test_all_others_end_and_this_one_stays(clinic):
    here, phone, colleague = signed_in(clinic.nurse), signed_in(clinic.nurse, IPHONE), signed_in(clinic.admin)
    answer = here.post(reverse("accounts:end_other_sign_ins"), follow=True)
    assert "Ended everywhere else: 1." in answer.text
    assert phone.get("/").status_code == 302
    assert colleague.get("/").status_code == 200
    assert "You were signed in nowhere else." in here.post(reverse("accounts:end_other_sign_ins"), follow=True).text


def test_a_colleagues_sign_in_does_not_exist(clinic):
    other = signed_in(clinic.admin)
    assert signed_in(clinic.nurse).post(reverse("accounts:end_sign_in", args=[id_of(other)])).status_code == 404
    assert other.get("/").status_code == 200


def test_admin_ends_a_colleagues(clinic):
    tablet, admin = signed_in(clinic.nurse), signed_in(clinic.admin)
    address = reverse("accounts:end_staff_sign_ins", args=[clinic.nurse.membership_id])
    page = admin.post(address, follow=True)
    assert "is signed out everywhere (1)." in page.text
    assert tablet.get("/").status_code == 302
    assert "was signed in nowhere." in admin.post(address, follow=True).text
    assert signed_in(clinic.prescriber).post(address).status_code == 403
    assert AuditEvent.objects.filter(action="accounts.end_staff_sign_ins", role="admin").count() == 2


def test_queries_do_not_grow_with_the_sign_ins(clinic):
    here = signed_in(clinic.nurse)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            here.get(PAGE)
        counts.append(len(seen))
        signed_in(clinic.nurse, IPHONE)
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        (MAC, "Chrome on Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_browser_in_words(told, name):
    assert browser_name(told) == name
