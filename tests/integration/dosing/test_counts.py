"""Blind counts, discrepancies and their clearing up; drug that is moved, disposed of, or wasted unseen (R48, R50)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from dosing import actions
from dosing.counting_page import places_of
from dosing.models import (
    Discrepancy,
    DosingRecord,
    Draw,
    Remainder,
    StockContainer,
    StockCount,
    StockCountLine,
    StockLot,
    StockMovement,
)
from tests.builders import accounts, dosing

pytestmark = pytest.mark.django_db
AT = dosing.AT
LATER = AT + timedelta(hours=1)


@pytest.fixture
def lot(clinic):
    """1,000 mg of one lot."""
    return dosing.stock_lot(clinic.nurse, AT)


@pytest.fixture
def witness(clinic):
    return accounts.staff(clinic.practice, roles=["nurse"])


@pytest.fixture
def other_nurse(witness):
    return accounts.actor(witness)


def by_witness(witness) -> dict:
    return {"witness_email": witness.user.email, "witness_password": accounts.PASSWORD}


def ledger(lot) -> list[tuple[str, Decimal, Decimal]]:
    rows = StockMovement.objects.filter(lot=lot).order_by("number")
    return [(row.what, row.change_mg, row.after_mg) for row in rows]


class TestMoving:
    def test_two_movements_one_act(self, clinic, lot):
        there = actions.transfer_stock(
            lot=lot,
            by=clinic.nurse,
            at=LATER,
            to_location="Room 2",
            containers=dosing.containers(lot, 2),
            note="For the afternoon",
        )
        assert ledger(lot)[-1] == ("out", Decimal(-500), Decimal(500))
        assert ledger(there) == [("in", Decimal(500), Decimal(500))]
        out = StockMovement.objects.get(lot=lot, what="out")
        assert out.arrival.lot == there
        assert (out.container.label, out.container_before_mg, out.container_after_mg) == ("vial 2", 500, 0)
        assert (out.arrival.container_id, out.arrival.container_after_mg) == (out.container_id, 500)
        assert out.container.lot_id == there.pk  # the label stays, the place is another
        assert (there.lot_number, there.expires_on, there.location) == (lot.lot_number, lot.expires_on, "Room 2")
        assert AuditEvent.objects.filter(action="dosing.transfer_stock", object_id=lot.pk).count() == 1

    def test_back_and_forth_keeps_two_lots(self, clinic, lot):
        act = {"by": clinic.nurse, "at": LATER}
        there = actions.transfer_stock(lot=lot, to_location="Room 2", containers=dosing.containers(lot), **act)
        [first, _] = dosing.containers(there)
        back = actions.transfer_stock(lot=there, to_location=lot.location, containers=[first], **act)
        assert back.pk == lot.pk
        assert StockLot.objects.get(pk=lot.pk).balance_mg == 500
        steps = StockMovement.objects.filter(container=first).order_by("container_number")
        assert [(row.what, row.lot_id == lot.pk, row.container_after_mg) for row in steps] == [
            ("out", True, 0),
            ("in", False, 500),
            ("out", False, 0),
            ("in", True, 500),
        ]

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"to_location": "  "}, InvalidInput),
            ({"to_location": "same"}, InvalidInput),
            ({"containers": []}, InvalidInput),
            ({"containers": [uuid4()]}, StaleState),
        ],
    )
    def test_what_cannot_be_moves_nothing(self, clinic, lot, change, error):
        asked = {"to_location": "Room 2", "containers": dosing.containers(lot, 1)} | change
        if asked["to_location"] == "same":
            asked["to_location"] = lot.location
        with pytest.raises(error):
            actions.transfer_stock(lot=lot, by=clinic.nurse, at=LATER, **asked)
        assert len(ledger(lot)) == 1

    def test_a_retry_moves_once(self, clinic, lot):
        asked = {"to_location": "Room 2", "containers": dosing.containers(lot, 1), "id": uuid4()}
        for _ in range(2):
            actions.transfer_stock(lot=lot, by=clinic.nurse, at=LATER, **asked)
        assert StockLot.objects.get(pk=lot.pk).balance_mg == 500
        asked["containers"] = dosing.containers(lot, 2)
        with pytest.raises(InvalidInput):
            actions.transfer_stock(lot=lot, by=clinic.nurse, at=LATER, **asked)

    def test_an_opened_vial_moves_with_what_is_left_in_it(self, clinic, lot):
        dosing.given_dose(clinic, lot=lot)
        there = actions.transfer_stock(
            lot=lot, by=clinic.nurse, at=LATER, to_location="Room 2", containers=dosing.containers(lot, 1)
        )
        assert ledger(there) == [("in", 465, 465)]
        assert StockContainer.objects.get(lot=there).opened_at == AT


class TestDisposing:
    def test_waste_from_stock_with_a_witness(self, clinic, lot, witness):
        actions.dispose_stock(
            lot=lot,
            by=clinic.nurse,
            at=LATER,
            what="waste",
            containers=dosing.containers(lot, 1),
            note="Vial fell and broke",
            **by_witness(witness),
        )
        row = StockMovement.objects.get(what="waste")
        assert (row.change_mg, row.after_mg, row.witness_id) == (Decimal(-500), Decimal(500), witness.pk)

    def test_destruction_names_who_took_it_and_the_form(self, clinic, lot, witness):
        asked = {"what": "destroy", "containers": dosing.containers(lot), "note": "Expired", **by_witness(witness)}
        with pytest.raises(InvalidInput):
            actions.dispose_stock(lot=lot, by=clinic.nurse, at=LATER, **asked)
        asked |= {"taken_by": "Return Pharma LLC", "form_number": "41-0007"}
        row = actions.dispose_stock(lot=lot, by=clinic.nurse, at=LATER, **asked)
        assert (row.supplier, row.invoice) == ("Return Pharma LLC", "41-0007")
        assert StockLot.objects.get(pk=lot.pk).balance_mg == 0
        assert ledger(lot)[1:] == [("destroy", -500, 500), ("destroy", -500, 0)]  # a row for each vial

    def test_a_part_is_of_one_vial_and_no_more_than_it_holds(self, clinic, lot, witness):
        asked = {"what": "waste", "note": "Spilled some", "amount_mg": Decimal(501), **by_witness(witness)}
        for numbers in ((1, 2), (1,)):
            asked["containers"] = dosing.containers(lot, *numbers)
            with pytest.raises(InvalidInput) as refusal:
                actions.dispose_stock(lot=lot, by=clinic.nurse, at=LATER, **asked)
            assert list(refusal.value.fields) == ["amount"]
        actions.dispose_stock(lot=lot, by=clinic.nurse, at=LATER, **asked | {"amount_mg": Decimal(3)})
        row = StockMovement.objects.get(what="waste")
        assert (row.container_after_mg, row.after_mg, row.container.opened_at) == (497, 997, LATER)

    @pytest.mark.parametrize("who", ["nobody", "oneself", "left", "wrong password", "therapist"])
    def test_without_a_proper_witness_nothing_happens(self, clinic, lot, witness, who):
        signs = {
            "nobody": {"witness_email": "", "witness_password": ""},
            "oneself": {"witness_email": clinic.nurse.user.email, "witness_password": accounts.PASSWORD},
            "left": by_witness(witness),
            "wrong password": {**by_witness(witness), "witness_password": "wrong"},
            "therapist": by_witness(clinic.members["therapist"]),
        }[who]
        if who == "left":
            type(witness).objects.filter(pk=witness.pk).update(is_active=False, left_at=AT)
        if who == "therapist":
            type(clinic.practice).objects.filter(pk=clinic.practice.pk).update(witness_therapist=False)
        with pytest.raises(InvalidInput):
            actions.dispose_stock(
                lot=lot,
                by=clinic.nurse,
                at=LATER,
                what="waste",
                containers=dosing.containers(lot, 1),
                note="Spilled some",
                **signs,
            )
        assert len(ledger(lot)) == 1


class TestCounting:
    def test_what_agrees_opens_nothing(self, clinic, lot):
        count = dosing.counted(clinic.nurse, lot.location, LATER, "opening")
        assert (count.lots, count.differences) == (1, 0)
        line = StockCountLine.objects.get(count=count)
        assert (line.what, line.counted_number, line.expected_number) == ("unopened vials of 500 mg", 2, 2)
        assert (line.counted_mg, line.expected_mg, line.difference_mg) == (1000, 1000, 0)
        assert not Discrepancy.objects.exists()

    def test_a_difference_opens_a_discrepancy_with_a_clock(self, clinic, lot):
        """J7: 0.4 mL of a 50 mg/mL vial are missing; AT is a Monday."""
        row = dosing.discrepancy(clinic.nurse, lot, LATER, Decimal(20))
        assert (row.container.label, row.expected_mg, row.found_mg, row.difference_mg) == ("vial 1", 500, 480, -20)
        assert row.due_on.isoformat() == "2026-06-02"
        assert StockLot.objects.get(pk=lot.pk).balance_mg == 1000  # the ledger is not touched by a count

    def test_more_than_expected_differs_too(self, clinic, lot):
        assert dosing.discrepancy(clinic.nurse, lot, LATER, Decimal(-5)).difference_mg == 5

    def test_something_on_no_record_opens_one_without_a_lot(self, clinic, lot):
        count = dosing.counted(clinic.nurse, lot.location, LATER, found_besides="One vial without a label")
        row = Discrepancy.objects.get()
        assert (row.what, row.lot, row.location) == ("found", None, lot.location)
        assert count.differences == 0

    def test_drug_that_moved_meanwhile_is_counted_again(self, clinic, lot):
        stale = dosing.found_of(lot)
        dosing.stock_lot(clinic.nurse, LATER, lot_number=lot.lot_number, amount_mg=Decimal(500))
        with pytest.raises(StaleState, match=lot.lot_number):
            actions.count_stock(by=clinic.nurse, at=LATER, location=lot.location, occasion="spot", counted=[stale])
        assert not StockCount.objects.exists()

    def test_every_opened_vial_is_counted_for_itself(self, clinic, lot):
        dosing.given_dose(clinic, lot=lot)
        lot.refresh_from_db()
        whole = dosing.found_of(lot)
        assert [*whole.opened.values()] == [465]
        for wrong in ({"opened": {}}, {"unopened": {}}, {"opened": {**whole.opened, uuid4(): Decimal(1)}}):
            act = {"by": clinic.nurse, "at": LATER, "location": lot.location, "occasion": "spot"}
            with pytest.raises(InvalidInput, match=lot.lot_number):
                actions.count_stock(counted=[replace(whole, **wrong)], **act)
        count = dosing.counted(clinic.nurse, lot.location, LATER)
        lines = [(line.what, line.counted_mg) for line in count.lines.order_by("counted_mg")]
        assert lines == [("vial 1", 465), ("unopened vials of 500 mg", 500)]

    def test_an_unopened_vial_too_few_names_the_lot_and_how_many(self, clinic, lot, other_nurse):
        found = [replace(dosing.found_of(lot), unopened={Decimal(500): 1})]
        actions.count_stock(by=clinic.nurse, at=LATER, location=lot.location, occasion="spot", counted=found)
        row = Discrepancy.objects.get()
        assert (row.container, row.about, row.difference_mg) == (None, "unopened vials of 500 mg", -500)
        told = {"reason": "It was dropped on Monday", "password": accounts.PASSWORD, "what": "loss"}
        gone = actions.correct_stock(discrepancy=row, by=other_nurse, at=LATER, **told)
        assert (gone.container.number, gone.container_after_mg) == (2, 0)

    def test_unopened_vials_too_many_are_entered_as_new_ones(self, clinic, lot, other_nurse):
        found = [replace(dosing.found_of(lot), unopened={Decimal(500): 4})]
        actions.count_stock(by=clinic.nurse, at=LATER, location=lot.location, occasion="spot", counted=found)
        told = {"reason": "A delivery was entered short", "password": accounts.PASSWORD, "what": "adjust"}
        actions.correct_stock(discrepancy=Discrepancy.objects.get(), by=other_nurse, at=LATER, **told)
        new = StockContainer.objects.filter(lot=lot, received_mg=0).order_by("number")
        assert [(row.number, row.balance_mg, row.is_unopened) for row in new] == [(3, 500, True), (4, 500, True)]
        assert ledger(lot)[1:] == [("adjust", 500, 1500), ("adjust", 500, 2000)]

    def test_no_lot_is_left_out(self, clinic, lot):
        dosing.stock_lot(clinic.nurse, AT, lot_number="SECOND")
        one = dosing.found_of(lot)
        with pytest.raises(StaleState, match="SECOND"):
            actions.count_stock(by=clinic.nurse, at=LATER, location=lot.location, occasion="spot", counted=[one])

    def test_a_shift_does_not_end_over_an_open_discrepancy_unnamed(self, clinic, lot):
        row = dosing.discrepancy(clinic.nurse, lot, LATER)
        with pytest.raises(Blocked) as refused:
            dosing.counted(clinic.nurse, lot.location, LATER, "closing", less_mg=Decimal(50))
        assert [blocker.code for blocker in refused.value.blockers] == ["DISCREPANCY_NOT_NAMED"]
        count = dosing.counted(clinic.nurse, lot.location, LATER, "closing", less_mg=Decimal(50), named=[row.pk])
        assert count.named == [str(row.pk)]

    def test_an_inventory_has_two_counters_and_a_moment(self, clinic, lot, witness):
        signs = {"second_email": witness.user.email, "second_password": accounts.PASSWORD}
        with pytest.raises(InvalidInput):
            dosing.counted(clinic.nurse, lot.location, LATER, "initial", **signs)
        with pytest.raises(InvalidInput):
            dosing.counted(clinic.nurse, lot.location, LATER, "initial", moment="open")
        count = dosing.counted(clinic.nurse, lot.location, LATER, "initial", moment="open", **signs)
        assert count.second_counter_id == witness.pk

    def test_a_retry_is_the_same_count(self, clinic, lot):
        asked = {"id": uuid4()}
        first, again = (dosing.counted(clinic.nurse, lot.location, LATER, **asked) for _ in range(2))
        assert first.pk == again.pk
        assert StockCount.objects.count() == 1

    def test_the_places_with_their_last_count(self, clinic, lot, django_assert_num_queries):
        dosing.counted(clinic.nurse, lot.location, LATER, "opening")
        dosing.stock_lot(clinic.nurse, AT, lot_number="ELSEWHERE", location="Room 2")
        dosing.discrepancy(clinic.nurse, lot, LATER + timedelta(minutes=5))
        with django_assert_num_queries(4):
            found = {place.location: place for place in places_of(clinic.nurse)}
        assert found[lot.location].last.occasion == "spot"
        assert found[lot.location].discrepancy_words == "1 discrepancy open"
        assert found["Room 2"].last is None


class TestClearingUp:
    @pytest.fixture
    def row(self, clinic, lot):
        return dosing.discrepancy(clinic.nurse, lot, LATER)

    def correct(self, row, by, what="adjust", **more):
        asked = {"reason": "A draw was entered as 1.0 mL instead of 2.0", "password": accounts.PASSWORD} | more
        return actions.correct_stock(discrepancy=row, by=by, at=LATER, what=what, **asked)

    def close(self, row, by, outcome="corrected", **more):
        asked = {"closing_reason": "Found in the paper log of Monday", "password": accounts.PASSWORD} | more
        return actions.close_discrepancy(discrepancy=row, by=by, at=LATER, outcome=outcome, **asked)

    def test_noted_corrected_by_another_closed_by_compliance(self, clinic, row, lot, other_nurse):
        """J7: both the original rows and the correction stay visible."""
        actions.note_discrepancy(
            discrepancy=row,
            by=clinic.compliance,
            at=LATER,
            text="Looked at the draws of Monday",
            owner_id=other_nurse.membership_id,
        )
        self.correct(row, other_nurse)
        assert ledger(lot) == [("receive", 1000, 1000), ("adjust", -50, 950)]
        adjusted = StockMovement.objects.get(what="adjust")
        assert (adjusted.container_id, adjusted.container_after_mg) == (row.container_id, 450)
        closed = self.close(row, clinic.compliance)
        assert (closed.outcome, closed.owner_id) == ("corrected", other_nurse.membership_id)
        with pytest.raises(StaleState):
            self.close(row, clinic.compliance)
        with pytest.raises(DatabaseError), transaction.atomic():
            Discrepancy.objects.filter(pk=row.pk).update(outcome="lost")

    def test_more_found_raises_the_ledger(self, clinic, lot, other_nurse):
        row = dosing.discrepancy(clinic.nurse, lot, LATER, Decimal(-5))
        with pytest.raises(InvalidInput):
            self.correct(row, other_nurse, "loss")
        self.correct(row, other_nurse)
        assert StockLot.objects.get(pk=lot.pk).balance_mg == 1005

    def test_whoever_counted_neither_corrects_nor_closes(self, clinic, row, lot):
        with pytest.raises(NotPermitted):
            self.correct(row, clinic.nurse)
        both = accounts.actor(accounts.staff(clinic.practice, roles=["nurse", "compliance"]))
        mine = dosing.discrepancy(both, lot, LATER + timedelta(minutes=1))
        with pytest.raises(NotPermitted):
            self.close(mine, both, "miscounted")
        stamp = {"closed_at": LATER, "closed_by_id": mine.opened_by_id, "outcome": "explained"}
        with pytest.raises(DatabaseError), transaction.atomic():
            Discrepancy.objects.filter(pk=mine.pk).update(**stamp)

    def test_corrected_once(self, clinic, row, other_nurse):
        self.correct(row, other_nurse)
        with pytest.raises(StaleState):
            self.correct(row, other_nurse)

    @pytest.mark.parametrize(("outcome", "entered"), [("corrected", None), ("lost", None), ("miscounted", "adjust")])
    def test_an_outcome_that_the_ledger_contradicts_is_blocked(self, clinic, row, other_nurse, outcome, entered):
        if entered:
            self.correct(row, other_nurse, entered)
        with pytest.raises(Blocked):
            self.close(row, clinic.compliance, outcome)
        assert Discrepancy.objects.get(pk=row.pk).is_open

    def test_a_loss_is_entered_and_reported(self, clinic, row, lot, other_nurse):
        self.correct(row, other_nurse, "loss")
        assert ledger(lot)[-1] == ("loss", -50, 950)
        assert self.close(row, clinic.compliance, "lost").outcome == "lost"

    @pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"closing_reason": "ok"}, {"outcome": "because"}])
    def test_closing_asks_for_password_reason_and_outcome(self, clinic, row, wrong):
        with pytest.raises(InvalidInput):
            self.close(row, clinic.compliance, **{"outcome": "explained", **wrong})
        assert Discrepancy.objects.get(pk=row.pk).is_open


class TestUnwitnessed:
    def waste(self, draw, by, **more):
        asked = {"amount_mg": Decimal(15), "method": "drug buster", "reason": "Alone on a Sunday evening"}
        return actions.waste_unwitnessed(
            draw=draw, by=by, at=AT + timedelta(minutes=10), password=accounts.PASSWORD, **{**asked, **more}
        )

    @pytest.fixture
    def draw(self, clinic):
        return dosing.given_dose(clinic, drawn_mg=Decimal(50)).draw

    def test_the_account_closes_and_a_discrepancy_stays(self, clinic, draw):
        row = self.waste(draw, clinic.nurse)
        draw.refresh_from_db()
        assert (draw.wasted_mg, draw.outstanding_mg, draw.closed_at is not None) == (15, 0, True)
        assert (row.what, row.witness_id) == ("unwitnessed", None)
        assert row.discrepancy.is_open
        record = DosingRecord.objects.get(pk=draw.dosing_record_id)
        assert (record.has_unwitnessed_waste, record.has_open_remainder) == (True, False)
        closed = actions.close_discrepancy(
            discrepancy=row.discrepancy,
            by=clinic.compliance,
            at=LATER,
            outcome="explained",
            closing_reason="Camera of the room was looked at",
            password=accounts.PASSWORD,
        )
        assert not closed.is_open
        assert DosingRecord.objects.get(pk=record.pk).has_unwitnessed_waste  # its review still sees it

    @pytest.mark.parametrize("wrong", [{"password": "x"}, {"reason": "alone"}, {"amount_mg": Decimal(16)}])
    def test_what_cannot_be_changes_nothing(self, clinic, draw, wrong):
        password = wrong.pop("password", accounts.PASSWORD)
        with pytest.raises((InvalidInput, StaleState)):
            actions.waste_unwitnessed(
                draw=draw,
                by=clinic.nurse,
                at=AT + timedelta(minutes=10),
                password=password,
                **{"amount_mg": Decimal(15), "method": "drug buster", "reason": "Alone on a Sunday", **wrong},
            )
        assert not Remainder.objects.exists()
        assert not Discrepancy.objects.exists()
        assert Draw.objects.get(pk=draw.pk).outstanding_mg == 15


class TestPages:
    @pytest.fixture
    def client(self, clinic):
        return accounts.sign_in(Client(), clinic.nurse)

    @pytest.fixture
    def now_lot(self, clinic):
        return dosing.stock_lot(clinic.nurse, timezone.now() - timedelta(hours=2))

    def count_address(self, lot, occasion="spot"):
        return f"{reverse('dosing:count_new')}?location={lot.location}&occasion={occasion}"

    def typed(self, lot, unopened: str) -> dict:
        return {f"unopened_{lot.pk}_500.000": unopened, f"movements_{lot.pk}": "1"}

    def test_the_form_is_blind(self, client, now_lot):
        text = client.get(self.count_address(now_lot)).text
        assert now_lot.lot_number in text
        for amount in ("1,000", "1000 mg", 'value="20', "20 mL"):
            assert amount not in text

    def test_counting_less_shows_the_difference_and_opens_a_case(self, client, now_lot):
        typed = {**self.typed(now_lot, "1"), f"open_{now_lot.pk}": "2: 9.6"}
        response = client.post(self.count_address(now_lot), typed, follow=True)
        assert "differs" in response.text
        row = Discrepancy.objects.get()
        assert (row.container.number, row.difference_mg) == (2, -20)
        assert reverse("dosing:discrepancy", args=[row.pk]) in response.text

    def test_an_empty_field_keeps_what_was_typed(self, client, now_lot):
        typed = self.typed(now_lot, "") | {"found_besides": "A vial in the fridge"}
        response = client.post(self.count_address(now_lot), typed)
        assert response.status_code == 422
        assert "A vial in the fridge" in response.text
        assert not StockCount.objects.exists()

    def test_stock_that_moved_offers_to_begin_again(self, client, clinic, now_lot):
        typed = self.typed(now_lot, "2")
        dosing.stock_lot(clinic.nurse, timezone.now(), lot_number=now_lot.lot_number)
        response = client.post(self.count_address(now_lot), typed)
        assert response.status_code == 409
        assert "Begin this count again" in response.text

    @pytest.mark.parametrize("name", ["dosing:counts", "dosing:discrepancies"])
    def test_empty_pages_say_what_comes_here(self, client, name):
        assert "empty" in client.get(reverse(name)).text

    def test_lists_take_the_same_queries_however_long(self, client, clinic, now_lot):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def asked(name):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(name)).status_code == 200
            return len(queries)

        at = timezone.now() - timedelta(minutes=50)
        dosing.discrepancy(clinic.nurse, now_lot, at)
        before = [asked("dosing:counts"), asked("dosing:discrepancies")]
        for minute in range(1, 31):
            dosing.discrepancy(clinic.nurse, now_lot, at + timedelta(minutes=minute))
        assert [asked("dosing:counts"), asked("dosing:discrepancies")] == before

    def test_compliance_closes_on_the_page_and_the_nurse_cannot(self, clinic, client, now_lot):
        row = dosing.discrepancy(clinic.nurse, now_lot, timezone.now())
        page, address = reverse("dosing:discrepancy", args=[row.pk]), reverse("dosing:discrepancy_close", args=[row.pk])
        assert "Close it" not in client.get(page).text
        assert client.post(address).status_code == 403
        officer = accounts.sign_in(Client(), clinic.compliance)
        refused = officer.post(address, {"outcome": "explained", "closing_reason": "Recounted twice", "password": "no"})
        assert refused.status_code == 422
        assert "Recounted twice" in refused.text
        officer.post(
            address, {"outcome": "explained", "closing_reason": "Recounted twice", "password": accounts.PASSWORD}
        )
        assert "closed" in officer.get(page).text
        assert Discrepancy.objects.get(pk=row.pk).outcome == "explained"

    def test_transfer_and_disposal_by_their_pages(self, client, now_lot, witness):
        moved = client.post(
            reverse("dosing:transfer", args=[now_lot.pk]), {"containers": "2", "to_location": "Room 2"}, follow=True
        )
        assert "Room 2" in moved.text
        typed = {"what": "waste", "containers": "1", "amount": "1", "note": "Vial broke", **by_witness(witness)}
        gone = client.post(reverse("dosing:dispose", args=[now_lot.pk]), typed, follow=True)
        assert "Wasted from stock" in gone.text
        assert StockLot.objects.get(pk=now_lot.pk).balance_mg == 450
