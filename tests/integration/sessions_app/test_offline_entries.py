"""What devices kept without network: taken once, with its own time, and marked; nobody sends another's (R29, F17)."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.session_store import ACTIVE_KEY
from common.models import AuditEvent
from sessions_app.models import AdverseEvent, Observation, VitalReading
from sessions_app.offline_key import locks_of, owner_of
from sessions_app.views.offline import FILES
from tests.builders import sessions

pytestmark = pytest.mark.django_db
DEVICE = "5f0f9a1c-8a9b-4a55-9c2f-0f3ad1d7a001"


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def session(clinic, now):
    return sessions.dosed_session(clinic, now - timedelta(hours=1))


@pytest.fixture
def keep(client, session, sign_in):
    def send(actor, kind="reading", **values):
        sign_in(actor)
        asked = {"id": str(uuid.uuid4()), "owner": owner_of(actor), "device": DEVICE, "seq": 3, **values}
        asked["entered_at"] = values["entered_at"].isoformat(timespec="milliseconds")
        return client.post(reverse(f"sessions:keep_{kind}", kwargs={"pk": session.pk}), asked)

    return send


def test_an_entry_keeps_its_time_and_says_that_it_waited(clinic, client, session, keep, now):
    entered = now - timedelta(minutes=4)
    answer = keep(clinic.nurse, entered_at=entered, systolic_mmhg="131", diastolic_mmhg="81")
    row = VitalReading.objects.get(pk=answer.json()["saved"])
    assert (answer.status_code, row.occurred_at, row.systolic_mmhg) == (201, entered, 131)
    assert row.recorded_at >= now
    assert row.late_reason.startswith("Entered offline on this device, sent ")
    told = AuditEvent.objects.get(object_id=row.pk, action="sessions.record_reading").detail["offline"]
    assert told == {"device": DEVICE, "seq": 3, "entered_at": entered.isoformat()}
    page = client.get(reverse("sessions:session", kwargs={"pk": session.pk})).text
    assert "late-synced: Entered offline on this device, sent" in page
    assert client.get(reverse("api:session_timeline", kwargs={"pk": session.pk})).text.count("Entered offline") == 1


def test_observations_and_adverse_events_wait_too(clinic, keep, now):
    entered = now - timedelta(minutes=40)
    seen = keep(
        clinic.therapist, "observation", entered_at=entered, what="words", text="Quiet", late_reason="In the room"
    )
    event = keep(clinic.nurse, "adverse_event", entered_at=entered, category="gi", grade="1", relatedness="probable",
                 description="Nausea", action="Head raised", outcome="resolved")  # fmt: skip
    assert Observation.objects.get(pk=seen.json()["saved"]).late_reason.endswith("; In the room")
    assert AdverseEvent.objects.get(pk=event.json()["saved"]).occurred_at == entered


def test_what_may_pass_with_a_reason_asks_for_it(clinic, client, session, keep, now):
    """Touch without a consent, entered without network: the person says why, and it is taken at its own time."""
    entry = {"id": str(uuid.uuid4()), "entered_at": now - timedelta(minutes=4), "what": "touch", "text": "Held a hand"}
    refused = keep(clinic.nurse, "observation", **entry)
    assert refused.status_code == 422
    [ask] = refused.json()["asks"]
    assert ask["name"] == "override_TOUCH_WITHOUT_CONSENT"
    taken = keep(clinic.nurse, "observation", **entry, **{ask["name"]: "The patient asked for it twice"})
    assert taken.status_code == 201
    page = client.get(reverse("sessions:session", kwargs={"pk": session.pk})).text
    assert "late-synced: Entered offline on this device" in page.split('id="timeline"')[1]


def test_the_same_entry_twice_is_one_row(clinic, session, keep, now):
    """F17: the answer to the first got lost."""
    entry = {"id": str(uuid.uuid4()), "entered_at": now - timedelta(minutes=4), "spo2_pct": "97"}
    before = session.readings.count()
    assert [keep(clinic.nurse, **entry).status_code for _ in range(3)] == [201, 200, 200]
    assert session.readings.count() == before + 1


def test_an_entry_that_is_sent_at_once_is_like_any_other(clinic, client, session, keep, now):
    answer = keep(clinic.nurse, entered_at=now - timedelta(minutes=4), spo2_pct="97", attended="1")
    row = VitalReading.objects.get(pk=answer.json()["saved"])
    assert (row.late_reason, row.occurred_at) == ("", row.recorded_at)
    assert "offline" not in AuditEvent.objects.get(object_id=row.pk, action="sessions.record_reading").detail
    assert "The reading is saved." in client.get(reverse("sessions:session", kwargs={"pk": session.pk})).text


@pytest.mark.parametrize(("ahead", "status"), [(timedelta(seconds=90), 201), (timedelta(minutes=10), 422)])
def test_a_device_may_be_a_little_ahead(clinic, keep, now, ahead, status):
    answer = keep(clinic.nurse, entered_at=now + ahead, spo2_pct="97")
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["words"] == ["Happened at: This time is in the future. Enter when it happened."]


def test_what_is_refused_says_why_beside_its_field(clinic, session, keep, now):
    before = session.readings.count()
    answer = keep(clinic.nurse, entered_at=now, systolic_mmhg="80", diastolic_mmhg="120")
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["diastolic_mmhg"]
    assert "below systolic" in answer.json()["words"][0]
    assert session.readings.count() == before


def test_a_signed_session_takes_nothing_and_says_so(clinic, keep, client, sign_in, now):
    signed = sessions.signed_session(clinic, now - timedelta(hours=8))
    asked = {"id": str(uuid.uuid4()), "owner": owner_of(clinic.nurse), "device": DEVICE, "seq": 1, "spo2_pct": "97"}
    asked["entered_at"] = (now - timedelta(hours=7)).isoformat(timespec="milliseconds")
    sign_in(clinic.nurse)
    answer = client.post(reverse("sessions:keep_reading", kwargs={"pk": signed.pk}), asked)
    assert answer.status_code == 422
    assert "This session is signed. Add an addendum instead." in answer.json()["words"][0]


def test_nobody_sends_what_another_person_entered(clinic, session, keep, now):
    """F17: the cookie is the other person's, the entry is not."""
    before = session.readings.count()
    answer = keep(clinic.prescriber, owner=owner_of(clinic.nurse), entered_at=now, spo2_pct="97")
    assert (answer.status_code, answer.json()["code"]) == (409, "OTHER_PERSON")
    assert session.readings.count() == before


def test_an_entry_without_its_marks_is_refused(clinic, client, session, sign_in):
    sign_in(clinic.nurse)
    answer = client.post(reverse("sessions:keep_reading", kwargs={"pk": session.pk}), {"spo2_pct": "97"})
    assert answer.status_code == 422
    assert len(answer.json()["words"]) == 5


def test_who_is_not_on_the_roster_sends_nothing(clinic, keep, now):
    answer = keep(clinic.admin, entered_at=now, spo2_pct="97")
    assert answer.status_code == 403


def test_what_a_device_asks_by_itself_extends_no_sign_in(clinic, client, keep, now):
    """R29: the sign-in was last used ten minutes ago, and still was after entries arrived."""
    keep(clinic.nurse, entered_at=now, spo2_pct="97")
    kept = client.session
    kept[ACTIVE_KEY] = used = now.timestamp() - 600
    kept.save()
    for name in ("offline", "offline_worker", "offline_state"):
        assert client.get(reverse(f"sessions:{name}")).status_code == 200
    assert client.session[ACTIVE_KEY] == used
    client.get("/")
    assert client.session[ACTIVE_KEY] > used


def test_the_locks_belong_to_one_person_of_one_practice(clinic, other_clinic, settings):
    people = (clinic.nurse, clinic.prescriber, other_clinic.nurse)
    assert len({owner_of(one) for one in people}) == len({locks_of(one)[0] for one in people}) == 3
    before = locks_of(clinic.nurse)[0]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (
        "the next one, made of fifty signs and then some",
        [settings.SECRET_KEY],
    )
    now, old = locks_of(clinic.nurse)
    assert (old, now != before) == (before, True)


def test_the_state_is_of_who_is_signed_in(clinic, client, sign_in):
    assert client.get(reverse("sessions:offline_state")).status_code == 302
    sign_in(clinic.nurse)
    told = client.get(reverse("sessions:offline_state")).json()
    assert (told["owner"], told["locks"]) == (owner_of(clinic.nurse), locks_of(clinic.nurse))


def test_the_page_without_network_names_nobody_and_has_its_files(clinic, client, sign_in):
    """A device keeps this page: whoever finds it learns nothing."""
    sign_in(clinic.nurse)
    page = client.get(reverse("sessions:offline")).text
    assert clinic.nurse.name not in page
    assert clinic.practice.name not in page
    assert "csrf" not in page.lower()
    worker = client.get(reverse("sessions:offline_worker"))
    assert worker["Content-Type"] == "text/javascript"
    named = {part.split('"')[0] for part in page.split("/static/")[1:]}
    assert named
    assert not {name for name in named if f'"/static/{name}"' not in worker.text}
    imported = {name for name in FILES if name.startswith("js/offline")}
    for name in imported:
        source = (settings.BASE_DIR / "static" / name).read_text()
        for other in (part.split('"')[0] for part in source.split('from "./')[1:]):
            assert f"js/{other}" in FILES, f"{name} needs {other}, which the device would not have"


def test_what_is_given_up_leaves_an_audit_row(clinic, client, session, sign_in):
    sign_in(clinic.nurse)
    told = {"id": str(uuid.uuid4()), "owner": owner_of(clinic.nurse), "session_id": str(session.pk), "what": "reading"}
    told |= {"device": DEVICE, "seq": 7}
    assert client.post(reverse("sessions:offline_discard"), told).status_code == 200
    row = AuditEvent.objects.get(action="sessions.discard_kept_entry")
    assert (row.object_id, row.patient_id, row.detail["entry"]) == (session.pk, session.patient_id, told["id"])
    gone = client.post(reverse("sessions:offline_discard"), {**told, "session_id": str(uuid.uuid4())})
    assert gone.status_code == 200
    assert AuditEvent.objects.filter(action="sessions.discard_kept_entry", patient_id=None).count() == 1
    other = client.post(reverse("sessions:offline_discard"), {**told, "owner": owner_of(clinic.prescriber)})
    assert other.status_code == 409
    assert client.post(reverse("sessions:offline_discard"), {}).status_code == 422


@pytest.mark.parametrize(("posted", "header"), [({"nothing_waits": "yes"}, '"cache", "storage"'), ({}, None)])
def test_sign_out_clears_the_device_only_when_nothing_waits_there(clinic, client, sign_in, posted, header):
    """R85."""
    sign_in(clinic.nurse)
    answer = client.post(reverse("accounts:sign_out"), posted)
    assert answer.headers.get("Clear-Site-Data") == header


def test_without_network_the_page_says_that_nothing_is_judged(clinic, client, session, sign_in):
    sign_in(clinic.nurse)
    assert "No value is judged on this page" in client.get(reverse("sessions:offline")).text
    cockpit = client.get(reverse("sessions:session", kwargs={"pk": session.pk})).text
    assert "Until then no value is judged" in cockpit


def test_a_late_value_is_judged_when_it_arrives(clinic, client, session, keep, now):
    """F17: an oxygen saturation of 85 % that waited is as critical as one that did not."""
    keep(clinic.nurse, entered_at=now - timedelta(minutes=4), spo2_pct="85")
    page = client.get(reverse("sessions:session", kwargs={"pk": session.pk})).text
    assert "Critical" in page.split('id="session-now"')[1].split('id="enter-reading"')[0]
