"""Who acts: a person in one practice with roles, and where the request came from. Every action takes one as `by`."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from accounts import emergency
from accounts.roles import Permission, Role, Scope, access_table
from common.errors import NotPermitted


@dataclass(frozen=True)
class Actor:
    """A signed-in staff member. `acting_as` is the first role; `role_for` gives the one that allows an act."""

    user_id: UUID | None
    membership_id: UUID | None
    practice_id: UUID | None
    name: str
    roles: tuple[Role, ...]
    membership: object = field(default=None, compare=False, repr=False)
    request_id: str = ""
    session_hash: str = ""
    ip: str = ""
    user_agent: str = field(default="", repr=False)

    @property
    def acting_as(self) -> str:
        if self.roles:
            return self.roles[0].value
        return "no role yet" if self.membership_id else "system"

    @property
    def is_system(self) -> bool:
        """Whether a job or command acts, not a person (only `system_actor` makes such an actor)."""
        return self.user_id is None and self.membership_id is None and self.name.startswith("system:")

    @property
    def practice(self):
        return self.membership.practice

    @property
    def user(self):
        return self.membership.user

    def in_practice(self, practice_id) -> "Actor":
        """The same person or visitor, seen from this practice (for audit rows before a practice is chosen)."""
        return replace(self, practice_id=practice_id)

    def emergencies_among(self, patient_ids) -> dict[UUID, UUID]:
        """Of these patients those this person has opened in an emergency, with the id of that access (R13)."""
        wanted = set(patient_ids)
        return {pk: access for pk, access in emergency.opened_by(self).items() if pk in wanted}

    def scopes(self, permission: Permission) -> dict[Role, Scope]:
        """This person's roles that hold the permission, with the reach of each."""
        table = access_table()[permission]
        return {role: table[role] for role in self.roles if role in table}

    def can(self, permission: Permission) -> bool:
        """Whether any role holds the permission at all (its scope is checked against a record separately)."""
        return bool(self.scopes(permission))

    def reaches_practice(self, permission: Permission) -> bool:
        return Scope.PRACTICE in self.scopes(permission).values()

    def require(self, permission: Permission) -> dict[Role, Scope]:
        """The scopes of a permission; raises NotPermitted when no role holds it."""
        scopes = self.scopes(permission)
        if not scopes:
            raise NotPermitted(permission.value)
        return scopes


def patient_actor(patient, practice_id: UUID, **where) -> Actor:
    """The patient answering over a link: no roles, so only actions made for patients accept it."""
    return Actor(user_id=None, membership_id=None, practice_id=practice_id, name="patient via link", roles=(), **where)


def system_actor(name: str, practice_id: UUID | None = None) -> Actor:
    """A background job or command, named in the audit as `system:<name>` (R54)."""
    return Actor(user_id=None, membership_id=None, practice_id=practice_id, name=f"system:{name}", roles=())


def stand_in(roles: tuple[Role, ...], practice_id: UUID, membership_id: UUID) -> Actor:
    """Anybody with these roles and no emergency access: whose scope is asked, for a statement that is made once."""
    return Actor(user_id=None, membership_id=membership_id, practice_id=practice_id, name="anybody", roles=roles)


def visitor(**where) -> Actor:
    """Somebody who is not signed in (yet)."""
    return Actor(user_id=None, membership_id=None, practice_id=None, name="not signed in", roles=(), **where)
