"""Roles that may give, sign or order drugs: one person asks, a different person decides (R15)."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.credentials import reauthenticate
from accounts.models import Membership, RoleRequest
from accounts.roles import Permission, Role, two_people_roles
from common import audit
from common.errors import NotPermitted, StaleState


def request_roles(*, membership: Membership, by: Actor, at: datetime, roles: set[Role]) -> list[RoleRequest]:
    """Ask for these roles for a colleague; called inside the change of the roles. Withdraws what is asked no more."""
    role = authorize(by, Permission.MANAGE_STAFF, practice_id=membership.practice_id)
    waiting = RoleRequest.objects.waiting().filter(membership=membership)
    dropped = list(waiting.exclude(role__in=[item.value for item in roles]))
    with transaction.atomic():
        for request in dropped:
            _decide(request, by, at, RoleRequest.Outcome.WITHDRAWN)
            audit.record(by, "accounts.withdraw_role", at=at, subject=request, role=role, detail=_detail(request))
        held = set(waiting.values_list("role", flat=True))
        made = [_ask(membership, item, by, at) for item in sorted(roles) if item.value not in held]
        for request in made:
            audit.record(by, "accounts.request_roles", at=at, subject=request, role=role, detail=_detail(request))
    return made


def approve_role(*, request: RoleRequest, by: Actor, at: datetime, password: str = "") -> RoleRequest:
    """Grant what another person asked for. By neither the person who asked nor the one who gets the role.

    The operator's command line (a system actor) may decide when a practice has nobody else; its row says so.
    """
    role = _may_decide(request, by)
    if not by.is_system:
        reauthenticate(by, password)
    with transaction.atomic():
        if not Membership.objects.active().filter(pk=request.membership_id).exists():
            raise StaleState("This person's work here has ended. Nothing was granted.")
        _decide(request, by, at, RoleRequest.Outcome.APPROVED)
        granted = {f"is_{Role(request.role).value}": True, "awaits_role": False}
        Membership.objects.filter(pk=request.membership_id).update(**granted)
        audit.record(by, "accounts.approve_role", at=at, subject=request, role=role, detail=_detail(request))
    request.refresh_from_db()
    return request


def refuse_role(*, request: RoleRequest, by: Actor, at: datetime) -> RoleRequest:
    """Say no to what another person asked for."""
    role = _may_decide(request, by)
    with transaction.atomic():
        _decide(request, by, at, RoleRequest.Outcome.REFUSED)
        audit.record(by, "accounts.refuse_role", at=at, subject=request, role=role, detail=_detail(request))
    request.refresh_from_db()
    return request


def needs_second_person(by: Actor, before: set[Role], wanted: set[Role]) -> set[Role]:
    """Of the roles to add those that wait for a second person; the set-up from the command line does not wait."""
    return set() if by.is_system else (wanted - before) & two_people_roles()


def _may_decide(request: RoleRequest, by: Actor):
    practice_id = request.membership.practice_id
    if by.is_system and by.practice_id == practice_id:
        return by.acting_as
    role = authorize(by, Permission.APPROVE_ROLES, practice_id=practice_id)
    if by.membership_id in (request.requested_by_id, request.membership_id):
        raise NotPermitted("Somebody else has to decide this.")
    return role


def _ask(membership: Membership, role: Role, by: Actor, at: datetime) -> RoleRequest:
    return RoleRequest.objects.create(
        membership=membership, role=role.value, requested_at=at, requested_by_id=by.membership_id
    )


def _decide(request: RoleRequest, by: Actor, at: datetime, outcome) -> None:
    """Compare-and-set: of two decisions at once one has an effect."""
    waiting = RoleRequest.objects.waiting().filter(pk=request.pk)
    if not waiting.update(decided_at=at, decided_by_id=by.membership_id, outcome=outcome.value):
        raise StaleState("This was decided already. Nothing was changed.")


def _detail(request: RoleRequest) -> dict:
    return {"membership": str(request.membership_id), "role": request.role}
