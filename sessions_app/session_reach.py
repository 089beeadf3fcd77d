"""What one person may do with one session: the role's scope against the care team and the roster, asked once."""

from dataclasses import dataclass
from uuid import UUID

from accounts import emergency
from accounts.access import scope_tests
from accounts.actor import Actor
from accounts.roles import Permission, Scope
from sessions_app.models import Session
from sessions_app.roster import is_on_roster


@dataclass(frozen=True)
class SessionReach:
    actor: Actor
    on_team: bool
    on_roster: bool
    patient_id: UUID | None = None

    @classmethod
    def of(cls, actor: Actor, session: Session, on_roster: bool | None = None) -> "SessionReach":
        """`on_roster` is given by a page that has loaded the roster anyway."""
        if on_roster is None:
            on_roster = is_on_roster(actor.membership_id, session.pk)
        return cls(
            actor, scope_tests.get("team")(actor.membership_id, session.patient_id), on_roster, session.patient_id
        )

    def may(self, permission: Permission) -> bool:
        scopes = set(self.actor.scopes(permission).values())
        return (
            Scope.PRACTICE in scopes
            or (Scope.TEAM in scopes and self.on_team)
            or (Scope.ROSTER in scopes and self.on_roster)
            or emergency.role_of(self.actor, permission, self.patient_id) is not None
        )

    @property
    def may_override(self) -> bool:
        return self.may(Permission.OVERRIDE_BLOCKER)

    @property
    def sees_clinical(self) -> bool:
        """Words and answers of the patient, beyond what a review of the dosing record needs."""
        return self.may(Permission.VIEW_CHART) or (self.actor.can(Permission.VIEW_CHART) and self.on_roster)


def may_schedule(actor: Actor, patient_id) -> bool:
    return _may_with_patient(actor, Permission.SCHEDULE_SESSION, patient_id)


def may_record_assessments(actor: Actor, patient_id) -> bool:
    return _may_with_patient(actor, Permission.RECORD_ASSESSMENT, patient_id)


def _may_with_patient(actor: Actor, permission: Permission, patient_id) -> bool:
    """For acts that have no session yet."""
    scopes = set(actor.scopes(permission).values())
    return Scope.PRACTICE in scopes or (
        Scope.TEAM in scopes and scope_tests.get("team")(actor.membership_id, patient_id)
    )
