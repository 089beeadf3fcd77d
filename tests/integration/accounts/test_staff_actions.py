"""Who may add, change and end a colleague's work, and what stays true afterwards."""

import pytest

from accounts import actions
from accounts.models import ApiToken, Membership, User
from accounts.practice import defaults
from accounts.roles import Role
from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from tests.builders import accounts as build

pytestmark = pytest.mark.django_db
PERSON = {
    "email": "Ada@Example.org",
    "full_name": "Ada Byron",
    "credentials": "MD",
    "initials": "ab",
    "roles": ["prescriber"],
}


def test_open_practice_fills_defaults_and_audits(at, monkeypatch):
    asked = []
    monkeypatch.setitem(defaults._answers, "probe", lambda practice, at: asked.append(practice) or ["row"])
    place = actions.open_practice(name=" Harbor ", time_zone="America/Chicago", at=at)
    assert asked == [place]
    assert place.name == "Harbor"
    event = AuditEvent.objects.get(action="accounts.open_practice")
    assert event.actor_name == "system:setup"
    assert event.detail["default_rows"] >= 1


def test_open_practice_refuses_unknown_zone(at):
    with pytest.raises(InvalidInput) as refusal:
        actions.open_practice(name="Harbor", time_zone="Mars/Base", at=at)
    assert set(refusal.value.fields) == {"time_zone"}


def test_add_staff_gives_temporary_password(at):
    clinic = build.clinic_with_staff()
    membership, secret = actions.add_staff(by=clinic.admin, at=at, **PERSON)
    user = User.objects.get(email="ada@example.org")
    assert user.must_change_password
    assert user.check_password(secret)
    assert (membership.roles, membership.awaits_role) == ((), True)
    assert membership.initials == "AB"
    event = AuditEvent.objects.get(action="accounts.add_staff", object_id=membership.pk, actor_id=clinic.admin.user_id)
    assert event.role == "admin"
    assert secret not in str(event.detail)


def test_add_staff_needs_admin(at):
    clinic = build.clinic_with_staff()
    with pytest.raises(NotPermitted):
        actions.add_staff(by=clinic.nurse, at=at, **PERSON)
    assert not User.objects.filter(email="ada@example.org").exists()


def test_add_staff_refuses_same_person_twice(at):
    clinic = build.clinic_with_staff()
    actions.add_staff(by=clinic.admin, at=at, **PERSON)
    with pytest.raises(InvalidInput) as refusal:
        actions.add_staff(by=clinic.admin, at=at, **PERSON)
    assert "email" in refusal.value.fields


def test_person_of_another_practice_keeps_own_password(at):
    clinic, other = build.clinic_with_staff(), build.clinic_with_staff(name="Hill")
    known = other.members["nurse"].user
    membership, secret = actions.add_staff(by=clinic.admin, at=at, **{**PERSON, "email": known.email})
    assert secret == ""
    assert membership.user_id == known.pk
    assert User.objects.get(pk=known.pk).check_password(build.PASSWORD)


@pytest.mark.parametrize(
    ("field", "value"), [("email", "nobody"), ("full_name", " "), ("initials", "a"), ("roles", []), ("roles", ["king"])]
)
def test_add_staff_says_what_is_wrong(at, field, value):
    clinic = build.clinic_with_staff()
    with pytest.raises(InvalidInput) as refusal:
        actions.add_staff(by=clinic.admin, at=at, **{**PERSON, field: value})
    assert field in refusal.value.fields


def test_change_roles_is_audited_with_both_values(at):
    clinic = build.clinic_with_staff()
    actions.change_staff_roles(membership=clinic.members["nurse"], by=clinic.admin, at=at, roles=["nurse", "therapist"])
    assert Membership.objects.get(pk=clinic.nurse.membership_id).roles == (Role.NURSE, Role.THERAPIST)
    event = AuditEvent.objects.get(action="accounts.change_staff_roles")
    assert event.detail == {"before": ["nurse"], "after": ["nurse", "therapist"]}


def test_only_admin_stays_admin(at):
    clinic = build.clinic_with_staff()
    with pytest.raises(Blocked) as refusal:
        actions.change_staff_roles(membership=clinic.members["admin"], by=clinic.admin, at=at, roles=["nurse"])
    assert refusal.value.blockers[0].code == "LAST_ADMIN"


def test_other_practice_is_out_of_scope(at):
    clinic, other = build.clinic_with_staff(), build.clinic_with_staff(name="Hill")
    with pytest.raises(OutOfScope):
        actions.change_staff_roles(membership=other.members["nurse"], by=clinic.admin, at=at, roles=["admin"])
    with pytest.raises(OutOfScope):
        actions.end_membership(membership=other.members["nurse"], by=clinic.admin, at=at)


def test_end_membership_ends_tokens_and_cannot_repeat(at):
    """R28."""
    clinic = build.clinic_with_staff()
    build.api_token(clinic.nurse)
    actions.end_membership(membership=clinic.members["nurse"], by=clinic.admin, at=at)
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    with pytest.raises(StaleState):
        actions.end_membership(membership=clinic.members["nurse"], by=clinic.admin, at=at)


def test_nobody_ends_own_membership(at):
    clinic = build.clinic_with_staff()
    with pytest.raises(InvalidInput):
        actions.end_membership(membership=clinic.members["admin"], by=clinic.admin, at=at)


def test_person_may_come_back(at):
    clinic = build.clinic_with_staff()
    member = clinic.members["nurse"]
    actions.end_membership(membership=member, by=clinic.admin, at=at)
    person = {**PERSON, "email": member.user.email, "roles": ["therapist"]}
    again, secret = actions.add_staff(by=clinic.admin, at=at, **person)
    assert again.pk == member.pk
    assert again.is_active
    assert again.roles == (Role.THERAPIST,)
    assert secret == ""


def test_database_refuses_membership_without_a_role(at):
    from django.db import IntegrityError, transaction

    clinic = build.clinic_with_staff()
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=clinic.nurse.membership_id).update(is_nurse=False)
