"""Which patient a request may reach: one fetch that answers 'not found' for everything out of scope, and one look
at a person's reach over a patient's chart."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts import emergency
from accounts.actor import Actor
from accounts.roles import Permission, Scope
from common.errors import OutOfScope
from common.statements import Statement
from patients.models import CareTeamMember, EmergencyAccess, Patient


def one(queryset, **lookup):
    """The single row, or OutOfScope: the same answer as 'does not exist', and an audited denial."""
    row = queryset.filter(**lookup).first()
    if row is None:
        raise OutOfScope(queryset.model._meta.label_lower)
    return row


def patient_for(actor: Actor, pk: UUID, permission: Permission = Permission.VIEW_IDENTITY) -> Patient:
    """The patient, when the permission reaches that patient."""
    return one(Patient.objects.visible_to(actor, permission), pk=pk)


def _team_member(membership: UUID, patient: UUID):
    now = CareTeamMember.objects.filter(patient_id=patient, membership_id=membership, left_at=None)
    return now.values_list("pk")[:1]


_TEAM_MEMBER = Statement("team_member", _team_member, membership=UUID, patient=UUID)


def is_on_team(membership_id: UUID | None, patient_id: UUID) -> bool:
    """Whether the person is on the patient's care team now; never cached (R8)."""
    return membership_id is not None and bool(_TEAM_MEMBER.raw_rows(membership=membership_id, patient=patient_id))


def opened_in_emergency(membership_id: UUID, at: datetime) -> dict[UUID, UUID]:
    """Patient → this person's emergency access that is open now (R13)."""
    mine = EmergencyAccess.objects.open_at(at).filter(membership_id=membership_id)
    return dict(mine.values_list("patient_id", "pk"))


@dataclass(frozen=True)
class Reach:
    """What one person may do with one patient's chart; session rosters are asked elsewhere."""

    actor: Actor
    on_team: bool
    patient_id: UUID | None = None

    @classmethod
    def of(cls, actor: Actor, patient: Patient) -> "Reach":
        return cls(actor, is_on_team(actor.membership_id, patient.pk), patient.pk)

    def may(self, permission: Permission) -> bool:
        scopes = set(self.actor.scopes(permission).values())
        if Scope.PRACTICE in scopes or (Scope.TEAM in scopes and self.on_team):
            return True
        return emergency.role_of(self.actor, permission, self.patient_id) is not None

    def __getattr__(self, name: str) -> bool:
        """`reach.may_edit_chart` for templates, one name for each permission."""
        if name.startswith("may_"):
            try:
                return self.may(Permission(name.removeprefix("may_")))
            except ValueError as error:
                raise AttributeError(name) from error
        raise AttributeError(name)
