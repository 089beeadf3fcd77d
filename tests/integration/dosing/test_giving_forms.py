"""The forms beside the patient: typed in mL or units, exact in mg, never filled in beforehand."""

import uuid
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from common.http import refused, submit
from dosing import actions
from dosing.forms import EndInfusionForm, GiveDoseForm, InfusionChangeForm, RemainderForm
from dosing.models import Administration, Draw, Remainder, StockLot
from tests.builders import accounts, dosing
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
AT = dosing.AT
GIVE_KEYWORDS = {
    *(
        "lot_id",
        "container_id",
        "drawn_mg",
        "planned_mg",
        "given_by_id",
        "verified_email",
        "verified_password",
        "site",
        "diluent",
    ),
    *("final_volume_ml", "duration_min", "occurred_at", "late_reason", "id", "overrides"),
}


@pytest.fixture(scope="module")
def recorded(shared, staffed):
    return shared(lambda: dosing.dosing_record(staffed))


@pytest.fixture
def record(clinic, recorded):
    return deepcopy(recorded)


@pytest.fixture
def lot(clinic):
    return dosing.stock_lot(clinic.nurse)


def dose_form(clinic, record, lots, **typed):
    givers = [(clinic.nurse.membership_id, "Nurse")]
    data = None
    if typed:
        data = {"given_by": str(clinic.nurse.membership_id), "id": str(uuid.uuid4()), **typed}
    return GiveDoseForm(data, order=record.order, lots=lots, givers=givers)


def test_nothing_of_the_dose_is_filled_in(clinic, record, lot):
    form = dose_form(clinic, record, [lot])
    for name in ("lot", "drawn_amount", "given_amount", "given_by", "site"):
        assert form[name].value() in (None, "")
    page = render_to_string("dosing/_give_dose_fields.html", {"form": form, "order": record.order})
    assert 'autocomplete="off"' in page
    assert "Drawn, mL" in page


def test_millilitres_become_milligrams_and_the_action_takes_them(clinic, record, lot):
    form = dose_form(clinic, record, [lot], lot=str(lot.pk), drawn_amount="0.82", given_amount="0.7")
    given = submit(form, actions.give_dose, dosing_record=record, by=clinic.nurse, at=AT)
    assert isinstance(given, Administration)
    assert set(form.cleaned_data) == GIVE_KEYWORDS
    assert (form.cleaned_data["drawn_mg"], form.cleaned_data["planned_mg"]) == (41, 35)
    assert given.draw.drawn_ml == Decimal("0.82")


def test_infusion_form_asks_for_bag_and_time(clinic):
    record = dosing.dosing_record(clinic, route="IV")
    lot = dosing.stock_lot(clinic.nurse, route="IV")
    typed = {"lot": str(lot.pk), "drawn_amount": "0.7", "given_amount": "0.7"}
    assert set(dose_form(clinic, record, [lot], **typed).errors) == {"final_volume_ml", "duration_min"}
    form = dose_form(clinic, record, [lot], **typed, final_volume_ml="100", duration_min="40", diluent="NS")
    given = submit(form, actions.give_dose, dosing_record=record, by=clinic.nurse, at=AT)
    assert (given.pump_ml_per_h, given.diluent) == (150, "NS")


def test_devices_are_counted_whole(clinic):
    record = dosing.dosing_record(clinic, route="ESK")
    lot = dosing.stock_lot(clinic.nurse, route="ESK", amount_mg=Decimal(280))
    half = dose_form(clinic, record, [lot], lot=str(lot.pk), drawn_amount="1.5", given_amount="1")
    assert list(half.errors) == ["drawn_amount"]
    form = dose_form(clinic, record, [lot], lot=str(lot.pk), drawn_amount="2", given_amount="2")
    assert form.is_valid()
    assert form.cleaned_data["drawn_mg"] == 56


def test_lots_counted_otherwise_are_not_offered(clinic, record, lot):
    troche = dosing.stock_lot(clinic.nurse, route="SL")
    form = dose_form(clinic, record, [lot, troche])
    assert set(form.lots) == {lot.pk}
    wrong = dose_form(clinic, record, [lot], lot=str(troche.pk), drawn_amount="1", given_amount="1")
    assert list(wrong.errors) == ["lot"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"drawn_amount": "0.7", "given_amount": "0.8"}, "given_amount"),
        ({"drawn_amount": "0.0001", "given_amount": "0.7"}, "drawn_amount"),
        ({"drawn_amount": "101", "given_amount": "0.7"}, "drawn_amount"),
        ({"drawn_amount": "", "given_amount": "0.7"}, "drawn_amount"),
        ({"drawn_amount": "0.7", "given_amount": "0.7", "given_by": str(uuid.uuid4())}, "given_by"),
        ({"drawn_amount": "0.7", "given_amount": "0.7", "occurred_at": "yesterday"}, "occurred_at"),
    ],
)
def test_bad_input_is_marked_beside_its_field(clinic, record, lot, typed, field):
    form = dose_form(clinic, record, [lot], lot=str(lot.pk), **typed)
    assert list(form.errors) == [field]


def test_refused_dose_offers_a_reason_and_takes_it(clinic, record, lot):
    typed = {"lot": str(lot.pk), "drawn_amount": "0.5", "given_amount": "0.5"}
    form = dose_form(clinic, record, [lot], **typed)
    assert refused(submit(form, actions.give_dose, dosing_record=record, by=clinic.prescriber, at=AT))
    page = render_to_string("dosing/_give_dose_fields.html", {"form": form, "order": record.order})
    assert 'name="override_DOSE_DIFFERS_FROM_ORDER"' in page
    assert StockLot.objects.get(pk=lot.pk).balance_mg == 1000

    again = dose_form(clinic, record, [lot], **typed, override_DOSE_DIFFERS_FROM_ORDER="a gentle start was agreed")
    given = submit(again, actions.give_dose, dosing_record=record, by=clinic.prescriber, at=AT)
    assert given.overrides == {"DOSE_DIFFERS_FROM_ORDER": "a gentle start was agreed"}


def test_passwords_are_never_sent_back(clinic, record, lot):
    form = dose_form(clinic, record, [lot], lot=str(lot.pk), verified_email="a@b.invalid", verified_password="secret")
    page = render_to_string("dosing/_give_dose_fields.html", {"form": form, "order": record.order})
    assert "secret" not in page


def test_infusion_change_and_end(clinic):
    infusion = dosing.given_dose(clinic, route="IV")
    empty = InfusionChangeForm({"what": "rate", "reason": "blood pressure"})
    assert list(empty.errors) == ["pump_ml_per_h"]
    form = InfusionChangeForm({"what": "rate", "pump_ml_per_h": "75", "reason": "blood pressure"})
    changed = submit(form, actions.change_infusion, administration=infusion, by=clinic.nurse, at=AT)
    assert changed.pump_ml_per_h == 75

    assert list(EndInfusionForm({"how": "stopped"}).errors) == ["reason"]
    assert list(EndInfusionForm({}).errors) == ["how"]
    form = EndInfusionForm({"how": "stopped", "reason": "patient asked", "given_mg": ""})
    ended = submit(form, actions.end_administration, administration=infusion, by=clinic.nurse, at=AT)
    assert ended.given_mg == 0


def test_remainder_is_typed_in_millilitres_with_a_witness(clinic):
    draw = dosing.given_dose(clinic, drawn_mg=Decimal(50)).draw
    witness = accounts.staff(clinic.practice, roles=["nurse"])
    blank = RemainderForm(draw=draw)
    assert blank["amount"].value() is None
    page = render_to_string("dosing/_remainder_fields.html", {"form": blank, "draw": Draw.objects.get(pk=draw.pk)})
    assert "Returned" not in page
    assert 'autocomplete="off"' in page
    typed = {
        "what": "waste",
        "amount": "0.3",
        "method": "drug buster",
        "reason": "left over",
        "witness_email": witness.user.email,
        "witness_password": accounts.PASSWORD,
        "id": str(uuid.uuid4()),
    }
    done = submit(RemainderForm(typed, draw=draw), actions.dispose_remainder, draw=draw, by=clinic.nurse, at=AT)
    assert isinstance(done, Remainder)
    assert done.amount_mg == 15
    without = RemainderForm({**typed, "witness_password": "", "amount": "1.00001"}, draw=draw)
    assert set(without.errors) == {"witness_password", "amount"}
