"""The database itself refuses a dose that could not have been given so, whoever writes the row (R43)."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection

from accounts.models import Membership, User
from dosing.models import Administration, AdministrationEnd, Draw, Remainder, StockLot
from sessions_app.models import RosterEntry
from tests.builders import accounts, dosing
from tests.builders.raw_rows import attempt, key, nothing

pytestmark = pytest.mark.django_db
is_sqlite = connection.vendor == "sqlite"


@pytest.fixture
def world(clinic):
    """A dose with a rest, its draw, what was wasted of it, and somebody who is on no roster."""
    dose = Administration.objects.select_related("draw").get(pk=dosing.given_dose(clinic, drawn_mg=Decimal(50)).pk)
    outsider = accounts.staff(clinic.practice, roles=["nurse"])
    return clinic, dose, dosing.wasted(dose.draw, clinic, outsider, amount_mg=Decimal(5)), outsider


def moment(at) -> object:
    return connection.ops.adapt_datetimefield_value(at)


def expired(dose, days: int):
    """The lot of the dose had expired so many days before it."""
    day = dosing.AT.date() - timedelta(days=days)
    return lambda: StockLot.objects.filter(pk=dose.draw.lot_id).update(expires_on=day)


def violations(clinic, dose, waste, outsider) -> dict:
    """What is wrong → the row copied, what is done before, what differs, and the word the refusal names."""
    end = AdministrationEnd.objects.get(administration=dose)
    running = dosing.given_dose(clinic, route="IV")
    other = dosing.given_dose(accounts.clinic_with_staff(name="Other practice"))
    fresh = {"number": 2}
    unended = {"administration_id": key(running.pk)}
    giver = dose.given_by_id
    off = partial(RosterEntry.objects.filter(membership_id=giver).update, left_at=dosing.AT)
    gone = partial(Membership.objects.filter(pk=giver).update, is_active=False, left_at=dosing.AT)
    locked = partial(User.objects.filter(memberships=giver).update, is_active=False)
    before = fresh | {"occurred_at": moment(dose.draw.drawn_at - timedelta(seconds=1))}
    account = {"outstanding_mg": 0, "wasted_mg": 0, "returned_mg": 0}
    lot = dose.draw.lot
    return {
        "dose of nothing": (dose, nothing, fresh | {"planned_mg": 0}, "administration_amount"),
        "dose below zero": (dose, nothing, fresh | {"planned_mg": -1}, "administration_amount"),
        "dose above the ceiling": (dose, nothing, fresh | {"planned_mg": 1_000_001}, ""),
        "more than was drawn": (dose, nothing, fresh | {"planned_mg": 50_001}, "refused: draw"),
        "draw of another patient": (dose, nothing, fresh | {"draw_id": key(other.draw_id)}, "refused: draw"),
        "given before drawn": (dose, nothing, before, "refused: time"),
        "giver not on the roster": (dose, nothing, fresh | {"given_by_id": key(outsider.pk)}, "refused: roster"),
        "giver left the roster": (dose, off, fresh, "refused: roster"),
        "giver no longer works here": (dose, gone, fresh, "refused: giver"),
        "giver's account is closed": (dose, locked, fresh, "refused: giver"),
        "giver of another practice": (dose, nothing, fresh | {"given_by_id": key(other.given_by_id)}, "refused: "),
        "lot expired": (dose, expired(dose, 2), fresh, "refused: lot"),
        "verified by the giver": (dose, nothing, fresh | {"verified_by_id": key(giver)}, "verifier_is_not_giver"),
        "number used before": (dose, nothing, {}, ""),
        "id used before": (dose, nothing, fresh | {"id": key(dose.pk)}, ""),
        "recorded before it happened": (dose, nothing, fresh | {"recorded_at": moment(dosing.AT - timedelta(1))}, ""),
        "draw of nothing": (dose.draw, nothing, account | {"drawn_mg": 0, "given_mg": 0}, "draw_not_negative"),
        "draw above the ceiling": (dose.draw, nothing, account | {"drawn_mg": 5_000_001, "given_mg": 5_000_001}, ""),
        "account does not add up": (dose.draw, nothing, {"given_mg": 1_000}, "draw_account_balances"),
        "closed with a rest": (dose.draw, nothing, {"closed_at": moment(dosing.AT)}, "draw_closed"),
        "given above the ceiling": (end, nothing, unended | {"given_mg": 1_000_001}, "end_given_ceiling"),
        "given below zero": (end, nothing, unended | {"given_mg": -1}, "end_given_not_negative"),
        "waste of nothing": (waste, nothing, {"amount_mg": 0}, "remainder_positive"),
        "waste above the ceiling": (waste, nothing, {"amount_mg": 5_000_001}, "remainder_ceiling"),
        "witness is who records": (waste, nothing, {"witness_id": key(waste.recorded_by_id)}, "witness_is_not"),
        "less than nothing in stock": (lot, nothing, {"balance_mg": -1, "lot_number": "Z9"}, "stock_never_negative"),
        "waste without a witness": (waste, nothing, {"witness_id": None}, "remainder_has_a_witness"),
        "unwitnessed waste that nobody follows up": (
            waste,
            nothing,
            {"what": "unwitnessed", "witness_id": None, "witnessed_as": ""},
            "remainder_has_a_witness",
        ),
    }


def test_each_violation_is_refused_by_the_database(world):
    clinic, dose, waste, outsider = world
    assert isinstance(waste, Remainder)
    wrong = []
    for name, (row, prepare, changed, word) in violations(clinic, dose, waste, outsider).items():
        said = attempt(row, prepare, changed)
        if not said or word not in said:
            wrong.append(f"{name}: {said or 'taken'}")
    assert not wrong


def test_a_second_dose_as_it_should_be_is_taken(world):
    """The refusals above come from what is wrong in them, not from the copy; a lot is good on its last day."""
    _, dose, _, _ = world
    assert attempt(dose, nothing, {"number": 2, "planned_mg": 1_000}) == ""
    assert attempt(dose, expired(dose, 0), {"number": 2, "planned_mg": 1_000}) == ""
    assert Draw.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.skipif(is_sqlite, reason="SQLite knows no time zones; it refuses what is expired everywhere")
def test_expiry_is_asked_on_the_practices_day(world):
    """14:00 UTC is already the next day in Auckland: a lot good until that UTC date has expired there."""
    clinic, dose, _, _ = world

    def in_auckland():
        type(clinic.practice).objects.filter(pk=clinic.practice.pk).update(time_zone="Pacific/Auckland")
        expired(dose, 0)()

    assert "refused: lot" in attempt(dose, in_auckland, {"number": 2, "planned_mg": 1_000})
    assert "refused: lot" in attempt(dose, expired(dose, 1), {"number": 2, "planned_mg": 1_000})


@pytest.mark.postgresql
@pytest.mark.skipif(is_sqlite, reason="PostgreSQL looks into temporary tables first")
def test_a_temporary_table_cannot_stand_in_for_the_roster(world):
    _, dose, _, outsider = world

    def shadow():
        columns = "%s::uuid AS session_id, %s::uuid AS membership_id, NULL::timestamptz AS left_at"
        statement = f"CREATE TEMP TABLE sessions_app_rosterentry ON COMMIT DROP AS SELECT {columns}"
        with connection.cursor() as cursor:
            cursor.execute(statement, [dose.dosing_record_id, outsider.pk])

    changed = {"number": 2, "planned_mg": 1_000, "given_by_id": outsider.pk}
    assert "refused: roster" in attempt(dose, shadow, changed)
