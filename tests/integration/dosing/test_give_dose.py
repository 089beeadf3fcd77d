"""Giving a dose: what is written, and everything that refuses it (R42, R43, R60, F10)."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.actions import change_staff_roles, end_membership
from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope
from common.models import AuditEvent
from dosing import actions, hooks
from dosing.models import Administration, AdministrationEnd, DosingRecord, Draw, StockLot, StockMovement
from patients.actions import remove_from_team
from tests.builders import accounts, dosing, patients
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
AT = dosing.AT
REASON = "agreed with the patient and the team"


@pytest.fixture(scope="module")
def recorded(shared, staffed):
    return shared(lambda: dosing.dosing_record(staffed))


@pytest.fixture
def record(clinic, recorded):
    return deepcopy(recorded)


@pytest.fixture
def lot(clinic):
    return dosing.stock_lot(clinic.nurse, amount_mg=Decimal(500))


def refused(clinic, record, lot, **entry):
    before = StockLot.objects.get(pk=lot.pk).balance_mg
    with pytest.raises(Blocked) as refusal:
        dosing.given_dose(clinic, record, lot=lot, **entry)
    assert StockLot.objects.get(pk=lot.pk).balance_mg == before
    return {blocker.code: blocker.override for blocker in refusal.value.blockers}


def test_injection_writes_draw_movement_dose_and_end(clinic, record, lot):
    administration = dosing.given_dose(clinic, record, lot=lot, drawn_mg=Decimal(50))

    lot.refresh_from_db()
    draw = administration.draw
    draw.refresh_from_db()
    end = AdministrationEnd.objects.get(administration=administration)
    movement = StockMovement.objects.get(draw=draw)
    assert (lot.balance_mg, lot.movements) == (Decimal(450), 2)
    assert (movement.number, movement.before_mg, movement.change_mg, movement.after_mg) == (2, 500, -50, 450)
    assert (draw.drawn_ml, draw.given_mg, draw.outstanding_mg, draw.closed_at) == (1, 35, 15, None)
    assert (end.how, end.given_mg) == ("completed", Decimal(35))
    audit = AuditEvent.objects.get(action="dosing.give_dose")
    assert (audit.object_id, audit.patient_id, audit.role) == (record.pk, record.patient_id, "nurse")
    assert audit.detail["administration"] == str(administration.pk)


def test_sheet_gathers_totals_marks_and_people(clinic, record, lot):
    dosing.given_dose(clinic, record, lot=lot, drawn_mg=Decimal(50))

    sheet = DosingRecord.objects.get(pk=record.pk)
    assert (sheet.first_dose_at, sheet.last_dose_at, sheet.dosing_ended_at) == (AT, AT, AT)
    assert (sheet.first_dose_mg, sheet.drawn_mg, sheet.given_mg, sheet.ordered_mg) == (35, 50, 35, 35)
    assert (sheet.has_open_remainder, sheet.has_late_entry, sheet.is_above_order) == (True, False, False)
    assert f" {lot.lot_number} " in sheet.lot_numbers
    assert f" {clinic.nurse.membership_id} " in sheet.staff_ids


def test_nothing_left_closes_the_draw(clinic, record, lot):
    administration = dosing.given_dose(clinic, record, lot=lot)
    draw = Draw.objects.get(pk=administration.draw_id)
    assert (draw.outstanding_mg, draw.closed_at) == (0, AT)
    assert DosingRecord.objects.get(pk=record.pk).has_open_remainder is False


def test_opening_the_sheet_twice_is_one_sheet(clinic, record):
    again = actions.open_dosing_record(by=clinic.nurse, at=AT, id=record.pk, order=record.order)
    assert again.pk == record.pk
    assert AuditEvent.objects.filter(action="dosing.open_dosing_record").count() == 1


def test_sheet_follows_a_newer_version_of_the_order(clinic, record, lot):
    series = record.order.series
    newer = dosing.signed_order(series, clinic.prescriber, mg_per_kg=Decimal("0.4"), replaces=record.order)
    assert "ORDER_REPLACED" in refused(clinic, record, lot)

    sheet = actions.open_dosing_record(by=clinic.nurse, at=AT, id=record.pk, order=newer)

    assert (sheet.pk, sheet.order_id, sheet.ordered_mg) == (record.pk, newer.pk, 28)
    assert dosing.given_dose(clinic, sheet, lot=lot).planned_mg == 28


def test_sheet_cannot_be_opened_under_an_order_not_in_force(clinic, record):
    order = record.order
    dosing.signed_order(order.series, clinic.prescriber, replaces=order)
    with pytest.raises(Blocked) as replaced:
        actions.open_dosing_record(by=clinic.nurse, at=AT, id=record.pk, order=order)
    with pytest.raises(Blocked) as ended:
        actions.open_dosing_record(by=clinic.nurse, at=AT + timedelta(days=91), id=record.pk, order=order)
    assert [b.code for b in replaced.value.blockers] == ["ORDER_REPLACED"]
    assert [b.code for b in ended.value.blockers] == ["ORDER_REPLACED", "ORDER_EXPIRED"]


def test_retry_with_the_same_id_gives_once(clinic, record, lot):
    row_id = uuid.uuid4()
    first = dosing.given_dose(clinic, record, lot=lot, id=row_id)
    again = dosing.given_dose(clinic, record, lot=lot, id=row_id)
    lot.refresh_from_db()
    assert (first.pk, again.pk, lot.balance_mg) == (row_id, row_id, 465)
    assert Administration.objects.count() == 1


@pytest.mark.parametrize("change", [{"drawn_mg": Decimal(40)}, {"planned_mg": Decimal(30)}])
def test_same_id_with_other_content_is_refused(clinic, record, lot, change):
    row_id = uuid.uuid4()
    dosing.given_dose(clinic, record, lot=lot, id=row_id)
    with pytest.raises(InvalidInput) as refusal:
        dosing.given_dose(clinic, record, lot=lot, id=row_id, **change)
    assert list(refusal.value.fields) == ["id"]


@pytest.mark.parametrize("role", ["therapist", "admin", "compliance"])
def test_roles_that_may_not_give(clinic, record, lot, role):
    with pytest.raises(NotPermitted):
        dosing.given_dose(clinic, record, lot=lot, by=getattr(clinic, role))


def test_nurse_who_is_not_on_the_roster_may_not_give(clinic, record, lot):
    stranger = accounts.actor(accounts.staff(clinic.practice, roles=["nurse"]))
    with pytest.raises(NotPermitted):
        dosing.given_dose(clinic, record, lot=lot, by=stranger)


def test_nurse_of_another_practice_sees_nothing(clinic, record, lot):
    elsewhere = accounts.clinic_with_staff(name="Elsewhere")
    with pytest.raises(OutOfScope):
        dosing.given_dose(clinic, record, lot=lot, by=elsewhere.nurse)


def test_giver_is_named_on_the_session_works_here_and_may_give(clinic, record, lot):
    stranger = accounts.staff(clinic.practice, roles=["nurse"])
    elsewhere = accounts.clinic_with_staff(name="Elsewhere").nurse
    for giver in (stranger.pk, elsewhere.membership_id, clinic.therapist.membership_id, uuid.uuid4()):
        with pytest.raises(InvalidInput) as refusal:
            dosing.given_dose(clinic, record, lot=lot, given_by_id=giver)
        assert list(refusal.value.fields) == ["given_by_id"]


def test_giver_who_left_or_lost_the_role_is_refused(clinic, record, lot):
    prescriber = clinic.members["prescriber"]
    change_staff_roles(membership=prescriber, by=clinic.admin, at=AT, roles=["therapist"])
    with pytest.raises(InvalidInput):
        dosing.given_dose(clinic, record, lot=lot, given_by_id=prescriber.pk)
    end_membership(membership=prescriber, by=clinic.admin, at=AT)
    with pytest.raises(InvalidInput):
        dosing.given_dose(clinic, record, lot=lot, given_by_id=prescriber.pk)


def test_nurse_may_record_what_the_prescriber_gave(clinic, record, lot):
    administration = dosing.given_dose(clinic, record, lot=lot, given_by_id=clinic.prescriber.membership_id)
    assert administration.given_by_id == clinic.prescriber.membership_id
    assert administration.recorded_by_id == clinic.nurse.membership_id
    assert administration.draw.drawn_by_id == clinic.prescriber.membership_id


def test_lot_of_another_practice_does_not_exist(clinic, record):
    elsewhere = accounts.clinic_with_staff(name="Elsewhere")
    foreign = dosing.stock_lot(elsewhere.nurse)
    with pytest.raises(OutOfScope):
        dosing.given_dose(clinic, record, lot=foreign)
    foreign.refresh_from_db()
    assert foreign.balance_mg == 1000


def test_expired_lot_is_refused(clinic, record):
    lot = dosing.stock_lot(clinic.nurse, AT - timedelta(days=60), expires_on=AT.date() - timedelta(days=1))
    assert refused(clinic, record, lot) == {"LOT_EXPIRED": None}


def test_lot_that_holds_too_little_is_refused(clinic, record):
    lot = dosing.stock_lot(clinic.nurse, amount_mg=Decimal("34.9"))
    assert refused(clinic, record, lot) == {"LOT_TOO_SMALL": None}


def test_product_of_another_route_is_refused(clinic, record):
    lot = dosing.stock_lot(clinic.nurse, route="SL")
    found = refused(clinic, record, lot, drawn_mg=Decimal(100), planned_mg=Decimal(35))
    assert found["PRODUCT_NOT_FOR_ROUTE"] is None


def test_racemic_never_goes_into_an_esketamine_session(clinic):
    record = dosing.dosing_record(clinic, route="ESK")
    lot = dosing.stock_lot(clinic.nurse, route="IN_RACEMIC")
    assert refused(clinic, record, lot)["PRODUCT_NOT_FOR_ROUTE"] is None


def test_another_strength_needs_a_prescriber_with_a_reason(clinic, record):
    lot = dosing.stock_lot(clinic.nurse, product=dosing.product(clinic.practice, "Ketalar 100"))
    reasons = {"PRODUCT_NOT_ORDERED": REASON}
    assert refused(clinic, record, lot, overrides=reasons) == {"PRODUCT_NOT_ORDERED": "override_limit"}
    administration = dosing.given_dose(clinic, record, lot=lot, overrides=reasons, by=clinic.prescriber)
    assert administration.overrides == reasons
    assert DosingRecord.objects.get(pk=record.pk).is_limit_overridden


def test_more_than_the_order_marks_the_sheet(clinic, record, lot):
    reasons = {"DOSE_ABOVE_ORDER": REASON, "DOSE_DIFFERS_FROM_ORDER": REASON}
    more = {"drawn_mg": Decimal(50), "planned_mg": Decimal(50)}
    assert set(refused(clinic, record, lot, **more)) == set(reasons)
    dosing.given_dose(clinic, record, lot=lot, overrides=reasons, by=clinic.prescriber, **more)
    sheet = DosingRecord.objects.get(pk=record.pk)
    assert (sheet.is_above_order, sheet.is_limit_overridden, sheet.given_mg) == (True, True, 50)


def test_above_the_hard_limit_not_even_a_prescriber(clinic, record, lot):
    reasons = dict.fromkeys(("DOSE_ABOVE_HARD_LIMIT", "DOSE_ABOVE_ORDER", "DOSE_DIFFERS_FROM_ORDER"), REASON)
    entry = {"drawn_mg": Decimal(141), "planned_mg": Decimal(141), "overrides": reasons}
    assert refused(clinic, record, lot, by=clinic.prescriber, **entry) == {"DOSE_ABOVE_HARD_LIMIT": None}


def test_prescriber_off_the_team_passes_nothing(clinic, record, lot):
    remove_from_team(patient=record.patient, by=clinic.nurse, at=AT, membership_id=clinic.prescriber.membership_id)
    entry = {"drawn_mg": Decimal(30), "overrides": {"DOSE_DIFFERS_FROM_ORDER": REASON}}
    assert refused(clinic, record, lot, by=clinic.prescriber, **entry)


def test_booster_waits_and_counts(clinic, lot):
    record = dosing.dosing_record(clinic, booster_mg=Decimal(15), booster_after_min=12)
    dosing.given_dose(clinic, record, lot=lot)
    booster = {"drawn_mg": Decimal(15), "planned_mg": Decimal(15)}
    early, right = AT + timedelta(minutes=11), AT + timedelta(minutes=12)
    assert refused(clinic, record, lot, at=early, **booster) == {"BOOSTER_TOO_SOON": "override_limit"}

    second = dosing.given_dose(clinic, record, lot=lot, at=right, **booster)

    sheet = DosingRecord.objects.get(pk=record.pk)
    assert (second.number, sheet.given_mg, sheet.first_dose_at, sheet.last_dose_at) == (2, 50, AT, right)
    assert (sheet.first_dose_mg, sheet.is_above_order) == (35, False)


def test_devices_one_after_the_other(clinic):
    record = dosing.dosing_record(clinic, route="ESK")
    lot = dosing.stock_lot(clinic.nurse, route="ESK", amount_mg=Decimal(280))
    one = {"drawn_mg": Decimal(28), "planned_mg": Decimal(28)}
    dosing.given_dose(clinic, record, lot=lot, **one)
    dosing.given_dose(clinic, record, lot=lot, at=AT + timedelta(minutes=5), **one)
    third = AT + timedelta(minutes=10)
    assert set(refused(clinic, record, lot, at=third, **one)) == {"DOSE_ABOVE_ORDER"}
    lot.refresh_from_db()
    assert lot.balance_amount == 8


def test_doses_are_entered_in_their_order(clinic, record, lot):
    dosing.given_dose(clinic, record, lot=lot)
    later = AT + timedelta(minutes=30)
    with pytest.raises(InvalidInput) as refusal:
        dosing.given_dose(
            clinic, record, lot=lot, at=later, occurred_at=AT - timedelta(minutes=1), late_reason="forgotten then"
        )
    assert list(refusal.value.fields) == ["occurred_at"]


def test_dose_before_the_order_was_signed_is_refused(clinic, record, lot):
    with pytest.raises(InvalidInput):
        dosing.given_dose(
            clinic, record, lot=lot, occurred_at=AT - timedelta(minutes=31), late_reason="busy with the patient"
        )


@pytest.mark.parametrize(("minutes", "is_late"), [(15, False), (16, True)])
def test_late_entry_is_marked_and_needs_a_reason(clinic, record, lot, minutes, is_late):
    moment = {"at": AT + timedelta(minutes=minutes), "occurred_at": AT}
    if is_late:
        with pytest.raises(InvalidInput) as refusal:
            dosing.given_dose(clinic, record, lot=lot, **moment)
        assert list(refusal.value.fields) == ["late_reason"]
    dosing.given_dose(clinic, record, lot=lot, late_reason="busy with the patient" if is_late else "", **moment)
    assert DosingRecord.objects.get(pk=record.pk).has_late_entry is is_late


def test_future_dose_is_refused(clinic, record, lot):
    with pytest.raises(InvalidInput):
        dosing.given_dose(clinic, record, lot=lot, occurred_at=AT + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"drawn_mg": Decimal(0), "planned_mg": Decimal(35)}, "drawn_mg"),
        ({"drawn_mg": Decimal("35.0001")}, "drawn_mg"),
        ({"drawn_mg": 35.0, "planned_mg": Decimal(35)}, "drawn_mg"),
        ({"planned_mg": Decimal(36)}, "planned_mg"),
        ({"drawn_mg": Decimal("35.02")}, "drawn_mg"),
        ({"final_volume_ml": Decimal(100)}, ""),
        ({"duration_min": 40}, ""),
    ],
)
def test_numbers_that_cannot_be(clinic, record, lot, entry, field):
    with pytest.raises(InvalidInput) as refusal:
        dosing.given_dose(clinic, record, lot=lot, **entry)
    assert list(refusal.value.fields) == [field]


def test_verifier_signs_with_an_own_password(clinic, record, lot):
    entry = {"verified_email": clinic.prescriber.user.email, "verified_password": accounts.PASSWORD}
    administration = dosing.given_dose(clinic, record, lot=lot, **entry)
    assert administration.verified_by_id == clinic.prescriber.membership_id
    assert str(clinic.prescriber.membership_id) in DosingRecord.objects.get(pk=record.pk).staff_ids


def test_verifiers_that_are_refused(clinic, record, lot):
    own, other = clinic.nurse.user.email, clinic.prescriber.user.email
    therapist = clinic.therapist.user.email
    right = accounts.PASSWORD
    for email, password in ((own, right), (other, "something else here"), (other, ""), ("", right), (therapist, right)):
        with pytest.raises(InvalidInput) as refusal:
            dosing.given_dose(clinic, record, lot=lot, verified_email=email, verified_password=password)
        assert list(refusal.value.fields) == ["verified_email"]


def test_giver_cannot_verify_what_somebody_else_records(clinic, record, lot):
    with pytest.raises(InvalidInput):
        dosing.given_dose(
            clinic,
            record,
            lot=lot,
            given_by_id=clinic.prescriber.membership_id,
            verified_email=clinic.prescriber.user.email,
            verified_password=accounts.PASSWORD,
        )


def test_others_hear_of_the_dose_in_its_transaction(clinic, record, lot, monkeypatch):
    heard = []
    monkeypatch.setattr(hooks.dose_given, "_answers", {"test": lambda **what: heard.append(what)})
    administration = dosing.given_dose(clinic, record, lot=lot)
    assert [what["administration"] for what in heard] == [administration]

    def refuse(**what):
        raise InvalidInput("no")

    monkeypatch.setattr(hooks.dose_given, "_answers", {"test": refuse})
    next_one = dosing.dosing_record(clinic)
    with pytest.raises(InvalidInput):
        dosing.given_dose(clinic, next_one, lot=lot)
    assert Administration.objects.count() == 1


def test_patient_of_somebody_elses_team_needs_no_team_to_be_dosed_on_the_roster(clinic):
    """Roster, not team, decides who gives (security.md 3.1)."""
    nurse = accounts.actor(accounts.staff(clinic.practice, roles=["nurse"]))
    person = patients.patient_with_team(clinic)
    order = dosing.signed_order(patients.series(person, clinic.prescriber), clinic.prescriber)
    session = dosing.session_with_roster(order.series, clinic.nurse, [nurse])
    record = actions.open_dosing_record(by=nurse, at=AT, id=session.pk, order=order)
    lot = dosing.stock_lot(nurse, expires_on=date(2027, 1, 1))
    given = dosing.given_dose(clinic, record, lot=lot, by=nurse, given_by_id=nurse.membership_id)
    assert given.given_by_id == nurse.membership_id
