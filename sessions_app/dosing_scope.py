"""Which dosing records a person may see: the practice's, those of the care team, or those of one's own rosters."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.actor import Actor
from accounts.roles import Permission, Scope
from common.errors import OutOfScope
from dosing.models import Administration, DosingRecord
from patients.models import CareTeamMember
from sessions_app.models import RosterEntry


def dosing_records_of(actor: Actor | None, permission: Permission = Permission.VIEW_DOSING):
    """Records with a dose, in the reach of `permission`; nothing when no role holds it."""
    scopes = set(actor.scopes(permission).values()) if actor and actor.practice_id else set()
    if not scopes:
        return DosingRecord.objects.none()
    mine = DosingRecord.objects.filter(practice_id=actor.practice_id).dosed()
    if Scope.PRACTICE in scopes:
        return mine
    me = {"membership_id": actor.membership_id, "left_at": None}
    reach = Q(pk__in=())
    if Scope.TEAM in scopes:
        reach |= Q(patient_id__in=CareTeamMember.objects.filter(**me).values("patient_id"))
    if Scope.ROSTER in scopes:
        reach |= Q(pk__in=RosterEntry.objects.filter(**me).values("session_id"))
    return mine.filter(reach)


def an_infusion_runs() -> Exists:
    """Whether a dose of the record is still going in: until then its remainder is in the pump, not missing."""
    return Exists(Administration.objects.filter(dosing_record_id=OuterRef("pk"), end__isnull=True))


def dosing_record_for(actor: Actor, pk: UUID, permission: Permission = Permission.VIEW_DOSING) -> DosingRecord:
    """The record with what its page names, or OutOfScope: the same answer as 'does not exist'."""
    rows = dosing_records_of(actor, permission).select_related(
        "patient", "practice", "product", "session", "order__product", "order__signed_by__user"
    )
    record = rows.annotate(is_running=an_infusion_runs()).filter(pk=pk).first()
    if record is None:
        raise OutOfScope("dosing record")
    return record
