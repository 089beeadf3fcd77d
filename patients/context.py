"""What every staff page shows while its reader has an emergency access open (R13)."""

from django.utils import timezone

from accounts import emergency
from patients.models import EmergencyAccess


def emergency_banner(request) -> dict:
    """The reader's open emergency accesses; asks nothing for anybody who cannot have one."""
    actor = getattr(request, "actor", None)
    if actor is None or not emergency.possible(actor):
        return {}
    mine = EmergencyAccess.objects.filter(membership_id=actor.membership_id).open_at(timezone.now())
    return {"open_emergencies": list(mine.select_related("patient").order_by("expires_at"))}
