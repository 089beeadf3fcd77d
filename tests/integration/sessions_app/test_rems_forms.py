"""The REMS form: owed by each esketamine session, filled from that session only, recorded when a person sent it."""

import hashlib
import json
import re
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from sessions_app import actions
from sessions_app.models import RemsForm, RemsSubmission
from sessions_app.rems.filling import fill, load_rems_facts
from sessions_app.rems_home import home_panels_for
from sessions_app.signed_content import _plain, content_of, is_intact
from tests.builders import accounts, sessions

pytestmark = pytest.mark.django_db
NO_FORM = "This is not a session with esketamine"


@pytest.fixture
def treated(clinic, hours_ago):
    """Discharged after one device, hours ago."""
    return sessions.discharged_session(clinic, hours_ago(5), "ESK")


def api(actor) -> Client:
    return Client(headers={"Authorization": f"Token {accounts.api_token(actor)}"})


def form_of(session) -> RemsForm:
    return RemsForm.objects.get(session=session)


def filled(session) -> dict:
    return fill(load_rems_facts(sessions.stored(session)))


# the check before the dose


def test_no_device_before_the_check(clinic, hours_ago):
    session = sessions.named_roster(clinic, sessions.scheduled_session(clinic, hours_ago(3), "ESK"), hours_ago(3))
    arrival = {**sessions.ARRIVAL, **sessions.BASELINE}
    actions.check_in_patient(session=session, by=clinic.nurse, at=hours_ago(3), **arrival)
    assert "REMS_CHECK_MISSING" in codes(clinic, session, hours_ago(2.9))
    for answer, code in (("is_enrolled", "REMS_NOT_ENROLLED"), ("is_counselled", "REMS_NOT_COUNSELLED")):
        sessions.rems_check(clinic, session, hours_ago(2.8), **{answer: False})
        assert {one for one in codes(clinic, session, hours_ago(2.7)) if one.startswith("REMS")} == {code}
    sessions.rems_check(clinic, session, hours_ago(2.6))
    assert not {one for one in codes(clinic, session, hours_ago(2.5)) if one.startswith("REMS")}


def test_only_who_may_fill_in_the_check_is_led_there(clinic, hours_ago, sign_in):
    session = sessions.named_roster(clinic, sessions.scheduled_session(clinic, hours_ago(3), "ESK"), hours_ago(3))
    link = reverse("sessions:rems_check", args=[session.pk])
    for reader, is_led in ((clinic.nurse, True), (clinic.therapist, False)):
        page = sign_in(reader).get(reverse("sessions:session", args=[session.pk])).text
        assert "Fill in the REMS check" in page
        assert (link in page) is is_led


def codes(clinic, session, at) -> set[str]:
    with pytest.raises(Blocked) as refusal:
        sessions.give(clinic, session, at)
    return {blocker.code for blocker in refusal.value.blockers}


def test_other_routes_know_nothing_of_it(clinic, hours_ago):
    session = sessions.checked_in_session(clinic, hours_ago(1), "IM")
    with pytest.raises(InvalidInput, match=NO_FORM):
        sessions.rems_check(clinic, session, hours_ago(1))
    sessions.give(clinic, session, hours_ago(0.9))
    assert not RemsForm.objects.exists()


def test_the_check_belongs_before_the_dose(clinic, treated):
    with pytest.raises(StaleState):
        sessions.rems_check(clinic, treated, timezone.now())


def test_the_check_is_part_of_what_is_signed(clinic, hours_ago):
    session = sessions.signed_session(clinic, hours_ago(8), "ESK")
    assert is_intact(session)
    before = session.content_sha256
    without = content_of(session)
    assert without.pop("rems_checks")
    assert digest(without) != before == digest(content_of(session))


def digest(content: dict) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


# the form


def test_the_first_device_opens_the_form(clinic, treated):
    form = form_of(treated)
    day = treated.first_dose_at.astimezone(ZoneInfo(clinic.practice.time_zone)).date()
    assert form.due_on == day + timedelta(days=7)
    assert (form.submitted_at, form.version) == (None, 0)
    assert AuditEvent.objects.filter(action="sessions.open_rems_form", patient_id=treated.patient_id).count() == 1


def test_it_is_filled_from_this_session_only(clinic, hours_ago):
    """The session before had other vital signs, another lot, sedation and a serious event; none of it comes along."""
    before = sessions.dosed_session(clinic, hours_ago(80), "ESK")
    dosed = before.first_dose_at
    sessions.reading(clinic, before, dosed + timedelta(minutes=40), systolic_mmhg=171, diastolic_mmhg=101, moaas=3)
    actions.record_adverse_event(
        session=before,
        by=clinic.nurse,
        at=dosed + timedelta(minutes=41),
        category="sedation",
        grade=3,
        is_serious=True,
        relatedness="probable",
        description="Hard to wake",
        action="Oxygen",
        outcome="resolved",
    )
    assert filled(before)["sedation"] is True
    assert filled(before)["serious_event"] is True

    passed = {"by": clinic.prescriber, "overrides": {"NOTE_MISSING": "Spoken with the therapist today"}}
    now = sessions.discharged_session(clinic, hours_ago(5), "ESK", series=before.series, **passed)
    told = filled(now)

    lot = now.dosing_record.lot_numbers.strip()
    assert lot != before.dosing_record.lot_numbers.strip()
    assert (told["bp_before"], told["bp_40"], told["bp_after"]) == ("122/78",) * 3
    assert (told["lot_numbers"], told["dose"], told["observed_min"]) == (lot, "other: 28 mg", 120)
    assert told["monitor_name"].startswith(clinic.nurse.name)
    assert told["monitor_email"] == clinic.members["nurse"].user.email
    assert told["is_enrolled"] is True
    words = json.dumps(told)
    for old in ("171/101", before.dosing_record.lot_numbers.strip(), "Hard to wake"):
        assert old not in words


def test_a_finding_says_yes_and_no_is_asked(clinic, treated, hours_ago):
    told = filled(treated)
    assert [told[key] for key in ("sedation", "dissociation", "serious_event")] == [None] * 3
    other = sessions.dosed_session(clinic, hours_ago(4), "ESK")
    start = other.first_dose_at
    for minute, moaas, dissociation in ((20, 5, 1), (40, 3, 2), (60, 4, 1), (90, 5, 0)):
        sessions.reading(clinic, other, start + timedelta(minutes=minute), moaas=moaas, dissociation=dissociation)
    told = filled(other)
    assert (told["sedation"], told["sedation_onset_min"], told["sedation_resolved_min"]) == (True, 40, 90)
    assert told["sedation_severity"] == "lowest MOAA/S 3"
    assert (told["dissociation"], told["dissociation_onset_min"], told["dissociation_resolved_min"]) == (True, 20, 90)
    assert told["dissociation_severity"] == "moderate"


def test_a_corrected_reading_is_not_taken(clinic, hours_ago):
    session = sessions.dosed_session(clinic, hours_ago(4), "ESK")
    at = session.first_dose_at + timedelta(minutes=40)
    wrong = sessions.reading(clinic, session, at, systolic_mmhg=210, diastolic_mmhg=120, moaas=2)
    sessions.reading(clinic, session, at, corrects_id=wrong.pk, note="Typed wrongly")
    told = filled(session)
    assert (told["bp_40"], told["sedation"]) == ("122/78", None)


@pytest.mark.parametrize(("minute", "is_taken"), [(29, False), (30, True), (55, True), (56, False)])
def test_about_forty_minutes(clinic, hours_ago, minute, is_taken):
    session = sessions.dosed_session(clinic, hours_ago(4), "ESK")
    sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=minute), systolic_mmhg=131)
    assert filled(session)["bp_40"] == ("131/78" if is_taken else None)


# submitting


def test_a_submission_is_kept_as_it_went(clinic, treated):
    at = treated.ended_at + timedelta(hours=1)
    row = sessions.rems_submitted(clinic, treated, at)
    form = form_of(treated)
    assert (form.version, form.submitted_at) == (1, at)
    assert row.recorded_by_id == clinic.nurse.membership_id
    assert row.answers["bp_40"] == {"value": "122/78", "by": "session"}
    assert row.answers["ready_min"] == {"value": 95, "by": "person"}
    assert row.form_version == "2021-11.1"
    with pytest.raises(RecordFrozen):
        row.save()
    act = AuditEvent.objects.get(action="sessions.record_rems_submission", outcome="done")
    assert act.detail["sha256"] == row.content_sha256
    assert "122/78" not in str(act.detail)


def test_a_second_version_says_why_and_leaves_the_first(clinic, treated):
    at = treated.ended_at + timedelta(hours=1)
    first = sessions.rems_submitted(clinic, treated, at)
    with pytest.raises(InvalidInput, match="Say why"):
        sessions.rems_submitted(clinic, treated, at + timedelta(minutes=5), confirmation_number="R-1002")
    again = sessions.rems_submitted(
        clinic, treated, at + timedelta(minutes=5), confirmation_number="R-1002", reason="The portal lost it", version=1
    )
    assert (first.version, again.version, form_of(treated).version) == (1, 2, 2)
    assert RemsSubmission.objects.get(pk=first.pk).confirmation_number == "R-1001"


def test_two_people_cannot_submit_the_same_view(clinic, treated):
    at = treated.ended_at + timedelta(hours=1)
    sessions.rems_submitted(clinic, treated, at, version=0)
    with pytest.raises(StaleState):
        sessions.rems_submitted(clinic, treated, at, version=0, reason="The portal lost it")
    assert RemsSubmission.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"password": "wrong"}, "password"),
        ({"confirmation_number": "  "}, "confirmation_number"),
        ({"answers": {"ready_min": None}}, "ready_min"),
        ({"answers": {"vitals_ok_after": None}}, "vitals_ok_after"),
        ({"reason": "Just so, first time"}, "reason"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_kept(clinic, treated, changed, field):
    with pytest.raises(InvalidInput) as refusal:
        sessions.rems_submitted(clinic, treated, treated.ended_at + timedelta(hours=1), **changed)
    assert list(refusal.value.fields) == [field]
    assert form_of(treated).submitted_at is None


def test_it_waits_until_the_patient_has_left(clinic, hours_ago):
    session = sessions.dosed_session(clinic, hours_ago(1), "ESK")
    with pytest.raises(Blocked) as refusal:
        sessions.rems_submitted(clinic, session, timezone.now())
    assert [blocker.code for blocker in refusal.value.blockers] == ["REMS_SESSION_OPEN"]


def test_a_submission_is_not_before_the_patient_left(clinic, treated):
    at = treated.ended_at + timedelta(minutes=20)
    earlier = treated.ended_at - timedelta(minutes=2)
    with pytest.raises(InvalidInput, match="before the patient left"):
        sessions.rems_submitted(clinic, treated, at, occurred_at=earlier, late_reason="Faxed before")


# pages


def page(sign_in, actor, name, session) -> str:
    response = sign_in(actor).get(reverse(name, args=[session.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_page_shows_what_is_told_and_what_is_asked(clinic, treated, sign_in):
    text = page(sign_in, clinic.nurse, "sessions:rems", treated)
    for words in ("7 days left", "122/78", "other: 28 mg", "Nothing is sent from here", "not told by this session"):
        assert words in text
    form = page(sign_in, clinic.nurse, "sessions:submit_rems", treated)
    for key in ("ready_min", "vitals_ok_before", "vitals_ok_after", "sedation", "serious_event", "sex"):
        assert f'name="{key}"' in form
    for key in ("bp_before", "lot_numbers", "dose"):
        assert f'name="{key}"' not in form
    assert not re.search(r"<input[^>]* checked", form)


def test_a_nurse_completes_and_records_it(clinic, treated, sign_in):
    client, address = sign_in(clinic.nurse), reverse("sessions:submit_rems", args=[treated.pk])
    answers = {**sessions.REMS_ANSWERS, "confirmation_number": "R-77", "password": accounts.PASSWORD, "version": 0}
    posted = {
        key: {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        for key, value in answers.items()
    }
    refused = client.post(address, {**posted, "ready_min": ""})
    assert refused.status_code == 422
    assert "This session does not tell it: answer it." in refused.content.decode()
    assert 'value="R-77"' in refused.content.decode()
    assert client.post(address, posted).status_code == 302
    assert "R-77" in page(sign_in, clinic.nurse, "sessions:rems", treated)
    stale = client.post(address, {**posted, "reason": "Sent it twice"})
    assert stale.status_code == 409


@pytest.mark.parametrize("who", ["admin", "compliance"])
def test_the_office_sees_the_clock_not_the_answers(clinic, treated, sign_in, who):
    """R12."""
    sessions.rems_submitted(clinic, treated, treated.ended_at + timedelta(hours=1))
    actor = getattr(clinic, who)
    text = page(sign_in, actor, "sessions:rems", treated)
    assert "R-1001" in text
    told = api(actor).get(f"/api/v1/sessions/{treated.pk}/rems").json()
    assert (told["fields_now"], told["submissions"][0]["fields_sent"]) == ([], [])
    for words in ("122/78", "MOAA/S", "sedation"):
        assert words not in text.lower()
        assert words not in json.dumps(told)
    assert sign_in(actor).get(reverse("sessions:submit_rems", args=[treated.pk])).status_code == 403


def test_therapist_and_strangers_find_nothing(clinic, other_clinic, treated, sign_in):
    off_team = accounts.actor(accounts.staff(clinic.practice, ["prescriber", "nurse"]))
    for actor, status in ((clinic.therapist, 403), (off_team, 404), (other_clinic.admin, 404)):
        assert sign_in(actor).get(reverse("sessions:rems", args=[treated.pk])).status_code == status
    told = {"rems_form": form_of(treated), "at": timezone.now(), "answers": {}, "confirmation_number": "R"}
    for actor in (clinic.therapist, clinic.admin, off_team, other_clinic.nurse):
        with pytest.raises((NotPermitted, OutOfScope)):
            actions.record_rems_submission(by=actor, password=accounts.PASSWORD, **told)


@pytest.fixture
def three(clinic, hours_ago):
    """One overdue by two days, one owed, one submitted."""
    overdue = sessions.discharged_session(clinic, hours_ago(24 * 9), "ESK")
    owed = sessions.discharged_session(clinic, hours_ago(24 * 2), "ESK")
    done = sessions.discharged_session(clinic, hours_ago(24 * 3), "ESK")
    sessions.rems_submitted(clinic, done, done.ended_at + timedelta(hours=1))
    return overdue, owed, done


def test_the_work_list_is_loud_where_it_must_be(clinic, three, sign_in):
    overdue, owed, done = three
    client = sign_in(clinic.nurse)
    text = client.get(reverse("sessions:rems_list")).content.decode()
    assert text.index(overdue.patient.name) < text.index(owed.patient.name)
    assert "Overdue by 2 days" in text
    assert "5 days left" in text
    assert done.patient.name not in text
    assert done.patient.name in client.get(reverse("sessions:rems_list") + "?show=submitted").content.decode()
    only = client.get(reverse("sessions:rems_list") + "?show=overdue").content.decode()
    assert overdue.patient.name in only
    assert owed.patient.name not in only


def test_home_counts_them(clinic, three):
    [panel] = home_panels_for(clinic.nurse, timezone.now())
    assert (panel.count, panel.urgent, panel.context["overdue_words"]) == (2, True, "1 overdue")
    [panel] = home_panels_for(clinic.admin, timezone.now())
    assert panel.count == 2
    assert home_panels_for(clinic.therapist, timezone.now()) == []


def test_the_api_lists_them(clinic, three):
    overdue, owed, done = three
    client = api(clinic.nurse)
    rows = client.get("/api/v1/rems-forms").json()["results"]
    assert [(row["session"], row["days_left"]) for row in rows] == [(str(overdue.pk), -2), (str(owed.pk), 5)]
    [row] = client.get("/api/v1/rems-forms?show=submitted").json()["results"]
    assert (row["session"], row["days_left"], row["state"]) == (str(done.pk), None, "submitted")
    assert client.get("/api/v1/rems-forms?show=all").status_code == 422
    detail = client.get(f"/api/v1/sessions/{done.pk}/rems").json()
    told = {one["key"]: one["value"] for one in detail["submissions"][0]["fields_sent"]}
    assert (told["bp_40"], told["ready_min"]) == ("122/78", 95)
    assert detail["submissions"][0]["confirmation_number"] == "R-1001"


@pytest.mark.parametrize("name", ["rems_list", "api"])
def test_queries_do_not_grow_with_the_list(clinic, hours_ago, sign_in, name):
    client = sign_in(clinic.nurse) if name == "rems_list" else api(clinic.nurse)
    address = reverse("sessions:rems_list") if name == "rems_list" else "/api/v1/rems-forms"
    counts = []
    for number in (1, 4):
        for _ in range(number):
            sessions.dosed_session(clinic, hours_ago(3), "ESK")
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 9


def test_a_form_costs_the_same_for_many_readings(clinic, hours_ago, sign_in):
    few, many = (sessions.dosed_session(clinic, hours_ago(3), "ESK") for _ in range(2))
    for number in range(20):
        sessions.reading(clinic, many, many.first_dose_at + timedelta(minutes=number + 1))
    client, counts = sign_in(clinic.nurse), []
    for session in (few, many):
        address = reverse("sessions:rems", args=[session.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 13


def test_devices_add_up(clinic, hours_ago):
    session = sessions.dosed_session(clinic, hours_ago(4), "ESK", drawn_mg=Decimal(28))
    at = session.first_dose_at + timedelta(minutes=5)
    sessions.give(clinic, sessions.stored(session), at, drawn_mg=Decimal(28))
    told = filled(session)
    assert told["dose"] == "56 mg"
    assert len(told["lot_numbers"].split(", ")) == 2
