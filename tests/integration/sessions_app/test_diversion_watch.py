"""The night's look at the register: what is read from the rows, what is told once, who settles it (R49)."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actor import system_actor
from common.errors import InvalidInput, StaleState
from common.models import ChainCheck
from dosing import actions, tasks
from dosing.diversion_page import watch_state
from dosing.models import DiversionFinding, DiversionReport, DosingRecord
from sessions_app.diversion_facts import diversion_facts
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db
AT = sessions.AT
ZONE = ZoneInfo("America/New_York")
DAY = AT.astimezone(ZONE).date()


@pytest.fixture(autouse=True)
def anchored(settings, tmp_path):
    settings.ANCHOR_FOLDER = tmp_path


def facts_of(clinic):
    return diversion_facts(practice=clinic.practice, since=AT - timedelta(days=90), until=AT + timedelta(days=1), at=AT)


def look(clinic, day=DAY, at=None):
    by = system_actor("diversion-watch", clinic.practice.pk)
    return actions.make_diversion_report(practice=clinic.practice, day=day, by=by, at=at or AT + timedelta(days=1))


def signs(clinic) -> list[str]:
    return sorted(DiversionFinding.objects.filter(practice=clinic.practice).values_list("pattern", flat=True))


def test_what_is_read_of_an_ordinary_session(clinic):
    session = sessions.signed_session(clinic)
    facts = facts_of(clinic)
    (dose,) = facts.doses
    first = session.readings.filter(occurred_at__gt=session.first_dose_at).order_by("occurred_at").first()
    assert (dose.given_mg, dose.drawn_mg, dose.ledger_drawn_mg, dose.outstanding_mg) == (35, 35, 35, 0)
    assert (dose.giver_id, dose.route) == (clinic.nurse.membership_id, "IM")
    assert clinic.nurse.membership_id in dose.roster_ids
    assert dose.first_vitals_at == first.occurred_at
    assert not facts.wastes
    assert not facts.corrections


def test_an_ordinary_day_has_no_sign(clinic):
    sessions.signed_session(clinic)
    report = look(clinic)
    assert (report.doses, report.findings) == (1, 0)


def test_no_reading_after_the_dose_is_a_sign_told_once(clinic):
    sessions.dosed_session(clinic)
    assert look(clinic).findings == 1
    assert signs(clinic) == ["NO_VITALS"]
    assert look(clinic) is None
    assert look(clinic, DAY + timedelta(days=1), AT + timedelta(days=2)).findings == 0
    row = DiversionFinding.objects.get()
    assert DosingRecord.objects.filter(pk=row.dosing_record_id).exists()


def test_a_rest_that_nobody_accounts_for(clinic):
    session = sessions.dosed_session(clinic, drawn_mg=Decimal(50))
    sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=9))
    look(clinic, DAY + timedelta(days=2), AT + timedelta(days=3))
    assert signs(clinic) == ["LEDGER_MISMATCH"]


def test_waste_without_a_witness(clinic):
    session = sessions.dosed_session(clinic, drawn_mg=Decimal(50))
    sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=9))
    actions.waste_unwitnessed(
        draw=session.dosing_record.draws.get(),
        by=clinic.nurse,
        at=session.first_dose_at + timedelta(minutes=30),
        amount_mg=Decimal(15),
        method="drug buster",
        reason="Alone in the house",
        password=accounts.PASSWORD,
    )
    look(clinic)
    assert signs(clinic) == ["WITNESS_PAIR"]


def test_a_lowering_correction_and_a_broken_chain(clinic):
    other = accounts.actor(accounts.staff(clinic.practice, roles=["nurse"]))
    lot = dosing.stock_lot(clinic.nurse, AT)
    row = dosing.discrepancy(clinic.nurse, lot, AT)
    actions.correct_stock(
        discrepancy=row, by=other, at=AT, what="loss", reason="One vial is gone", password=accounts.PASSWORD
    )
    check = ChainCheck.objects.create(asked_at=AT, asked_by_name="the clock")
    ChainCheck.objects.filter(pk=check.pk).update(done_at=AT, findings=1, first_bad=3)
    look(clinic)
    assert signs(clinic) == ["AUDIT_INTERFERENCE", "DOWNWARD_CORRECTION"]


def test_a_dose_right_after_a_reset_of_the_factor(clinic):
    from accounts.actions import reset_staff_factor

    second = accounts.staff(clinic.practice, roles=["admin"])
    session = sessions.dosed_session(clinic)
    sessions.reading(clinic, session, session.first_dose_at + timedelta(minutes=9))
    reset_staff_factor(
        membership=clinic.members["nurse"],
        by=clinic.admin,
        at=session.first_dose_at - timedelta(hours=1),
        password=accounts.PASSWORD,
        email=second.user.email,
        second_password=accounts.PASSWORD,
    )
    look(clinic)
    assert signs(clinic) == ["ACCESS_CHANGE"]


def test_the_facts_of_many_doses_take_the_same_queries(clinic):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            facts_of(clinic)
        return len(queries)

    sessions.signed_session(clinic)
    before = asked()
    for _ in range(3):
        sessions.dosed_session(clinic)
    assert asked() == before


def test_the_clock_makes_yesterdays_report_once(clinic):
    tasks.watch_for_diversion()
    tasks.watch_for_diversion()
    assert DiversionReport.objects.filter(practice=clinic.practice).count() == 1


def test_a_night_without_a_report_is_itself_a_sign(clinic):
    """Not before six in the morning, and not once it was made."""
    timezone.activate(clinic.practice.time_zone)
    morning = AT.astimezone(ZONE).replace(hour=6, minute=1)
    assert watch_state(clinic.compliance, morning).is_late
    assert not watch_state(clinic.compliance, morning.replace(hour=5, minute=59)).is_late
    look(clinic, morning.date() - timedelta(days=1), morning)
    assert not watch_state(clinic.compliance, morning).is_late
    timezone.deactivate()


class TestSettling:
    @pytest.fixture
    def sign(self, clinic):
        sessions.dosed_session(clinic)
        look(clinic)
        return DiversionFinding.objects.get()

    def settle(self, sign, by, **changed):
        told = {"outcome": "explained", "settled_words": "Paper sheet of the room was found"} | changed
        return actions.settle_finding(finding=sign, by=by, at=AT + timedelta(days=2), **told)

    def test_in_words_once_and_for_good(self, clinic, sign):
        self.settle(sign, clinic.compliance)
        with pytest.raises(StaleState):
            self.settle(sign, clinic.compliance)
        with pytest.raises(DatabaseError), transaction.atomic():
            DiversionFinding.objects.filter(pk=sign.pk).update(outcome="pursued")

    @pytest.mark.parametrize("wrong", [{"outcome": "fine"}, {"settled_words": "ok"}])
    def test_outcome_and_words_are_asked(self, clinic, sign, wrong):
        with pytest.raises(InvalidInput):
            self.settle(sign, clinic.compliance, **wrong)

    def test_never_ones_own(self, clinic, sign):
        both = accounts.actor(accounts.staff(clinic.practice, roles=["nurse", "compliance"]))
        DiversionFinding.objects.filter(pk=sign.pk).update(about_id=both.membership_id)
        with pytest.raises(InvalidInput):
            self.settle(DiversionFinding.objects.get(pk=sign.pk), both)

    def test_on_the_pages(self, clinic, sign):
        officer = accounts.sign_in(Client(), clinic.compliance)
        assert "sign to settle" in officer.get("/").text
        listed = officer.get(reverse("dosing:signs")).text
        assert sign.words in listed
        page = reverse("dosing:sign", args=[sign.pk])
        assert clinic.nurse.name in officer.get(page).text
        typed = {"outcome": "explained", "settled_words": ""}
        assert officer.post(reverse("dosing:settle_sign", args=[sign.pk]), typed).status_code == 422
        typed["settled_words"] = "Paper sheet of the room was found"
        officer.post(reverse("dosing:settle_sign", args=[sign.pk]), typed)
        assert "Paper sheet" in officer.get(page).text
        assert "Nothing to settle" in officer.get(reverse("dosing:signs")).text

    def test_an_admin_and_a_nurse_see_none_of_it(self, clinic, sign):
        for who in (clinic.admin, clinic.nurse):
            client = accounts.sign_in(Client(), who)
            assert client.get(reverse("dosing:signs")).status_code == 403
            assert "Diversion watch" not in client.get(reverse("dosing:stock")).text
