"""Who may manage staff, what roles are stored as, and how a temporary password looks."""

import secrets

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission, Role
from common.errors import InvalidInput

# No letters or digits that look alike; four groups of four are about 79 bits.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def temporary_password() -> str:
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))


def may_manage_staff(by: Actor, practice_id) -> str:
    """The role that allows it; the system may too, so that the first admin can be made."""
    if by.is_system and by.practice_id == practice_id:
        return by.acting_as
    return authorize(by, Permission.MANAGE_STAFF, practice_id=practice_id)


def wanted_roles(roles) -> set[Role]:
    """Raises InvalidInput for none or an unknown one."""
    try:
        chosen = {Role(value) for value in roles}
    except ValueError:
        raise InvalidInput({"roles": "Choose roles from the list."}) from None
    if not chosen:
        raise InvalidInput({"roles": "Choose at least one role."})
    return chosen


def role_flags(roles, waits: set[Role] = frozenset()) -> dict[str, bool]:
    """The membership's columns for these roles, without those that wait for a second person (R15)."""
    held = wanted_roles(roles) - waits
    return {f"is_{role.value}": role in held for role in Role} | {"awaits_role": not held}
