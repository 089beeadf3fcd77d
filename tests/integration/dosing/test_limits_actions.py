"""A prescriber sets the practice's limits; orders keep those they were signed under."""

from decimal import Decimal

import pytest

from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from dosing import actions
from dosing.models import RouteLimit
from dosing.practice_limits import limits_in_force
from tests.builders import accounts, dosing, patients

pytestmark = pytest.mark.django_db
AT = dosing.AT
WHY = {"source": "Medical director, minutes of June", "note": "Lowered after the review of June."}


def values_of(clinic, route="IM", **changed):
    current = RouteLimit.objects.filter(practice=clinic.practice, route=route).order_by("-version").first()
    return {**current.values, **changed}


def set_limits(clinic, by=None, route="IM", replaces_version=1, **changed):
    values = values_of(clinic, route, **changed)
    by = by or clinic.prescriber
    return actions.set_limits(by=by, at=AT, route=route, values=values, replaces_version=replaces_version, **WHY)


def test_new_version_holds_and_the_old_one_stays(clinic):
    row = set_limits(clinic, soft_max_mg="100", hard_max_mg="150")

    assert row.version == 2
    assert RouteLimit.objects.filter(practice=clinic.practice, route="IM").count() == 2
    assert limits_in_force(clinic.practice.pk, "IM").limits.hard_max_mg == 150
    assert AuditEvent.objects.get(action="dosing.set_limits").detail == {"route": "IM", "version": 2}


def test_general_limits_have_versions_too(clinic):
    row = set_limits(clinic, route="ALL", weight_max_age_days="14")
    assert limits_in_force(clinic.practice.pk, "IM").general.weight_max_age_days == 14
    assert row.version == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"soft_max_mg": "300"},
        {"hard_max_mg": "1001"},
        {"hard_max_mg": "-1"},
        {"hard_max_mg": "much"},
        {"hard_max_mg": 1.5},
        {"unknown_column": "1"},
    ],
)
def test_limits_that_cannot_be(clinic, changed):
    with pytest.raises(InvalidInput):
        set_limits(clinic, **changed)
    assert RouteLimit.objects.filter(practice=clinic.practice, route="IM").count() == 1


def test_missing_hard_limit_unknown_route_and_missing_reason(clinic):
    without = {name: value for name, value in values_of(clinic).items() if name != "hard_max_mg"}
    for keywords in (
        {"route": "IM", "values": without, **WHY},
        {"route": "XX", "values": values_of(clinic), **WHY},
        {"route": "IM", "values": values_of(clinic), **WHY, "note": "short"},
        {"route": "IM", "values": values_of(clinic), **WHY, "source": ""},
    ):
        with pytest.raises(InvalidInput):
            actions.set_limits(by=clinic.prescriber, at=AT, replaces_version=1, **keywords)


@pytest.mark.parametrize("version", [0, 2])
def test_version_that_is_not_the_newest_is_stale(clinic, version):
    with pytest.raises(StaleState):
        set_limits(clinic, replaces_version=version)


@pytest.mark.parametrize("role", ["nurse", "therapist", "admin", "compliance"])
def test_only_a_prescriber_sets_limits(clinic, role):
    with pytest.raises(NotPermitted):
        set_limits(clinic, by=getattr(clinic, role))


def test_order_keeps_the_limits_of_its_signing_and_new_ones_hold_for_the_next(clinic):
    person = patients.patient_with_team(clinic)
    course = patients.series(person, clinic.prescriber)
    order = dosing.signed_order(course, clinic.prescriber)
    set_limits(clinic, usual_high="0.4", first_max="0.4", soft_max_mg_per_kg="0.4", hard_max_mg_per_kg="0.45")

    order.refresh_from_db()
    assert order.limits["route"]["version"] == 1
    assert Decimal(order.limits["route"]["values"]["hard_max_mg_per_kg"]) == 2
    with pytest.raises(Blocked) as refusal:
        dosing.signed_order(course, clinic.prescriber, replaces=order)
    assert "DOSE_ABOVE_HARD_MG_PER_KG" in {blocker.code for blocker in refusal.value.blockers}


def test_other_practice_keeps_its_own_limits(clinic):
    elsewhere = accounts.clinic_with_staff(name="Elsewhere")
    set_limits(clinic, hard_max_mg="150")
    assert limits_in_force(elsewhere.practice.pk, "IM").limits.hard_max_mg == 200
