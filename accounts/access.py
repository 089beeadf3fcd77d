"""Checks a permission against a record: role first, then care team or session roster; nothing is cached (R8)."""

from accounts import emergency
from accounts.actor import Actor
from accounts.roles import Permission, Role, Scope
from common.errors import NotPermitted, OutOfScope
from common.registry import Registry

# Filled by `patients` (team) and `sessions_app` (roster): answer(membership_id, subject) -> bool.
scope_tests = Registry("is this person within this scope of this record?")


def authorize(by: Actor, permission: Permission, *, practice_id, patient=None, session=None) -> Role:
    """The role in which the person may do this to this record.

    Raises OutOfScope for another practice's record, NotPermitted when no role and scope allow it. TEAM is asked
    about `patient` (an id), ROSTER about `session` (an id). With neither, only a PRACTICE scope passes.
    """
    if practice_id != by.practice_id or by.practice_id is None:
        raise OutOfScope(permission.value)
    scopes = by.require(permission)
    for role, scope in scopes.items():
        if scope is Scope.PRACTICE:
            return role
    for role, scope in scopes.items():
        if _within(by, scope, patient, session):
            return role
    if role := emergency.role_of(by, permission, patient):
        return role
    raise NotPermitted(permission.value)


def _within(by: Actor, scope: Scope, patient, session) -> bool:
    if scope is Scope.OWN:
        return False  # only who asks can tell whose it is
    if scope is Scope.ROSTER:
        return session is not None and scope_tests.get("roster")(by.membership_id, session)
    return patient is not None and scope_tests.get("team")(by.membership_id, patient)
