"""Ending sign-ins: one's own one by one or all others, and a colleague's all together (R32)."""

from datetime import datetime

from django.db import transaction

from accounts.actor import Actor
from accounts.models import Membership, SignIn
from accounts.staff_rules import may_manage_staff
from common import audit
from common.errors import OutOfScope, StaleState


def end_sign_in(*, sign_in: SignIn, by: Actor, at: datetime) -> None:
    """End one of one's own sign-ins; its browser is signed out on its next request.

    Raises OutOfScope for anybody else's, StaleState when it had ended.
    """
    if sign_in.user_id != by.user_id:
        raise OutOfScope("sign-in")
    with transaction.atomic():
        ended, _ = SignIn.objects.filter(pk=sign_in.pk).delete()
        if not ended:
            raise StaleState("This sign-in had already ended.")
        audit.record(by, "accounts.end_sign_in", at=at, subject=by.membership, detail={"sign_ins": 1})


def end_other_sign_ins(*, by: Actor, at: datetime, kept_id) -> int:
    """End all of one's own sign-ins but the one in use, `kept_id`. Returns how many were ended."""
    with transaction.atomic():
        ended, _ = SignIn.objects.filter(user_id=by.user_id).exclude(pk=kept_id).delete()
        audit.record(by, "accounts.end_other_sign_ins", at=at, subject=by.membership, detail={"sign_ins": ended})
    return ended


def end_staff_sign_ins(*, membership: Membership, by: Actor, at: datetime) -> int:
    """End a colleague's sign-ins to this practice, for a lost tablet or an account in wrong hands."""
    role = may_manage_staff(by, membership.practice_id)
    with transaction.atomic():
        ended, _ = SignIn.objects.filter(membership=membership).delete()
        audit.record(
            by, "accounts.end_staff_sign_ins", at=at, subject=membership, role=role, detail={"sign_ins": ended}
        )
    return ended


def forget_sign_ins(*, by: Actor, at: datetime) -> int:
    """Remove the rows of sign-ins that are over; their audit rows stay. Returns how many there were."""
    with transaction.atomic():
        gone, _ = SignIn.objects.filter(expire_date__lte=at).delete()
        if gone:
            audit.record(by, "accounts.forget_sign_ins", at=at, detail={"sign_ins": gone})
    return gone
