"""Each vial and device for itself: what a delivery brings, what a draw takes, what its page tells (R60, J7)."""

import importlib
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.errors import Blocked, InvalidInput, StaleState
from common.immutability import _drop_triggers, install_triggers
from dosing import actions
from dosing.containers import labels_of, parts_of, spans
from dosing.forms import GiveDoseForm, TransferForm
from dosing.models import Administration, Product, StockContainer, StockLot, StockMovement
from tests.builders import accounts, dosing
from tests.builders.chain import commit

pytestmark = pytest.mark.django_db
AT = dosing.AT


def held(lot) -> list[tuple]:
    rows = StockContainer.objects.filter(lot=lot).order_by("number")
    return [(row.number, row.balance_mg, row.opened_at is not None) for row in rows]


def taken(given) -> list[tuple]:
    rows = given.draw.movements.select_related("container__product").order_by("number")
    return [(row.container.label, row.change_mg, row.container_before_mg, row.container_after_mg) for row in rows]


class TestReceiving:
    def test_a_delivery_is_one_row_and_as_many_vials_as_the_pack_says(self, clinic):
        lot = dosing.stock_lot(clinic.nurse, amount_mg=Decimal(2000))
        assert held(lot) == [(number, 500, False) for number in (1, 2, 3, 4)]
        row = StockMovement.objects.get(lot=lot)
        assert (row.containers, row.container, row.change_mg) == (4, None, 2000)
        assert row.received_containers.count() == 4

    def test_numbers_count_over_all_places_of_a_lot_number(self, clinic):
        here = dosing.stock_lot(clinic.nurse, lot_number="L7")
        there = dosing.stock_lot(clinic.nurse, lot_number="L7", location="Safe B")
        dosing.stock_lot(clinic.nurse, lot_number="L7")
        assert [row[0] for row in held(here)] == [1, 2, 5, 6]
        assert [row[0] for row in held(there)] == [3, 4]

    @pytest.mark.parametrize(
        ("route", "entry", "field"),
        [
            ("IM", {"amount_mg": Decimal(625), "containers": None}, "amount"),
            ("IM", {"amount_mg": Decimal(100), "containers": 3}, "containers"),
            ("IM", {"containers": 0}, "containers"),
            ("IM", {"containers": 2001}, "containers"),
            ("SL", {"amount_mg": Decimal(1000), "containers": 3}, "containers"),
        ],
    )
    def test_what_cannot_be_in_them_is_told_beside_the_field(self, clinic, route, entry, field):
        with pytest.raises(InvalidInput) as refusal:
            dosing.stock_lot(clinic.nurse, route=route, **entry)
        assert list(refusal.value.fields) == [field]
        assert not StockContainer.objects.exists()

    def test_where_no_pack_is_known_a_delivery_says_how_many_or_is_one(self, clinic):
        one = dosing.stock_lot(clinic.nurse, route="SL", amount_mg=Decimal(3000), containers=None)
        five = dosing.stock_lot(clinic.nurse, route="SL", amount_mg=Decimal(3000), containers=5)
        assert held(one) == [(1, 3000, False)]
        assert [row[1] for row in held(five)] == [600] * 5


class TestDrawing:
    @pytest.fixture
    def lot(self, clinic):
        return dosing.stock_lot(clinic.nurse, amount_mg=Decimal(1500))

    def give(self, clinic, lot, drawn: int, **more):
        return dosing.given_dose(clinic, lot=lot, drawn_mg=Decimal(drawn), planned_mg=Decimal(35), **more)

    def test_the_first_draw_opens_a_vial_and_the_next_uses_it_up_first(self, clinic, lot):
        assert taken(self.give(clinic, lot, 100)) == [("vial 1", -100, 500, 400)]
        assert held(lot) == [(1, 400, True), (2, 500, False), (3, 500, False)]
        assert StockContainer.objects.get(lot=lot, number=1).opened_at == AT
        assert taken(self.give(clinic, lot, 450)) == [("vial 1", -400, 400, 0), ("vial 2", -50, 500, 450)]
        assert held(lot) == [(1, 0, True), (2, 450, True), (3, 500, False)]

    def test_a_named_vial_is_the_one_that_is_drawn_from(self, clinic, lot):
        self.give(clinic, lot, 100)
        [third] = dosing.containers(lot, 3)
        assert taken(self.give(clinic, lot, 60, container_id=third)) == [("vial 3", -60, 500, 440)]
        assert held(lot) == [(1, 400, True), (2, 500, False), (3, 440, True)]

    def test_a_named_vial_that_holds_less_is_refused_beside_its_field(self, clinic, lot):
        self.give(clinic, lot, 480)
        [first] = dosing.containers(lot, 1)
        other = dosing.stock_lot(clinic.nurse)
        for pk in (first, *dosing.containers(other, 1), uuid.uuid4()):
            with pytest.raises(InvalidInput) as refusal:
                self.give(clinic, lot, 50, container_id=pk)
            assert list(refusal.value.fields) == ["container_id"]
        assert held(lot)[0] == (1, 20, True)

    def test_devices_are_taken_as_many_as_are_drawn(self, clinic):
        """One is given at a time, but several may lie ready."""
        lot = dosing.stock_lot(clinic.nurse, route="ESK", amount_mg=Decimal(140))
        given = dosing.given_dose(clinic, lot=lot, route="ESK", drawn_mg=Decimal(56))
        assert taken(given) == [("device 1", -28, 28, 0), ("device 2", -28, 28, 0)]
        [fourth] = dosing.containers(lot, 4)
        more = dosing.given_dose(clinic, lot=lot, route="ESK", drawn_mg=Decimal(56), container_id=fourth)
        assert taken(more) == [("device 4", -28, 28, 0), ("device 3", -28, 28, 0)]

    def test_more_than_the_lot_holds_is_refused(self, clinic, lot):
        with pytest.raises(Blocked):
            self.give(clinic, lot, 1501)
        assert held(lot) == [(number, 500, False) for number in (1, 2, 3)]

    def test_a_retry_that_names_another_vial_is_refused(self, clinic, lot):
        record, row_id = dosing.dosing_record(clinic), uuid.uuid4()
        first, second = dosing.containers(lot, 1, 2)
        once = self.give(clinic, lot, 50, record=record, id=row_id, container_id=first)
        assert self.give(clinic, lot, 50, record=record, id=row_id, container_id=first) == once
        with pytest.raises(InvalidInput):
            self.give(clinic, lot, 50, record=record, id=row_id, container_id=second)

    def test_a_draw_costs_two_statements_for_its_vial_and_three_for_a_further_one(self, clinic, lot):
        """25 statements before vials were kept, of which the savepoints of a nested transaction are a part."""
        records = [dosing.dosing_record(clinic) for _ in range(2)]
        with CaptureQueriesContext(connection) as one:
            self.give(clinic, lot, 50, record=records[0])
        with CaptureQueriesContext(connection) as two:
            self.give(clinic, lot, 460, record=records[1])
        assert (len(one), len(two)) == (27, 30)


class TestUpgrade:
    """Lots from before containers were kept."""

    @pytest.fixture
    def earlier(self, clinic):
        """A lot in stock and one used up, with devices drawn and not all given, and no container anywhere."""
        lot = dosing.stock_lot(clinic.nurse, route="ESK", amount_mg=Decimal(140))
        given = dosing.given_dose(clinic, lot=lot, route="ESK", drawn_mg=Decimal(84))
        empty = dosing.stock_lot(clinic.nurse, lot_number="GONE", amount_mg=Decimal(35))
        dosing.given_dose(clinic, lot=empty)
        commit()
        none = "container_id = NULL, container_number = NULL, container_before_mg = NULL, container_after_mg = NULL"
        with connection.cursor() as cursor:
            _drop_triggers(connection, cursor)
            cursor.execute(f"UPDATE {StockMovement._meta.db_table} SET {none}, containers = NULL")
            cursor.execute(f"DELETE FROM {StockContainer._meta.db_table}")
        Product.objects.update(container_amount=None)
        migration = importlib.import_module("dosing.migrations.0009_containers_of_lots")
        migration.name_sizes(apps, None)
        migration.seal_lots(apps, None)
        commit()
        install_triggers()
        return lot, empty, given

    def test_each_becomes_one_container_with_what_is_left(self, earlier):
        lot, empty, _ = earlier
        [sealed] = StockContainer.objects.filter(lot=lot)
        assert (sealed.number, sealed.full_mg, sealed.received_mg, sealed.balance_mg) == (1, 56, 56, 56)
        [used_up] = StockContainer.objects.filter(lot=empty)
        assert (used_up.full_mg, used_up.received_mg, used_up.balance_mg) == (35, 0, 0)

    def test_products_of_known_packs_get_their_size(self, earlier):
        sizes = dict(Product.objects.values_list("name", "container_amount"))
        assert sizes["Ketalar 50 mg/mL, 10 mL vial"] == 10
        assert sizes["Spravato 28 mg nasal spray device"] == 1
        assert sizes["Compounded ketamine troche 100 mg"] is None

    def test_the_ledger_goes_on(self, clinic, earlier):
        lot, _, given = earlier
        witness = accounts.staff(clinic.practice, roles=["nurse"])
        dosing.wasted(given.draw, clinic, witness, what="return", amount_mg=Decimal(28))
        assert [row[:2] for row in held(lot)] == [(1, 84)]
        more = dosing.given_dose(clinic, lot=StockLot.objects.get(pk=lot.pk), route="ESK")
        assert taken(more) == [("device 1", -28, 84, 56)]


class TestPages:
    @pytest.fixture
    def client(self, clinic):
        return accounts.sign_in(Client(), clinic.nurse)

    @pytest.fixture
    def lot(self, clinic):
        return dosing.stock_lot(clinic.nurse, timezone.now() - timedelta(hours=2), invoice="INV-7")

    def dose(self, clinic, lot, **more):
        at = timezone.now() - timedelta(minutes=5)
        return dosing.given_dose(clinic, dosing.dosing_record(clinic, at), at, lot, **more)

    def test_a_vial_tells_its_whole_life(self, client, clinic, lot):
        """J7: from the delivery over the draw to the waste, with whom and for which record."""
        given = self.dose(clinic, lot, drawn_mg=Decimal(50))
        witness = accounts.staff(clinic.practice, roles=["nurse"])
        dosing.wasted(given.draw, clinic, witness, timezone.now())
        vial = StockContainer.objects.get(lot=lot, number=1)
        text = client.get(reverse("dosing:container", args=[vial.pk])).text
        for words in ("Vial 1", "opened", "450", "INV-7", "one of 2", "Drawn", "wasted", witness.user.full_name):
            assert words in text
        record = reverse("sessions:dosing_record", args=[given.dosing_record_id])
        assert record in text
        assert reverse("dosing:container", args=[vial.pk]) in client.get(reverse("dosing:lot", args=[lot.pk])).text

    def test_what_became_of_each(self, client, clinic, lot):
        witness = accounts.staff(clinic.practice, roles=["nurse"])
        signs = {"witness_email": witness.user.email, "witness_password": accounts.PASSWORD}
        destroyed = {"what": "destroy", "taken_by": "Return Pharma", "form_number": "41-7", "note": "Cap is off"}
        act = {"lot": lot, "by": clinic.nurse, "at": timezone.now(), "containers": dosing.containers(lot, 2)}
        actions.dispose_stock(**act, **destroyed, **signs)
        text = client.get(reverse("dosing:containers", args=[lot.pk])).text
        for word in ("unopened", "destroyed"):
            assert word in text

    def test_the_queries_stay_the_same_however_many(self, client, clinic, lot):
        def asked() -> list[int]:
            vial = StockContainer.objects.get(lot=lot, number=1)
            addresses = [reverse(f"dosing:{name}", args=[lot.pk]) for name in ("lot", "containers")]
            counts = []
            for address in (*addresses, reverse("dosing:container", args=[vial.pk])):
                client.get(address)
                with CaptureQueriesContext(connection) as captured:
                    assert client.get(address).status_code == 200
                counts.append(len(captured))
            return counts

        self.dose(clinic, lot)
        few = asked()
        dosing.stock_lot(clinic.nurse, timezone.now(), lot_number=lot.lot_number, amount_mg=Decimal(20_000))
        for _ in range(4):
            self.dose(clinic, lot)
        assert asked() == few

    @pytest.mark.parametrize("name", ["containers", "container"])
    def test_of_another_practice_it_does_not_exist(self, clinic, lot, name):
        alien = accounts.sign_in(Client(), accounts.clinic_with_staff(name="Elsewhere").nurse)
        pk = lot.pk if name == "containers" else dosing.containers(lot, 1)[0]
        assert alien.get(reverse(f"dosing:{name}", args=[pk])).status_code == 404

    @pytest.mark.parametrize("name", ["transfer", "dispose"])
    def test_the_pages_ask_which_by_number(self, client, lot, name):
        text = client.get(reverse(f"dosing:{name}", args=[lot.pk])).text
        assert 'name="containers"' in text
        assert "Here are 1-2." in text

    def test_an_amount_says_which_vials_it_comes_from(self, client, clinic, lot):
        typed = {"lot": str(lot.pk), "drawn_amount": "11", "given_amount": "1"}
        assert "vial 1: 500" in client.get(reverse("dosing:amounts"), typed).text
        second = str(dosing.containers(lot, 2)[0])
        few = client.get(reverse("dosing:amounts"), {**typed, "drawn_amount": "2", "container_id": second}).text
        assert "vial 2: 100" in few
        assert "vial 1" not in few


class TestForms:
    def test_the_dose_form_offers_what_is_open_first_and_leaves_the_choice_open(self, clinic):
        record, lot = dosing.dosing_record(clinic), dosing.stock_lot(clinic.nurse)
        dosing.given_dose(clinic, lot=lot, container_id=dosing.containers(lot, 2)[0])
        some = StockContainer.objects.first_of_each_lot([lot], 8)
        form = GiveDoseForm(order=record.order, lots=[lot], givers=[], containers=some)
        (_, nothing), (_, group) = form.fields["container_id"].choices
        assert nothing == "An opened vial first, then the next by number"
        assert [label for _, label in group] == ["vial 2, opened, 9.3 mL left", "vial 1, 10 mL"]
        assert form["container_id"].value() is None

    @pytest.mark.parametrize(
        ("typed", "told"),
        [("9", "vial 9 is not here"), ("2-1", "no range"), ("one", "such as 3, 5-9"), ("1-9999", "no range")],
    )
    def test_numbers_that_are_not_there(self, clinic, typed, told):
        lot = dosing.stock_lot(clinic.nurse)
        rows = StockContainer.objects.filter(lot=lot)
        form = TransferForm({"containers": typed, "to_location": "Room 2"}, lot=lot, in_stock=rows)
        assert told in str(form.errors["containers"])

    def test_numbers_as_people_write_them(self, clinic):
        lot = dosing.stock_lot(clinic.nurse, amount_mg=Decimal(3000))
        rows = StockContainer.objects.filter(lot=lot)
        form = TransferForm({"containers": " 1, 3–5,3", "to_location": "Room 2"}, lot=lot, in_stock=rows)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["containers"] == dosing.containers(lot, 1, 3, 4, 5)


def test_words_for_many(clinic):
    assert [spans(numbers) for numbers in ([], [4], [5, 4, 3, 1], [1, 2, 9])] == ["", "4", "1 and 3-5", "1-2 and 9"]
    lot = dosing.stock_lot(clinic.nurse, route="ESK", amount_mg=Decimal(140))
    given = Administration.objects.get(pk=dosing.given_dose(clinic, lot=lot, route="ESK", drawn_mg=Decimal(56)).pk)
    assert labels_of(given.draw.movements.select_related("container__product")) == "devices 1-2"
    assert labels_of([]) == ""
    rows = list(StockContainer.objects.to_take(lot))
    assert [(row.number, mg) for row, mg in parts_of(rows, Decimal(40))] == [(3, 28), (4, 12)]
    assert [(row.number, mg) for row, mg in parts_of(rows, Decimal(40), rows[2].pk)] == [(5, 28), (3, 12)]


def test_a_case_about_a_vial_that_was_emptied_meanwhile_is_counted_again(clinic):
    lot = dosing.stock_lot(clinic.nurse)
    dosing.given_dose(clinic, lot=lot, drawn_mg=Decimal(450))
    row = dosing.discrepancy(clinic.nurse, lot, AT + timedelta(minutes=1), Decimal(20))
    later = AT + timedelta(minutes=2)
    dosing.given_dose(clinic, dosing.dosing_record(clinic, later), later, lot, drawn_mg=Decimal(50))
    by = accounts.actor(accounts.staff(clinic.practice, roles=["nurse"]))
    told = {"what": "adjust", "reason": "A draw was not entered", "password": accounts.PASSWORD}
    with pytest.raises(StaleState, match="Vial 1 holds 0 mg"):
        actions.correct_stock(discrepancy=row, by=by, at=later, **told)
