"""Somebody has shown the password; the session remembers who, briefly, until the second factor and the practice."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import constant_time_compare

from accounts.models import Membership, Passkey, Practice, User

KEY = "choosing"
TIME_TO_CHOOSE = timedelta(minutes=10)


def remember(request, user: User, at: datetime, factor_shown: bool = False) -> None:
    """Start a fresh session that can do nothing but show the second factor and choose."""
    request.session.flush()
    told = {"user": str(user.pk), "at": at.timestamp(), "proof": user.get_session_auth_hash()}
    request.session[KEY] = told | {"factor": factor_shown}


def waits_for_code(request, memberships: list[Membership]) -> bool:
    """Whether the person still has to show the second factor before anything else."""
    return memberships[0].user.has_second_factor and not request.session[KEY]["factor"]


def remembered(request, at: datetime) -> list[Membership]:
    """The memberships to choose from; empty when nobody is choosing, time is up or the password changed."""
    kept = request.session.get(KEY)
    if not kept or at.timestamp() - kept["at"] > TIME_TO_CHOOSE.total_seconds():
        return []
    memberships = list(memberships_of(kept["user"]))
    if not memberships or not constant_time_compare(memberships[0].user.get_session_auth_hash(), kept["proof"]):
        return []
    return memberships


def memberships_of(user_id):
    return (
        Membership.objects.active()
        .filter(user_id=user_id)
        .select_related("user", "practice")
        .order_by("practice__name")
    )


def passkeys_of(user: User) -> list[str]:
    """The credential ids that may answer at the second step."""
    return list(Passkey.objects.in_use().filter(user=user).values_list("credential_id", flat=True))


def setup_command() -> str:
    """How to open the first practice, while there is none; empty afterwards."""
    if Practice.objects.exists():
        return ""
    prefix = "CLINIC_ONE_MACHINE=1 " if settings.ONE_MACHINE else ""
    return f"{prefix}.venv/bin/python manage.py create_practice"
