"""People are told by mail of a sign-in with a new browser and of changed factors and passwords (R32)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import actions, tasks
from accounts.actor import system_actor
from accounts.known_browsers import cookie_name
from accounts.models import AccountNotice, KnownBrowser, SignIn
from accounts.models.notices import MOST_TRIES
from accounts.one_time_codes import code_at, step_of
from common.models import AuditEvent
from tests.builders import accounts as build
from tests.integration.accounts.test_sign_ins import FIREFOX, IPHONE, signed_in
from tests.integration.accounts.test_signing_in import enter
from tests.journeys.stack import free_port

pytestmark = pytest.mark.django_db
WORKER = system_actor("account-notices")


def told() -> list[str]:
    """The subjects of what the worker mails now."""
    before = len(mail.outbox)
    tasks.send_notices()
    return [message.subject for message in mail.outbox[before:]]


def test_a_new_browser_is_told_once(clinic):
    """R32: the first browser of a new person is no news, a second one is, and both are known from then on."""
    at_work = signed_in(clinic.nurse, FIREFOX)
    assert told() == []
    phone = signed_in(clinic.nurse, IPHONE)
    assert told() == ["A sign-in with a new browser"]
    (message,) = mail.outbox
    assert message.to == [clinic.nurse.user.email]
    assert "Browser: Safari on iPhone" in message.body
    assert f"Practice: {clinic.practice.name}" in message.body
    assert "/account/sign-ins/" in message.body
    for client in (at_work, phone):
        client.post("/sign-out/")
        assert enter(client, clinic.nurse.user.email).status_code == 302
    assert told() == []
    assert KnownBrowser.objects.filter(user_id=clinic.nurse.user_id).count() == 2


def test_a_shared_computer_is_new_to_each_person_once(clinic):
    """R32: the cookie is the browser's, what it means is each person's; nobody learns who else uses it."""
    shared = signed_in(clinic.nurse, FIREFOX)
    signed_in(clinic.admin, IPHONE)
    shared.post("/sign-out/")
    assert enter(shared, clinic.admin.user.email).status_code == 302
    assert told() == ["A sign-in with a new browser"]
    assert len(set(KnownBrowser.objects.values_list("token_hash", flat=True))) == 3


def test_the_cookie_is_careful_and_opens_nothing(clinic):
    """R31, R32."""
    client = signed_in(clinic.nurse)
    kept = client.cookies[cookie_name()]
    assert kept["httponly"]
    assert kept["samesite"] == "Lax"
    other = Client()
    other.cookies[cookie_name()] = kept.value
    assert other.get("/")["Location"].startswith("/sign-in/")
    forged = Client()
    forged.cookies[cookie_name()] = "x" * 5000
    assert enter(forged, clinic.nurse.user.email).status_code == 302
    assert len(forged.cookies[cookie_name()].value) == 43


def test_changed_factors_and_passwords_are_told(clinic):
    """R32: whoever changed them, the owner or two colleagues."""
    nurse, at = clinic.nurse, timezone.now()
    actions.renew_recovery_codes(by=nurse, at=at, password=build.PASSWORD)
    waiting = actions.begin_authenticator(by=nurse, at=at, password=build.PASSWORD)
    code = code_at(waiting.secret, step_of(at))
    actions.confirm_authenticator(authenticator=waiting, by=nurse, at=at, code=code)
    actions.set_own_password(
        by=nurse, at=at, current_password=build.PASSWORD, new_password="a longer and different sentence"
    )
    actions.reset_staff_password(membership=clinic.members["therapist"], by=clinic.admin, at=at)
    changed, password = "Your second factor was changed", "Your password was changed"
    assert told() == [changed, changed, password, password]
    assert [message.to for message in mail.outbox] == [[nurse.user.email]] * 3 + [[clinic.therapist.user.email]]


def test_two_people_taking_a_factor_away_tell_its_owner(clinic):
    """R23, R32."""
    second = build.staff(clinic.practice, ["admin"])
    build.take_factor_away(clinic, second)
    assert told() == ["Your second factor was changed"]
    assert mail.outbox[0].to == [clinic.nurse.user.email]


def test_a_refused_change_tells_nothing(clinic):
    with pytest.raises(Exception, match="password"):
        actions.renew_recovery_codes(by=clinic.nurse, at=timezone.now(), password="wrong")
    assert not AccountNotice.objects.exists()


def test_a_server_that_is_down_is_asked_again_later(clinic, settings):
    """R32: with growing pauses, and no more after the last; each try leaves its audit row."""
    actions.renew_recovery_codes(by=clinic.nurse, at=timezone.now(), password=build.PASSWORD)
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", free_port()
    tasks.send_notices()
    tasks.send_notices()  # too soon
    notice = AccountNotice.objects.get()
    assert (notice.tries, notice.sent_at) == (1, None)
    assert notice.try_at > timezone.now() + timedelta(seconds=30)
    for _ in range(MOST_TRIES - 1):
        AccountNotice.objects.update(try_at=timezone.now())
        tasks.send_notices()
    notice.refresh_from_db()
    assert notice.tries == MOST_TRIES
    assert notice.try_at > timezone.now() + timedelta(hours=2)
    AccountNotice.objects.update(try_at=timezone.now())
    tasks.send_notices()
    assert AuditEvent.objects.filter(action="accounts.send_notice", outcome="failed").count() == MOST_TRIES


def test_of_two_workers_one_sends(clinic):
    at = timezone.now()
    actions.renew_recovery_codes(by=clinic.nurse, at=at, password=build.PASSWORD)
    notice = AccountNotice.objects.get()
    claims = [actions.claim_notice(notice=notice, by=WORKER, at=at) for _ in range(2)]
    assert claims == [True, False]
    notice.refresh_from_db()
    assert not actions.claim_notice(notice=notice, by=WORKER, at=at)  # until the lease is over
    assert actions.claim_notice(notice=notice, by=WORKER, at=at + timedelta(minutes=6))


def test_sign_ins_that_are_over_are_forgotten(clinic):
    """R32: their rows go, their audit rows stay; whoever is signed in stays so."""
    here, gone = signed_in(clinic.nurse), signed_in(clinic.admin)
    SignIn.objects.filter(user_id=clinic.admin.user_id).update(expire_date=timezone.now())
    tasks.forget_sign_ins()
    assert list(SignIn.objects.filter(user__isnull=False).values_list("user_id", flat=True)) == [clinic.nurse.user_id]
    assert here.get("/").status_code == 200
    assert gone.get("/").status_code == 302
    assert AuditEvent.objects.filter(action="accounts.sign_in").count() == 2
    assert AuditEvent.objects.get(action="accounts.forget_sign_ins").actor_name == "system:account-notices"
