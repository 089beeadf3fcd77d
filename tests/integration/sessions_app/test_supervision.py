"""Who is on site, who watches how many, and the display on the wall."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.session_store import ACTIVE_KEY
from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from sessions_app import actions
from sessions_app.models import Presence, SupervisionSetting
from sessions_app.supervision import is_prescriber_on_site, limits_in_force, on_site, supervision_of
from sessions_app.supervision_rules import DEFAULTS
from tests.builders import accounts, sessions

pytestmark = pytest.mark.django_db
AT = sessions.AT
MINUTE = timedelta(minutes=1)
LIMITS = {"per_monitor": 1, "on_site_routes": ["IM"], "source": "Medical director", "note": "One patient each"}


def here(clinic, at=AT):
    return [one.membership_id for one in on_site(clinic.practice.pk, at)]


def warned(clinic, at):
    return [one.code.partition("RATIO_")[0] for one in supervision_of(clinic.practice.pk, at).warnings]


def test_presence_is_said_once_and_taken_back(clinic):
    first = actions.mark_presence(by=clinic.prescriber, at=AT, is_here=True)
    again = actions.mark_presence(by=clinic.prescriber, at=AT + MINUTE, is_here=True)
    assert (first.recorded_as, again, here(clinic)) == ("prescriber", None, [clinic.prescriber.membership_id])
    assert is_prescriber_on_site(clinic.practice.pk, AT)

    actions.mark_presence(by=clinic.prescriber, at=AT + 2 * MINUTE, is_here=False)

    assert here(clinic, AT + 2 * MINUTE) == []
    assert here(clinic, AT + MINUTE) == [clinic.prescriber.membership_id]
    assert Presence.objects.count() == 2
    assert AuditEvent.objects.filter(action="sessions.mark_presence").count() == 2


@pytest.mark.parametrize(("minutes", "is_here"), [(12 * 60 - 1, True), (12 * 60, False)])
def test_presence_is_believed_for_twelve_hours(clinic, minutes, is_here):
    actions.mark_presence(by=clinic.prescriber, at=AT, is_here=True)

    assert is_prescriber_on_site(clinic.practice.pk, AT + minutes * MINUTE) is is_here


def test_presence_is_of_one_practice_and_of_who_works_there(clinic, other_clinic):
    actions.mark_presence(by=clinic.prescriber, at=AT, is_here=True)
    assert here(other_clinic) == []

    accounts_member = clinic.members["prescriber"]
    type(accounts_member).objects.filter(pk=accounts_member.pk).update(is_active=False, left_at=AT)

    assert not is_prescriber_on_site(clinic.practice.pk, AT)


def test_compliance_does_not_stand_in_the_room(clinic):
    with pytest.raises(NotPermitted):
        actions.mark_presence(by=clinic.compliance, at=AT, is_here=True)


def test_esketamine_waits_for_a_prescriber_in_the_house(clinic):
    """J4: nobody passes it; a nurse's word does not count."""
    session = sessions.checked_in_session(clinic, route="ESK")
    actions.mark_presence(by=clinic.prescriber, at=AT + MINUTE, is_here=False)
    actions.mark_presence(by=clinic.nurse, at=AT + MINUTE, is_here=True)

    with pytest.raises(Blocked) as refused:
        sessions.give(clinic, session, AT + 2 * MINUTE)

    [blocker] = refused.value.blockers
    assert (blocker.code, blocker.override) == ("NO_PRESCRIBER_ON_SITE", None)
    actions.mark_presence(by=clinic.prescriber, at=AT + 3 * MINUTE, is_here=True)
    assert sessions.give(clinic, session, AT + 4 * MINUTE).pk


def test_further_device_waits_for_the_prescriber_too(clinic):
    session = sessions.dosed_session(clinic, route="ESK")
    at = session.first_dose_at
    actions.mark_presence(by=clinic.prescriber, at=at + MINUTE, is_here=False)

    with pytest.raises(Blocked) as refused:
        sessions.give(clinic, session, at + 5 * MINUTE)

    assert "NO_PRESCRIBER_ON_SITE" in [one.code for one in refused.value.blockers]


def test_other_routes_are_warned_about_only(clinic):
    session = sessions.checked_in_session(clinic)
    actions.mark_presence(by=clinic.prescriber, at=AT + MINUTE, is_here=False)

    sessions.give(clinic, session, AT + 2 * MINUTE)

    assert warned(clinic, AT + 3 * MINUTE) == ["NO_PRESCRIBER_ON_SITE"]


def test_monitor_with_too_many_patients_is_a_warning(clinic):
    for _ in range(2):
        sessions.dosed_session(clinic)
    assert warned(clinic, AT + 20 * MINUTE) == []
    third = sessions.dosed_session(clinic)
    assert warned(clinic, AT + 20 * MINUTE) == ["MONITOR_"]

    relief = accounts.staff(clinic.practice)
    sessions.named_roster(clinic, third, AT + 21 * MINUTE, monitor_id=relief.pk)

    assert warned(clinic, AT + 22 * MINUTE) == []


def test_limits_are_versions_set_by_a_prescriber(clinic):
    [first] = SupervisionSetting.objects.filter(practice=clinic.practice)
    assert (first.version, limits_in_force(clinic.practice.pk).per_monitor) == (1, DEFAULTS.per_monitor)
    with pytest.raises(NotPermitted):
        actions.set_supervision(by=clinic.nurse, at=AT, replaces_version=1, **LIMITS)

    second = actions.set_supervision(by=clinic.prescriber, at=AT, replaces_version=1, **LIMITS)

    assert (second.version, second.on_site_routes) == (2, ["ESK", "IM"])
    assert limits_in_force(clinic.practice.pk).per_monitor == 1
    with pytest.raises(StaleState):
        actions.set_supervision(by=clinic.prescriber, at=AT, replaces_version=1, **LIMITS)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"per_monitor": 0}, "per_monitor"),
        ({"per_monitor": 13}, "per_monitor"),
        ({"on_site_routes": ["NOSE"]}, "on_site_routes"),
        ({"source": " "}, "source"),
        ({"note": "short"}, "note"),
    ],
)
def test_limits_that_cannot_be(clinic, change, field):
    with pytest.raises(InvalidInput) as refused:
        actions.set_supervision(by=clinic.prescriber, at=AT, replaces_version=1, **{**LIMITS, **change})

    assert list(refused.value.fields) == [field]


def test_practice_without_a_row_has_the_proposals(clinic):
    assert limits_in_force(clinic.nurse.user_id) == DEFAULTS


def test_one_tap_on_the_board(clinic, other_clinic, client, sign_in):
    target = reverse("sessions:presence")
    assert client.post(target, {"is_here": "yes"})["Location"].startswith("/sign-in/")
    assert sign_in(clinic.compliance).post(target, {"is_here": "yes"}).status_code == 403
    nurse = sign_in(clinic.nurse)
    assert "nobody has said so" in nurse.get(reverse("sessions:board")).content.decode()

    assert nurse.post(target, {"is_here": "yes"})["Location"] == reverse("sessions:board")

    page = nurse.get(reverse("sessions:board"))
    assert page.context["is_here"]
    assert "I leave" in page.content.decode()
    assert not sign_in(other_clinic.nurse).get(reverse("sessions:board")).context["page"].supervision.on_site
    nurse.post(target, {"is_here": "no"})
    assert not nurse.get(reverse("sessions:board")).context["is_here"]


def test_board_of_another_hears_of_it_within_a_poll(clinic, sign_in):
    sessions.session_due(clinic, "dosed")
    client = sign_in(clinic.nurse)
    page = client.get(reverse("sessions:board"))
    asked = {"stamp": page.context["page"].stamp, "token": page.context["token"]}
    assert client.get(reverse("sessions:board_cards"), asked).status_code == 204

    actions.mark_presence(by=clinic.prescriber, at=timezone.now(), is_here=False)

    answer = client.get(reverse("sessions:board_cards"), asked)
    assert answer.status_code == 200
    assert "No prescriber is marked as on site while 1 patient is dosing or recovering" in answer.content.decode()


def test_settings_page(clinic, client, sign_in):
    page, edit = reverse("sessions:supervision"), reverse("sessions:supervision_edit")
    values = {**LIMITS, "replaces_version": 1}
    assert client.get(page)["Location"].startswith("/sign-in/")
    assert "KAP-SUP-RATIO" in sign_in(clinic.nurse).get(page).content.decode()
    assert sign_in(clinic.nurse).post(edit, values).status_code == 403
    prescriber = sign_in(clinic.prescriber)
    assert prescriber.post(edit, {**values, "per_monitor": "0"}).status_code == 422
    assert prescriber.post(edit, values).status_code == 302
    stale = prescriber.post(edit, values)
    assert (stale.status_code, "One patient each" in stale.content.decode()) == (409, True)
    assert "version 2" not in sign_in(clinic.nurse).get(page).content.decode().lower().replace("versions", "")


# The wall display


def wall(client, **asked):
    return client.get(reverse("sessions:wall"), asked)


def test_wall_shows_initials_and_no_clinical_text(clinic, sign_in):
    session = sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=15), route="ESK")
    patient = session.patient
    sessions.reading(clinic, session, timezone.now(), spo2_pct=85, note="Canary of the mine")

    page = wall(sign_in(clinic.nurse)).content.decode()
    text = re.sub(r"<[^>]*>", " ", page)

    assert f"{patient.given_name[0]}.{patient.family_name[0]}." in text
    assert "Critical" in text
    assert "Dosing" in text
    secrets = (patient.family_name, patient.given_name, patient.mrn, "Canary", "85", "Esketamine")
    assert [word for word in secrets if word in text] == []
    assert [word for word in (*secrets[:4], str(patient.pk), str(session.pk)) if word in page] == []


def test_wall_puts_the_most_urgent_first_and_leaves_out_who_is_not_here(clinic, sign_in):
    now = timezone.now()
    calm = sessions.dosed_session(clinic, now - timedelta(minutes=15))
    sessions.dosed_session(clinic, now - timedelta(minutes=26))
    critical = sessions.dosed_session(clinic, now - timedelta(minutes=15))
    sessions.reading(clinic, critical, now, spo2_pct=85)
    sessions.scheduled_session(clinic, now + timedelta(minutes=10))
    assert calm.pk

    shown = wall(sign_in(clinic.nurse)).context["wall"]

    assert [tile.kind for tile in shown.tiles] == ["critical", "overdue", "calm"]
    assert [tile.alarm for tile in shown.tiles] == ["Critical", "", ""]
    assert shown.waiting == 1
    assert len(shown.warnings) == 1


def test_wall_shows_whom_the_signed_in_person_may_see(clinic, other_clinic, client, sign_in):
    sessions.dosed_session(clinic, timezone.now() - timedelta(minutes=15))
    assert wall(client)["Location"].startswith("/sign-in/")
    assert wall(sign_in(other_clinic.nurse)).context["wall"].tiles == ()
    assert wall(sign_in(accounts.actor(accounts.staff(clinic.practice)))).context["wall"].tiles == ()
    assert len(wall(sign_in(clinic.admin)).context["wall"].tiles) == 1


def test_wall_renews_itself_and_only_when_something_changed(clinic, sign_in):
    session = sessions.session_due(clinic, "dosed")
    client = sign_in(clinic.nurse)
    page = wall(client)
    asked = {"stamp": page.context["page"].stamp, "token": page.context["token"]}
    looks = AuditEvent.objects.filter(action="sessions.looked_at_wall")
    before = looks.count()

    assert client.get(reverse("sessions:wall_cards"), asked).status_code == 204
    assert looks.count() == before == 1
    sessions.reading(clinic, session, timezone.now())

    changed = client.get(reverse("sessions:wall_cards"), asked)
    assert changed.status_code == 200
    assert 'id="wall"' in changed.content.decode()
    assert looks.count() == 2


POLLS = ("sessions:board_cards", "sessions:wall", "sessions:wall_cards", "sessions:live")


@pytest.mark.parametrize("name", POLLS)
def test_polling_never_extends_a_sign_in(clinic, sign_in, settings, name):
    """R29: an hour of polls leaves the last act where it was, and the sign-in ends by itself; a page moves it on."""
    session = sessions.session_due(clinic, "dosed")
    client = sign_in(clinic.nurse)
    address = reverse(name, args=[session.pk] if name == "sessions:live" else [])
    store = client.session
    acted = timezone.now().timestamp() - settings.SESSION_IDLE_SECONDS + 30
    store[ACTIVE_KEY] = acted
    store.save()

    assert client.get(address).status_code == 200
    assert client.session[ACTIVE_KEY] == acted
    assert client.get(reverse("sessions:board")).status_code == 200
    assert client.session[ACTIVE_KEY] > acted

    store = client.session
    store[ACTIVE_KEY] = timezone.now().timestamp() - settings.SESSION_IDLE_SECONDS - 1
    store.save()
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 401
