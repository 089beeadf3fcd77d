"""Waste and return with a second person's own sign-in (R43, R48)."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.actions import change_practice_settings, end_membership
from accounts.actor import system_actor
from accounts.models import SignInFailure
from common.errors import InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from dosing import actions
from dosing.models import DosingRecord, Draw, Remainder, StockLot, StockMovement
from tests.builders import accounts, dosing
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
AT = dosing.AT
LATER = AT + timedelta(minutes=5)


@pytest.fixture(scope="module")
def drawn(shared, staffed):
    """50 mg drawn, 35 mg given by the nurse: 15 mg are left."""
    return shared(lambda: dosing.given_dose(staffed, drawn_mg=Decimal(50)).draw)


@pytest.fixture
def draw(clinic, drawn):
    return deepcopy(drawn)


@pytest.fixture
def second_nurse(clinic):
    return accounts.staff(clinic.practice, roles=["nurse"])


def dispose(clinic, draw, witness, **more):
    values = {
        "by": clinic.nurse,
        "at": LATER,
        "what": "waste",
        "amount_mg": Decimal(15),
        "method": "drug buster",
        "reason": "not needed",
        "witness_email": witness.user.email,
        "witness_password": accounts.PASSWORD,
        **more,
    }
    return actions.dispose_remainder(draw=Draw.objects.get(pk=draw.pk), **values)


def refuse_witness(clinic, draw, witness, **more):
    with pytest.raises(InvalidInput) as refusal:
        dispose(clinic, draw, witness, **more)
    assert list(refusal.value.fields) == ["witness_email"]
    stored = Draw.objects.get(pk=draw.pk)
    assert (stored.outstanding_mg, stored.closed_at) == (15, None)
    assert not Remainder.objects.exists()


def test_waste_closes_the_account_and_leaves_the_lot_alone(clinic, draw, second_nurse):
    remainder = dispose(clinic, draw, second_nurse)

    stored = Draw.objects.get(pk=draw.pk)
    sheet = DosingRecord.objects.get(pk=draw.dosing_record_id)
    assert (stored.given_mg, stored.wasted_mg, stored.returned_mg, stored.outstanding_mg) == (35, 15, 0, 0)
    assert stored.closed_at == LATER
    assert (sheet.wasted_mg, sheet.has_open_remainder) == (15, False)
    assert str(second_nurse.pk) in sheet.staff_ids
    assert (remainder.witness_id, remainder.witnessed_as) == (second_nurse.pk, "nurse")
    assert StockLot.objects.get(pk=draw.lot_id).balance_mg == 950
    audit = AuditEvent.objects.get(action="dosing.dispose_remainder")
    assert (audit.object_id, audit.detail["witness"]) == (sheet.pk, str(second_nurse.pk))


def test_waste_in_parts(clinic, draw, second_nurse):
    dispose(clinic, draw, second_nurse, amount_mg=Decimal(5))
    assert Draw.objects.get(pk=draw.pk).closed_at is None
    assert DosingRecord.objects.get(pk=draw.dosing_record_id).has_open_remainder
    dispose(clinic, draw, second_nurse, amount_mg=Decimal(10))
    assert Draw.objects.get(pk=draw.pk).closed_at == LATER


def test_more_than_is_left_is_refused(clinic, draw, second_nurse):
    with pytest.raises(StaleState):
        dispose(clinic, draw, second_nurse, amount_mg=Decimal("15.001"))
    dispose(clinic, draw, second_nurse)
    with pytest.raises(StaleState):
        dispose(clinic, draw, second_nurse, amount_mg=Decimal("0.001"))


def test_what_hangs_in_the_pump_cannot_be_wasted(clinic, second_nurse):
    running = dosing.given_dose(clinic, route="IV", drawn_mg=Decimal(50))
    with pytest.raises(StaleState):
        dispose(clinic, running.draw, second_nurse, amount_mg=Decimal("15.001"))
    dispose(clinic, running.draw, second_nurse, amount_mg=Decimal(15))
    assert Draw.objects.get(pk=running.draw_id).closed_at is None


def test_witness_without_a_password(clinic, draw, second_nurse):
    refuse_witness(clinic, draw, second_nurse, witness_password="")
    refuse_witness(clinic, draw, second_nurse, witness_email="")


def test_witness_with_a_wrong_password_counts_as_a_failed_sign_in(clinic, draw, second_nurse):
    refuse_witness(clinic, draw, second_nurse, witness_password="not the right one")
    assert SignInFailure.objects.count() == 1


def test_witness_is_not_who_records(clinic, draw):
    refuse_witness(clinic, draw, clinic.members["nurse"])


def test_witness_is_not_who_gave_although_somebody_else_records(clinic, draw):
    refuse_witness(clinic, draw, clinic.members["nurse"], by=clinic.prescriber)


def test_deactivated_witness(clinic, draw, second_nurse):
    end_membership(membership=second_nurse, by=clinic.admin, at=AT)
    refuse_witness(clinic, draw, second_nurse)


@pytest.mark.parametrize("role", ["admin", "compliance"])
def test_witness_in_a_role_that_may_not(clinic, draw, role):
    refuse_witness(clinic, draw, clinic.members[role])


def test_witness_of_another_practice(clinic, draw):
    elsewhere = accounts.clinic_with_staff(name="Elsewhere")
    refuse_witness(clinic, draw, elsewhere.members["nurse"])


def test_therapist_witnesses_only_where_the_practice_allows_it(clinic, draw):
    refuse_witness(clinic, draw, clinic.members["therapist"])
    change_practice_settings(practice=clinic.practice, by=clinic.admin, at=AT, witness_therapist=True)
    assert dispose(clinic, draw, clinic.members["therapist"]).witnessed_as == "therapist"


def test_prescriber_may_witness(clinic, draw):
    assert dispose(clinic, draw, clinic.members["prescriber"]).witnessed_as == "prescriber"


@pytest.mark.parametrize("role", ["therapist", "admin", "compliance"])
def test_roles_that_may_not_waste(clinic, draw, second_nurse, role):
    with pytest.raises(NotPermitted):
        dispose(clinic, draw, second_nurse, by=getattr(clinic, role))


def test_off_the_roster_and_other_practice(clinic, draw, second_nurse):
    with pytest.raises(NotPermitted):
        dispose(clinic, draw, clinic.members["prescriber"], by=accounts.actor(second_nurse))
    with pytest.raises(OutOfScope):
        dispose(clinic, draw, second_nurse, by=accounts.clinic_with_staff(name="Elsewhere").nurse)


def test_liquid_is_never_returned(clinic, draw, second_nurse):
    with pytest.raises(InvalidInput) as refusal:
        dispose(clinic, draw, second_nurse, what="return")
    assert list(refusal.value.fields) == ["what"]


def test_unopened_device_goes_back_to_the_lot(clinic, second_nurse):
    lot = dosing.stock_lot(clinic.nurse, route="ESK", amount_mg=Decimal(280))
    given = dosing.given_dose(clinic, dosing.dosing_record(clinic, route="ESK"), lot=lot, drawn_mg=Decimal(56))
    with pytest.raises(InvalidInput):
        dispose(clinic, given.draw, second_nurse, what="return", amount_mg=Decimal(14))

    dispose(clinic, given.draw, second_nurse, what="return", amount_mg=Decimal(28))

    lot.refresh_from_db()
    line = StockMovement.objects.get(lot=lot, what="return")
    assert (lot.balance_mg, line.number, line.before_mg, line.after_mg) == (252, 4, 224, 252)
    assert (line.container.label, line.container_before_mg, line.container_after_mg) == ("device 2", 0, 28)
    assert line.container.is_unopened
    assert (line.draw_id, line.witness_id) == (given.draw_id, second_nurse.pk)
    sheet = DosingRecord.objects.get(pk=given.dosing_record_id)
    assert (sheet.drawn_mg, sheet.given_mg, sheet.returned_mg, sheet.has_open_remainder) == (56, 28, 28, False)


def test_retry_with_the_same_id_wastes_once(clinic, draw, second_nurse):
    row_id = uuid.uuid4()
    part = {"id": row_id, "amount_mg": Decimal(5)}
    first = dispose(clinic, draw, second_nurse, **part)
    assert dispose(clinic, draw, second_nurse, **part) == first
    assert Draw.objects.get(pk=draw.pk).wasted_mg == 5
    with pytest.raises(InvalidInput):
        dispose(clinic, draw, second_nurse, id=row_id, amount_mg=Decimal(6))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"what": "sold"}, "what"),
        ({"amount_mg": Decimal(0)}, "amount_mg"),
        ({"amount_mg": Decimal("1.0001")}, "amount_mg"),
        ({"method": " "}, "method"),
        ({"reason": ""}, "reason"),
        ({"occurred_at": AT - timedelta(minutes=1)}, "occurred_at"),
        ({"at": AT + timedelta(minutes=20), "occurred_at": AT}, "late_reason"),
    ],
)
def test_input_that_cannot_be(clinic, draw, second_nurse, change, field):
    with pytest.raises(InvalidInput) as refusal:
        dispose(clinic, draw, second_nurse, **change)
    assert list(refusal.value.fields) == [field]


def test_temporary_password_is_not_an_own_one(clinic, draw):
    from accounts.actions import add_staff

    membership, secret = add_staff(
        by=system_actor("setup", clinic.practice.pk),
        at=AT,
        email="new@clinic.invalid",
        full_name="New Nurse",
        credentials="RN",
        initials="NN",
        roles=["nurse"],
    )
    refuse_witness(clinic, draw, membership, witness_password=secret)
