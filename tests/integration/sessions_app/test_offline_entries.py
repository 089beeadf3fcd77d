"""What devices kept without network: taken once, with its own time, and marked; nobody sends another's (R29, F17)."""

import re
import uuid
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from accounts.session_store import ACTIVE_KEY
from common.models import AuditEvent
from sessions_app import actions
from sessions_app.forms.offline import WHY_DISCARDED
from sessions_app.models import Observation, VitalReading
from sessions_app.offline_key import locks_of, owner_of
from sessions_app.views.entry_forms import ENTRY_FORMS
from sessions_app.views.offline import FILES
from tests.builders import accounts, sessions

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
        to = values.pop("to", session)
        asked = {"id": str(uuid.uuid4()), "owner": owner_of(actor), "device": DEVICE, "seq": 3, **values}
        asked["entered_at"] = values["entered_at"].isoformat(timespec="milliseconds")
        return client.post(reverse("sessions:keep", kwargs={"pk": to.pk, "what": kind}), asked)

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


def test_why_it_is_late_is_kept_beside_that_it_waited(clinic, keep, now):
    entered = now - timedelta(minutes=40)
    seen = keep(
        clinic.therapist, "observation", entered_at=entered, what="words", text="Quiet", late_reason="In the room"
    )
    assert Observation.objects.get(pk=seen.json()["saved"]).late_reason.endswith("; In the room")


ALDRETE = dict.fromkeys(("activity", "respiration", "circulation", "consciousness", "oxygen"), "2")
PAUSE, STOP = {"what": "pause", "reason": "Too intense"}, {"how": "stopped", "reason": "Asked to stop"}
EVENT = {"category": "gi", "grade": "1", "relatedness": "probable", "outcome": "resolved"}
RESCUE = {"drug": "ondansetron", "dose": "4", "unit": "mg", "route": "PO", "reason": "Nausea"}
KEPT = {
    "reading": {"spo2_pct": "97"},
    "observation": {"what": "words", "text": "Quiet"},
    "adverse_event": {**EVENT, "description": "Nausea", "action": "Head raised"},
    "RASS": {"rating": "-1"},
    "ALDRETE": ALDRETE,
    "CADSS6": {"rating": "3"},
    "rescue_drug": lambda clinic: {
        **RESCUE,
        "ordered_by_id": clinic.prescriber.membership_id,
        "given_by_id": clinic.nurse.membership_id,
    },
    "room_entry": lambda clinic: {"membership_id": clinic.therapist.membership_id, "went": "out"},
    "room_consent": {"about": "music", "is_given": "yes"},
    "infusion_change": PAUSE,
    "infusion_end": STOP,
    "stop_early": {"reason": "Asked to stop"},
}


@pytest.fixture
def infused(clinic, now):
    return sessions.dosed_session(clinic, now - timedelta(minutes=40), route="IV")


@pytest.mark.parametrize("kind", ENTRY_FORMS)
def test_every_kind_of_entry_is_kept_once_with_its_own_time(clinic, client, session, infused, keep, now, kind):
    """F17: as sent, sent again because the answer got lost, and sent once more; it says that it waited."""
    actions.save_session_settings(by=clinic.prescriber, at=now, phrases=[], cadss6_licence="Granted 2026-01")
    to = infused if kind.startswith("infusion") else session
    values = KEPT[kind](clinic) if callable(KEPT[kind]) else KEPT[kind]
    if to is infused:
        values = {**values, "administration_id": str(infused.dosing_record.administrations.get().pk), "version": "1"}
    entry = {"id": str(uuid.uuid4()), "entered_at": now - timedelta(minutes=4), "to": to, **values}

    answers = [keep(clinic.nurse, kind, **dict(entry)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 200, 200], answers[0].text
    saved = answers[0].json()["saved"]
    assert saved == entry["id"]
    [row] = AuditEvent.objects.filter(object_id=saved, detail__has_key="offline")
    assert row.detail["offline"]["entered_at"] == entry["entered_at"].isoformat()
    told = client.get(reverse("api:session_timeline", kwargs={"pk": to.pk})).json()["events"]
    [event] = [one for one in told if one["id"] == saved]
    assert datetime.fromisoformat(event["occurred_at"]) == entry["entered_at"]
    assert event["late_reason"].startswith("Entered offline on this device")
    assert "late-synced" in client.get(reverse("sessions:session", kwargs={"pk": to.pk})).text


def test_what_was_done_at_the_pump_before_somebody_else_s_change_is_refused_with_words(clinic, infused, keep, now):
    """The order of times decides, not whose page was older; the nurse then says when it was, or gives it up."""
    running = infused.dosing_record.administrations.get()
    actions.change_session_infusion(
        session=infused, administration_id=running.pk, by=clinic.prescriber, at=now, what="pause", reason="Too intense"
    )
    entry = {"administration_id": str(running.pk), "what": "resume", "reason": "Calm again", "to": infused}

    refused = keep(clinic.nurse, "infusion_change", entered_at=now - timedelta(minutes=4), **entry)
    taken = keep(clinic.nurse, "infusion_change", entered_at=timezone.now(), **entry)

    assert refused.status_code == 422
    assert "This is before the change recorded last" in refused.json()["words"][0]
    assert taken.status_code == 201


def test_an_early_stop_that_somebody_else_recorded_first_says_so(clinic, session, keep, now):
    actions.start_recovery(session=session, by=clinic.prescriber, at=now)
    refused = keep(clinic.nurse, "stop_early", entered_at=now - timedelta(minutes=4), reason="Asked to stop")
    assert (refused.status_code, refused.json()["words"]) == (
        409,
        ["Somebody changed this session first. It is now: recovery."],
    )


def test_a_device_learns_what_it_has_to_know_of_the_session(clinic, client, session, infused, sign_in):
    """Only what may be entered now, and nothing about the patient; one statement for all of the staff."""
    client = sign_in(clinic.nurse)
    address = "sessions:offline_choices"
    injected = client.get(reverse(address, kwargs={"pk": session.pk})).json()
    told = client.get(reverse(address, kwargs={"pk": infused.pk}))
    assert {"stop_early"} == set(injected["may"]) - set(told.json()["may"])
    assert {"infusion_change", "infusion_end"} == set(told.json()["may"]) - set(injected["may"])
    assert "CADSS6" not in told.json()["may"]
    people = told.json()["choices"]
    staff = Membership.objects.filter(practice=clinic.practice).count()
    assert (len(people["membership_id"]), len(people["ordered_by_id"]), len(people["given_by_id"])) == (staff, 1, 2)
    assert [words.split(",")[0] for _, words in people["administration_id"]] == ["Dose 1"]
    assert infused.patient.family_name not in told.text
    therapist = sign_in(clinic.therapist).get(reverse(address, kwargs={"pk": infused.pk})).json()
    assert {"observation", "room_entry", "room_consent"} == set(therapist["may"])
    client = sign_in(clinic.nurse)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(address, kwargs={"pk": infused.pk}))
        counts.append(len(queries))
        accounts.staff(clinic.practice, [Role.NURSE])
    assert counts[0] == counts[1] <= 10


@pytest.mark.parametrize("what", ["dose", "discharge", "nonsense"])
def test_nothing_else_is_kept(clinic, keep, now, what):
    assert keep(clinic.nurse, what, entered_at=now).status_code == 404


@pytest.mark.parametrize(
    ("name", "needs_server"), [("give_dose", True), ("discharge", True), ("observation", False), ("stop_early", False)]
)
def test_a_page_says_without_network_what_cannot_wait(clinic, client, session, sign_in, name, needs_server):
    page = sign_in(clinic.nurse).get(reverse(f"sessions:{name}", kwargs={"pk": session.pk})).text
    assert ("This can only be recorded with network" in page) is needs_server
    assert (f'data-offline="{name}"' in page) is not needs_server


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
    answer = client.post(reverse("sessions:keep", kwargs={"pk": signed.pk, "what": "reading"}), asked)
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
    answer = client.post(reverse("sessions:keep", kwargs={"pk": session.pk, "what": "reading"}), {"spo2_pct": "97"})
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


def test_the_device_has_every_drawing_of_its_style_sheets():
    """A ticked box without its tick would be told by its colour alone."""
    sheets = [name for name in FILES if name.startswith("css/")]
    assert sheets
    for name in sheets:
        for drawing in re.findall(
            r'url\("\.\./(img/[\w-]+\.svg)"\)', (settings.BASE_DIR / "static" / name).read_text()
        ):
            assert drawing in FILES, f"{name} needs {drawing}, which the device would not have"


def test_what_is_given_up_leaves_an_audit_row(clinic, client, session, sign_in):
    sign_in(clinic.nurse)
    told = {"id": str(uuid.uuid4()), "owner": owner_of(clinic.nurse), "session_id": str(session.pk), "what": "reading"}
    told |= {"device": DEVICE, "seq": 7, "reason": "wrong"}
    assert client.post(reverse("sessions:offline_discard"), told).status_code == 200
    row = AuditEvent.objects.get(action="sessions.discard_kept_entry")
    assert (row.object_id, row.patient_id, row.detail["entry"]) == (session.pk, session.patient_id, told["id"])
    assert row.detail["reason"] == "wrong"
    gone = client.post(reverse("sessions:offline_discard"), {**told, "session_id": str(uuid.uuid4())})
    assert gone.status_code == 200
    assert AuditEvent.objects.filter(action="sessions.discard_kept_entry", patient_id=None).count() == 1
    other = client.post(reverse("sessions:offline_discard"), {**told, "owner": owner_of(clinic.prescriber)})
    assert other.status_code == 409
    for change in ({"reason": ""}, {"what": "dose"}):
        assert client.post(reverse("sessions:offline_discard"), {**told, **change}).status_code == 422
    script = (settings.BASE_DIR / "static/js/offline-list.js").read_text()
    assert all(f"{reason}: " in script for reason in WHY_DISCARDED)


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
