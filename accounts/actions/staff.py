"""Adding people to a practice, changing what they may do, ending their work there."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.actions.roles import needs_second_person, request_roles
from accounts.actor import Actor
from accounts.models import ApiToken, Membership, Practice, User
from accounts.staff_rules import may_manage_staff, role_flags, temporary_password, wanted_roles
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, StaleState


def add_staff(
    *,
    by: Actor,
    at: datetime,
    email: str,
    full_name: str,
    credentials: str,
    initials: str,
    roles,
    npi: str = "",
    dea_number: str = "",
    password: str | None = None,
) -> tuple[Membership, str]:
    """Give a person work in `by`'s practice and return the membership and the temporary password.

    Without `password` one is made, and the person must change it at the first sign-in. A person who already has
    an account (another practice, or worked here before) keeps it; then the returned password is empty.
    A role that may give, sign or order drugs waits for a second person (R15).
    Raises InvalidInput for a person who works here already and for values that cannot be stored.
    """
    role = may_manage_staff(by, by.practice_id)
    email = email.strip().lower()
    _check_person(email, full_name, initials)
    waits = needs_second_person(by, set(), wanted_roles(roles))
    flags = role_flags(roles, waits)
    with transaction.atomic():
        user = User.objects.filter(email=email).first()
        secret = ""
        if user is None:
            user, secret = _new_user(email, full_name, credentials, password, at)
        values = {"initials": initials.strip().upper(), "npi": npi, "dea_number": dea_number, **flags}
        membership = _join(user, by.practice_id, at, values)
        audit.record(
            by, "accounts.add_staff", at=at, subject=membership, role=role, detail={"roles": list(membership.roles)}
        )
        if waits:
            request_roles(membership=membership, by=by, at=at, roles=waits)
    return membership, secret


def change_staff_roles(*, membership: Membership, by: Actor, at: datetime, roles) -> Membership:
    """Set a colleague's roles; effective on that person's next request (R8).

    Taking away holds at once; a new role that may give, sign or order drugs waits for a second person (R15).

    Raises Blocked when the practice would be left without an admin, StaleState when the membership ended.
    """
    role = may_manage_staff(by, membership.practice_id)
    wanted = wanted_roles(roles)
    with transaction.atomic():
        _hold_practice(membership.practice_id)
        before = Membership.objects.active().filter(pk=membership.pk).first()
        if before is None:
            raise StaleState("This person's work here has ended. Nothing was changed.")
        waits = needs_second_person(by, set(before.roles), wanted)
        flags = role_flags(roles, waits)
        if before.is_admin and not flags["is_admin"]:
            _refuse_without_admin(membership)
        Membership.objects.filter(pk=membership.pk).update(**flags)
        membership.refresh_from_db()
        audit.record(
            by,
            "accounts.change_staff_roles",
            at=at,
            subject=membership,
            role=role,
            detail={"before": list(before.roles), "after": list(membership.roles)},
        )
        if not by.is_system:
            request_roles(membership=membership, by=by, at=at, roles=waits)
    return membership


def end_membership(*, membership: Membership, by: Actor, at: datetime) -> Membership:
    """End a colleague's work here: sign-ins and API tokens stop on the next request (R28)."""
    role = may_manage_staff(by, membership.practice_id)
    if membership.pk == by.membership_id:
        raise InvalidInput("You cannot end your own work here. Ask another admin.")
    with transaction.atomic():
        _hold_practice(membership.practice_id)
        if membership.is_admin:
            _refuse_without_admin(membership)
        ended = Membership.objects.filter(pk=membership.pk, is_active=True).update(is_active=False, left_at=at)
        if not ended:
            raise StaleState("This person's work here had already ended.")
        tokens = ApiToken.objects.filter(membership=membership, revoked_at=None).update(revoked_at=at)
        membership.refresh_from_db()
        audit.record(
            by, "accounts.end_membership", at=at, subject=membership, role=role, detail={"tokens_revoked": tokens}
        )
    return membership


def _check_person(email: str, full_name: str, initials: str) -> None:
    wrong = {}
    try:
        validate_email(email)
    except ValidationError:
        wrong["email"] = "Enter the person's e-mail address, such as name@example.org."
    if not full_name.strip():
        wrong["full_name"] = "Enter the person's full name."
    if not 1 < len(initials.strip()) <= 4:
        wrong["initials"] = "Enter two to four letters, as they will stand in the dosing record."
    if wrong:
        raise InvalidInput(wrong)


def _new_user(email, full_name, credentials, password, at) -> tuple[User, str]:
    secret = password or temporary_password()
    user = User(
        email=email,
        full_name=full_name.strip(),
        credentials=credentials.strip(),
        must_change_password=password is None,
        created_at=at,
    )
    if password:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise InvalidInput({"password": list(error.messages)}) from error
    user.set_password(secret)
    user.save(force_insert=True)
    return user, secret


def _join(user: User, practice_id, at: datetime, values: dict) -> Membership:
    earlier = Membership.objects.filter(user=user, practice_id=practice_id).first()
    if earlier is None:
        membership = Membership(user=user, practice_id=practice_id, joined_at=at, **values)
        membership.save(force_insert=True)
        return membership
    if earlier.is_active:
        raise InvalidInput({"email": "This person already works here. Change the roles on their page instead."})
    if not user.is_active:
        raise InvalidInput({"email": "This account is switched off."})
    Membership.objects.filter(pk=earlier.pk).update(is_active=True, left_at=None, **values)
    return Membership.objects.select_related("user", "practice").get(pk=earlier.pk)


def _hold_practice(practice_id) -> None:
    """Two admins who remove each other at once must not both succeed."""
    Practice.objects.select_for_update().get(pk=practice_id)


def _refuse_without_admin(membership: Membership) -> None:
    others = Membership.objects.active().filter(practice_id=membership.practice_id, is_admin=True)
    if not others.exclude(pk=membership.pk).exists():
        raise Blocked([Blocker("LAST_ADMIN", "Give another person the admin role first: this is the only admin.")])
