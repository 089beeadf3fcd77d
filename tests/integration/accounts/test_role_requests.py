"""Two different people grant the rights to give, sign or order drugs (R15)."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import actions
from accounts.models import Membership, RoleRequest
from accounts.roles import Permission, Role, access_table, two_people_roles
from common.errors import NotPermitted, StaleState
from common.models import AuditEvent
from tests.builders import accounts as build

pytestmark = pytest.mark.django_db
PERSON = {"email": "ada@example.org", "full_name": "Ada Byron", "credentials": "MD", "initials": "AB"}
DOSING = (Permission.GIVE_DOSE, Permission.SIGN_ORDER, Permission.SIGN_SESSION, Permission.WASTE_DRUG)


@pytest.fixture
def asked(clinic, at):
    actions.add_staff(by=clinic.admin, at=at, roles=["prescriber", "therapist"], **PERSON)
    return RoleRequest.objects.select_related("membership__user").get()


def roles_of(request) -> set[Role]:
    return set(Membership.objects.get(pk=request.membership_id).roles)


def test_every_role_that_gives_signs_or_orders_takes_two():
    """R15: the list in access.yml follows from its own table."""
    assert two_people_roles() == {role for permission in DOSING for role in access_table()[permission]}


def test_it_waits_and_another_person_grants_it_once(clinic, asked, at):
    """R15: not the one who asked, not the one who gets it, nobody without the right; a second decision is stale."""
    assert roles_of(asked) == {Role.THERAPIST}
    for by in (clinic.admin, clinic.nurse, build.actor(asked.membership)):
        with pytest.raises(NotPermitted):
            actions.approve_role(request=asked, by=by, at=at, password=build.PASSWORD)
    assert roles_of(asked) == {Role.THERAPIST}
    actions.approve_role(request=asked, by=clinic.compliance, at=at, password=build.PASSWORD)
    assert roles_of(asked) == {Role.THERAPIST, Role.PRESCRIBER}
    second = build.actor(build.staff(clinic.practice, [Role.COMPLIANCE]))
    stale = RoleRequest.objects.get(pk=asked.pk)
    for act, more in ((actions.approve_role, {"password": build.PASSWORD}), (actions.refuse_role, {})):
        with pytest.raises(StaleState):
            act(request=stale, by=second, at=at, **more)
    assert AuditEvent.objects.filter(action="accounts.approve_role").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleRequest.objects.filter(pk=asked.pk).update(decided_by_id=asked.requested_by_id)


def test_taking_away_is_immediate_and_withdraws_what_waits(clinic, asked, at):
    """R15, R8."""
    actions.change_staff_roles(membership=asked.membership, by=clinic.admin, at=at, roles=["therapist"])
    asked.refresh_from_db()
    assert asked.outcome == "withdrawn"
    actions.change_staff_roles(membership=clinic.members["nurse"], by=clinic.admin, at=at, roles=["therapist"])
    assert set(Membership.objects.get(pk=clinic.nurse.membership_id).roles) == {Role.THERAPIST}
    with pytest.raises(StaleState):
        actions.approve_role(request=asked, by=clinic.compliance, at=at, password=build.PASSWORD)


def test_over_http(clinic, asked, at):
    """R15: the home page tells the approver, a wrong password grants nothing, the same user twice is 403."""
    admin, compliance = build.sign_in(Client(), clinic.admin), build.sign_in(Client(), clinic.compliance)
    address = f"/staff/roles/{asked.pk}/approve/"
    assert "Ada Byron" in compliance.get("/").text
    assert "Roles to approve" not in admin.get("/").text
    assert admin.post(address, {"password": build.PASSWORD}).status_code == 403
    assert compliance.post(address, {"password": "wrong"}).status_code == 422
    assert roles_of(asked) == {Role.THERAPIST}
    assert compliance.post(address, {"password": build.PASSWORD}).status_code == 302
    assert roles_of(asked) == {Role.THERAPIST, Role.PRESCRIBER}
    assert "Ada Byron" in compliance.get("/staff/roles/").text


def test_who_has_no_role_yet_sees_only_that(clinic, at):
    """R15: a new prescriber signs in and can do nothing before the approval."""
    member, _ = actions.add_staff(by=clinic.admin, at=at, roles=["nurse"], password=build.PASSWORD, **PERSON)
    build.give_factor(member.user_id)
    own = build.sign_in(Client(), member)
    assert "waits for a second person" in own.get("/").text
    assert own.get("/patients/").status_code == own.get("/staff/").status_code == 403


def test_command_line_approves_with_its_own_audit_row(asked, capsys):
    """R15: for a practice that has only one person who may."""
    call_command("approve_role", "ada@example.org")
    assert roles_of(asked) == {Role.THERAPIST, Role.PRESCRIBER}
    event = AuditEvent.objects.get(action="accounts.approve_role")
    assert event.actor_name == "system:approve_role"
