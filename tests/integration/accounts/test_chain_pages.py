"""Admin and compliance see whether audit trail and register are whole; compliance has them checked (R47)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions, tasks
from accounts.actor import system_actor
from common.anchors import append_anchor, newest_anchor
from common.errors import StaleState
from common.models import AuditEvent, ChainCheck
from tests.builders import accounts

pytestmark = pytest.mark.django_db
PAGE = "accounts:tamper_evidence"


@pytest.fixture(autouse=True)
def anchors_here(settings, tmp_path):
    settings.ANCHOR_FOLDER = tmp_path / "anchors"


@pytest.fixture
def clinic():
    return accounts.clinic_with_staff()


@pytest.fixture
def compliance(clinic):
    return accounts.sign_in(Client(), clinic.compliance)


def shown(client) -> str:
    return client.get(reverse(PAGE)).content.decode()


def test_the_page_is_reached_from_the_log(compliance):
    assert reverse(PAGE) in compliance.get(reverse("accounts:audit_log")).content.decode()


def test_before_the_first_check_and_anchor(compliance):
    text = shown(compliance)
    assert "No check was made yet" in text
    assert "none yet" in text


@pytest.mark.django_db(transaction=True)
def test_a_check_is_asked_for_done_and_shown(compliance, clinic):
    compliance.post(reverse("accounts:check_chain"))
    assert "under way" in shown(compliance)
    tasks.check_chain()
    assert "Every row, link and anchor fits." in shown(compliance)
    mine = ChainCheck.objects.get(practice_id=clinic.practice.pk)
    assert (mine.findings, mine.first_bad, mine.asked_by_name) == (0, None, clinic.compliance.name)
    assert AuditEvent.objects.filter(action="accounts.check_chain", object_id=mine.pk, outcome="done").count() == 1


def test_what_does_not_hold_stands_on_top(compliance):
    row = ChainCheck.objects.create(asked_at=timezone.now(), asked_by_name="the clock")
    ChainCheck.objects.filter(pk=row.pk).update(done_at=timezone.now(), links=9, findings=2, first_bad=4)
    text = shown(compliance)
    assert "The chain does not hold" in text
    assert 'role="alert"' in text


def test_one_check_at_a_time(clinic):
    actions.ask_for_check(by=clinic.compliance, at=timezone.now())
    with pytest.raises(StaleState):
        actions.ask_for_check(by=clinic.compliance, at=timezone.now())


def test_two_workers_store_one_result(clinic):
    check = actions.ask_for_check(by=clinic.compliance, at=timezone.now())
    for _ in range(2):
        actions.do_check(check=check, by=system_actor("chain-check"), at=timezone.now())
    assert AuditEvent.objects.filter(action="accounts.check_chain", object_id=check.pk).count() == 1


def test_one_a_day_without_being_asked():
    by, now = system_actor("chain-check"), timezone.now()
    for later in (0, 1, 23, 25, 26):
        actions.begin_nightly_check(by=by, at=now + timedelta(hours=later))
    assert ChainCheck.objects.filter(practice_id=None).count() == 2


def test_the_clock_anchors(settings, clinic):
    tasks.anchor_chain()
    first = newest_anchor()
    settings.ANCHOR_FOLDER = "/dev/null/no-such-folder"
    tasks.anchor_chain()  # logged, nothing stops
    assert first is None or first.seq


def test_an_admin_looks_but_does_not_check(clinic):
    admin = accounts.sign_in(Client(), clinic.admin)
    assert "Check the whole chain" not in shown(admin)
    assert admin.post(reverse("accounts:check_chain")).status_code == 403


def test_statements_do_not_grow_with_checks(compliance, django_assert_max_num_queries):
    append_anchor(timezone.now())
    for _ in range(30):
        ChainCheck.objects.create(asked_at=timezone.now(), asked_by_name="the clock")
    with django_assert_max_num_queries(8):
        shown(compliance)
