"""Alarm limits and schedules as rows of the practice: who sets them, from when on they hold, what is refused."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from common.errors import InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from sessions_app import actions
from sessions_app.board_page import load_board
from sessions_app.clock_rules import as_values
from sessions_app.models import MonitoringSetting
from sessions_app.monitoring import CLOCKS
from sessions_app.monitoring_settings import ABOUT
from sessions_app.practice_monitoring import monitoring_of
from sessions_app.session_facts import load_facts
from sessions_app.session_page import load_session_page
from sessions_app.starting_values import starting_values
from sessions_app.vital_limits import DEFAULT_LADDER
from sessions_app.vital_table import default_values
from tests.builders import sessions

pytestmark = pytest.mark.django_db
TOLD = {"source": "Dr Vale, practice rule 7", "note": "Older patients here; agreed on 3 March"}


def set_limits(clinic, at, about="spo2_pct", by=None, version=1, **changed):
    values = {**default_values(about), **changed}
    told = {**TOLD, "replaces_version": version}
    return actions.set_monitoring(by=by or clinic.prescriber, at=at, about=about, values=values, **told)


def set_clock(clinic, at, route="IM", version=1, **changed):
    values = {**as_values(CLOCKS[route], route), **changed}
    told = {**TOLD, "replaces_version": version}
    return actions.set_monitoring(by=clinic.prescriber, at=at, about=route, values=values, **told)


# rows


def test_a_practice_begins_with_version_one_of_everything(clinic):
    rows = MonitoringSetting.objects.filter(practice=clinic.practice)

    assert {row.about for row in rows} == set(ABOUT)
    assert {(row.version, row.set_by_id) for row in rows} == {(1, None)}
    assert {row.about: (row.values, row.source) for row in rows} == starting_values()
    assert monitoring_of(clinic.practice.pk).ladder_at() == DEFAULT_LADDER
    assert all(monitoring_of(clinic.practice.pk).clock_at(route, None) == clock for route, clock in CLOCKS.items())


def test_change_is_a_new_version_with_its_author_and_an_audit_row(clinic):
    row = set_limits(clinic, timezone.now(), spo2_critical_below=92)

    assert (row.version, row.values["spo2_critical_below"], row.set_by_id) == (2, 92, clinic.prescriber.membership_id)
    assert MonitoringSetting.objects.filter(practice=clinic.practice, about="spo2_pct").count() == 2
    event = AuditEvent.objects.get(action="sessions.set_monitoring", object_id=row.pk)
    assert event.detail["about"] == "spo2_pct"


@pytest.mark.parametrize("who", ["nurse", "therapist", "admin", "compliance"])
def test_only_the_role_that_edits_dose_limits_sets_them(clinic, who):
    with pytest.raises(NotPermitted):
        set_limits(clinic, timezone.now(), by=getattr(clinic, who), spo2_critical_below=92)


def test_two_people_cannot_set_the_same_version(clinic):
    set_limits(clinic, timezone.now(), spo2_critical_below=92)

    with pytest.raises(StaleState):
        set_limits(clinic, timezone.now(), spo2_critical_below=91)


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"spo2_critical_below": 97}, {"spo2_critical_below"}),
        ({"spo2_critical_below": 94, "spo2_warning_below": 92}, {"spo2_critical_below"}),
        ({"spo2_critical_below": 85}, {"spo2_critical_below"}),
        ({"spo2_critical_below": None}, {"spo2_critical_below"}),
        ({}, {"note"}),
    ],
)
def test_limits_that_cannot_be_are_refused_beside_the_field(clinic, changed, fields):
    with pytest.raises(InvalidInput) as refusal:
        set_limits(clinic, timezone.now(), **changed)

    assert set(refusal.value.fields) == fields


@pytest.mark.parametrize(
    ("route", "changed", "fields"),
    [
        ("IM", {"due_after": [10, 20, 15]}, {"due_after"}),
        ("IM", {"due_after": []}, {"due_after"}),
        ("IM", {"due_after": [10, 80]}, {"due_after"}),
        ("IM", {"due_after": [10, 12, 30], "grace_min": 2}, {"grace_min"}),
        ("IM", {"grace_min": 10}, {"grace_min"}),
        ("IM", {"grace_min": 16}, {"grace_min"}),
        ("IM", {"observe_min": 29}, {"observe_min"}),
        ("IM", {"then_every": 61}, {"then_every"}),
        ("IM", {"then_every": None}, {"then_every"}),
        ("IV", {"while_running": 16}, {"while_running"}),
        ("ESK", {"observe_min": 119}, {"observe_min"}),
        ("ESK", {"due_after": [20, 60, 120]}, {"due_after"}),
    ],
)
def test_schedules_that_cannot_be_are_refused_beside_the_field(clinic, route, changed, fields):
    with pytest.raises(InvalidInput) as refusal:
        set_clock(clinic, timezone.now(), route, **changed)

    assert set(refusal.value.fields) == fields


@pytest.mark.parametrize(
    ("route", "changed"),
    [
        ("IM", {"due_after": [10, 70], "observe_min": 30, "grace_min": 9}),
        ("ESK", {"due_after": [20, 35, 60, 120], "observe_min": 120}),
        ("IV", {"while_running": 5, "grace_min": 4}),
    ],
)
def test_schedules_at_the_edge_of_what_is_allowed(clinic, route, changed):
    assert set_clock(clinic, timezone.now(), route, **changed).version == 2


def test_versions_never_change_in_the_database(clinic):
    with pytest.raises(DatabaseError), transaction.atomic():
        MonitoringSetting.objects.filter(practice=clinic.practice).update(version=9)


# from when on they hold


def test_reading_keeps_the_limits_that_held_when_it_was_taken(clinic):
    start = timezone.now() - timedelta(minutes=60)
    session = sessions.dosed_session(clinic, start)
    first = sessions.reading(clinic, session, start + timedelta(minutes=20), spo2_pct=91)
    set_limits(clinic, start + timedelta(minutes=25), spo2_critical_below=92)
    second = sessions.reading(clinic, session, start + timedelta(minutes=30), spo2_pct=91)
    late = sessions.reading(
        *(clinic, session, start + timedelta(minutes=50)),
        occurred_at=start + timedelta(minutes=22),
        late_reason="Written on paper first",
        spo2_pct=91,
    )

    facts = load_facts(sessions.stored(session))

    told = {row.pk: [(one.severity.value, one.source) for one in facts.grades[row.pk]] for row in facts.readings}
    assert told[first.pk] == told[late.pk] == [("warning", "KAP-MON-SPO2")]
    assert told[second.pk] == [("critical", "Dr Vale, practice rule 7 (version 2)")]
    assert [alarm.reading.pk for alarm in facts.alarms] == [second.pk]


def test_limits_of_one_practice_are_not_those_of_another(clinic, other_clinic):
    set_limits(clinic, timezone.now(), spo2_critical_below=92)

    assert monitoring_of(clinic.practice.pk).ladder_at().values["spo2_critical_below"] == 92
    assert monitoring_of(other_clinic.practice.pk).ladder_at() == DEFAULT_LADDER


def test_limit_that_a_practice_takes_away_again_is_no_rule(clinic):
    at = timezone.now()
    set_limits(clinic, at, spo2_caution_fall=3)
    set_limits(clinic, at + timedelta(minutes=1), version=2, spo2_caution_fall=None)

    settings = monitoring_of(clinic.practice.pk)

    assert settings.ladder_at(at).values["spo2_caution_fall"] == 3
    assert "spo2_caution_fall" not in settings.ladder_at().values


def test_pressure_before_the_dose_is_held_at_the_practices_limit(clinic):
    at = timezone.now()
    set_limits(clinic, at - timedelta(hours=1), "pressure", systolic_hold_from=150)
    session = sessions.checked_in_session(clinic, at, systolic_mmhg=150, diastolic_mmhg=80)

    page = load_session_page(session, clinic.nurse, at)

    [hold] = [one for one in page.blockers if one.code == "PRESSURE_HOLD"]
    assert "(150/100 or above)" in hold.sentence


def test_session_keeps_the_schedule_of_its_first_dose(clinic):
    start = timezone.now() - timedelta(minutes=20)
    before = sessions.dosed_session(clinic, start)
    set_clock(clinic, start + timedelta(minutes=15), due_after=[5, 15, 30], grace_min=2, observe_min=45)
    after = sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=8))
    now = timezone.now()

    old, new = (load_session_page(sessions.stored(one), clinic.nurse, now) for one in (before, after))

    assert old.due_at - before.first_dose_at == timedelta(minutes=10)
    assert old.leave_from - before.first_dose_at == timedelta(minutes=90)
    assert new.due_at - after.first_dose_at == timedelta(minutes=5)
    assert new.leave_from - after.first_dose_at == timedelta(minutes=45)
    assert new.facts.clock.source == "Dr Vale, practice rule 7 (version 2)"


def test_page_and_board_count_down_by_the_practices_grace(clinic, sign_in):
    set_clock(clinic, timezone.now() - timedelta(hours=3), grace_min=8)
    session = sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=26))
    page = load_session_page(sessions.stored(session), clinic.nurse, session.first_dose_at + timedelta(minutes=17))
    assert not page.is_overdue
    assert load_session_page(session, clinic.nurse, session.first_dose_at + timedelta(minutes=18)).is_overdue
    client = sign_in(clinic.nurse)

    for address in (reverse("sessions:session", args=[session.pk]), reverse("sessions:board")):
        assert 'data-due-grace="7"' in client.get(address).content.decode()
    [card] = load_board(clinic.nurse, timezone.now()).cards
    assert card.clock.grace_min == 8


# pages


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_the_settings_and_prescribers_change_them(clinic, sign_in, role):
    actor = getattr(clinic, role.value)
    client = sign_in(actor)
    home = client.get("/").content.decode()
    shown = client.get(reverse("sessions:monitoring"))

    assert reverse("sessions:monitoring") in home
    assert shown.status_code == 200
    is_editor = role is Role.PRESCRIBER
    assert (reverse("sessions:monitoring_new", args=["pressure"]) in shown.content.decode()) is is_editor
    assert client.get(reverse("sessions:monitoring_new", args=["IM"])).status_code == (200 if is_editor else 403)


def test_page_of_versions_says_what_changed(clinic, sign_in):
    set_limits(clinic, timezone.now(), spo2_critical_below=92)
    shown = sign_in(clinic.nurse).get(reverse("sessions:monitoring_of", args=["spo2_pct"])).content.decode()

    assert "Older patients here" in shown
    assert "Dr Vale, practice rule 7" in shown
    assert "SpO2, critical below" in shown


@pytest.mark.parametrize("about", ["temperature", "pressure2", "im"])
def test_there_is_no_such_setting(clinic, sign_in, about):
    client = sign_in(clinic.prescriber)

    for name in ("sessions:monitoring_of", "sessions:monitoring_new"):
        assert client.get(reverse(name, args=[about])).status_code == 404


def typed(about, version=1, **changed):
    values = as_values(CLOCKS[about], about) if about in CLOCKS else default_values(about)
    shown = {name: ", ".join(map(str, one)) if isinstance(one, list) else one for name, one in values.items()}
    return {**shown, **TOLD, "replaces_version": version, **changed}


def test_form_sets_the_next_version(clinic, sign_in):
    answer = sign_in(clinic.prescriber).post(
        reverse("sessions:monitoring_new", args=["IM"]), typed("IM", due_after="10, 20,40, 60")
    )

    assert answer.status_code == 302
    assert MonitoringSetting.objects.get(about="IM", version=2).values["due_after"] == [10, 20, 40, 60]


def test_form_says_beside_the_field_that_critical_would_be_milder(clinic, sign_in):
    answer = sign_in(clinic.prescriber).post(
        reverse("sessions:monitoring_new", args=["pressure"]), typed("pressure", systolic_critical_from=170)
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["systolic_critical_from"] == [
        "Critical would begin before the warning (from 180). Move one of them."
    ]
    assert MonitoringSetting.objects.filter(about="pressure").count() == 1


def test_form_of_an_old_version_is_409_and_keeps_what_was_typed(clinic, sign_in):
    set_limits(clinic, timezone.now(), spo2_critical_below=92)
    answer = sign_in(clinic.prescriber).post(
        reverse("sessions:monitoring_new", args=["spo2_pct"]), typed("spo2_pct", spo2_critical_below=91)
    )

    assert answer.status_code == 409
    assert 'value="91"' in answer.content.decode()


def test_settings_of_a_practice_are_read_in_one_query_whatever_their_number(clinic):
    monitoring_of(clinic.practice.pk)
    for version in range(1, 5):
        set_limits(clinic, timezone.now(), version=version, spo2_critical_below=86 + version)

    with CaptureQueriesContext(connection) as queries:
        settings = monitoring_of(clinic.practice.pk)

    assert len(queries) == 1
    assert settings.ladder_at().values["spo2_critical_below"] == 90
