"""Break-the-glass as the lower apps see it: which patients a clinician has opened in an emergency right now (R13).

The accesses themselves live in `patients`; a column of the membership says whether there can be one at all, so that
nobody else's request asks. Nothing is remembered between two questions (R8).
"""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.roles import Permission, Role, Scope, emergency_permissions
from common.registry import Registry

# Filled by `patients`: answer(membership_id, at) -> dict[patient id, id of the emergency access].
emergencies = Registry("which patients has this person opened in an emergency?")


def possible(actor, at: datetime | None = None) -> bool:
    """Whether the person may have an emergency access open; asks the row that every request loads anyway."""
    until = getattr(actor.membership, "emergency_until", None)
    return until is not None and until > (at or timezone.now())


def opened_by(actor) -> dict[UUID, UUID]:
    """Patient id → emergency access of this person that is open now."""
    if not possible(actor):
        return {}
    found: dict[UUID, UUID] = {}
    for answer in emergencies:
        found |= answer(membership_id=actor.membership_id, at=timezone.now())
    return found


def adds(actor, permission: Permission) -> bool:
    """Whether an emergency access could add this permission for this person: looking, in a role with a care team."""
    if permission not in emergency_permissions() or not possible(actor):
        return False
    return Scope.TEAM in actor.scopes(permission).values()


def role_of(actor, permission: Permission, patient_id) -> Role | None:
    """The role in which an emergency access lets the person look at this patient."""
    if patient_id is None or not adds(actor, permission) or patient_id not in opened_by(actor):
        return None
    return next(role for role, scope in actor.scopes(permission).items() if scope is Scope.TEAM)
