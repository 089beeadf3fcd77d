"""A second person confirms an act with their own e-mail and password (waste, verification; R48)."""

from datetime import datetime

from django.utils import timezone

from accounts.actor import Actor
from accounts.credentials import NOT_RIGHT, right_user
from accounts.models import Membership
from accounts.roles import Permission, Role
from common.errors import InvalidInput


def confirm(
    *,
    by: Actor,
    practice_id,
    email: str,
    password: str,
    permission: Permission,
    field: str = "witness",
    at: datetime | None = None,
) -> Actor:
    """The second person as an Actor: somebody else, active here, with a password of their own and the permission.

    Raises InvalidInput beside `field`. Wrong passwords count as failed sign-ins. `at` is the server's time; only
    tests of the pause give it. A therapist witnesses waste only where the practice's settings allow it.
    """
    if not email or not password:
        raise InvalidInput({field: "The second person enters their own e-mail and password here."})
    user = right_user(email, password, by.ip, at or timezone.now())
    if user is None:
        raise InvalidInput({field: NOT_RIGHT})
    if user.pk == by.user_id:
        raise InvalidInput({field: "This is your own sign-in. Somebody else has to confirm it."})
    found = Membership.objects.active().filter(user=user, practice_id=practice_id).select_related("user", "practice")
    membership = found.first()
    if membership is None:
        raise InvalidInput({field: "This person does not work in this practice."})
    if user.must_change_password:
        raise InvalidInput({field: "This person has to sign in once and choose a password of their own first."})
    second = Actor(
        user_id=user.pk,
        membership_id=membership.pk,
        practice_id=practice_id,
        name=user.full_name,
        roles=roles_that_may_confirm(membership, permission),
        membership=membership,
        request_id=by.request_id,
        ip=by.ip,
        user_agent=by.user_agent,
    )
    if not second.can(permission):
        raise InvalidInput({field: "This person's role does not allow confirming this."})
    return second


def roles_that_may_confirm(membership: Membership, permission: Permission) -> tuple[Role, ...]:
    if permission is Permission.WITNESS_WASTE and not membership.practice.witness_therapist:
        return tuple(role for role in membership.roles if role is not Role.THERAPIST)
    return membership.roles
