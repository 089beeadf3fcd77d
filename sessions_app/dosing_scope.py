"""Which dosing records a person may see: the practice's, those of the care team, or those of one's own rosters."""

from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Permission
from common.errors import OutOfScope
from dosing.models import DosingRecord


def dosing_records_of(actor: Actor | None, permission: Permission = Permission.VIEW_DOSING):
    """Records with a dose, in the reach of `permission`; nothing when no role holds it."""
    return DosingRecord.objects.visible_to(actor, permission).dosed()


def dosing_record_for(actor: Actor, pk: UUID, permission: Permission = Permission.VIEW_DOSING) -> DosingRecord:
    """The record with what its page names, or OutOfScope: the same answer as 'does not exist'."""
    rows = dosing_records_of(actor, permission).select_related(
        "patient", "practice", "product", "session", "order__product", "order__signed_by__user"
    )
    record = rows.with_running().filter(pk=pk).first()
    if record is None:
        raise OutOfScope("dosing record")
    return record
