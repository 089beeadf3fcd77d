"""Where a person is signed in, and ending that: one's own, and for an admin a colleague's (R32)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.gatekeeping import needs, signed_in
from accounts.models import Membership, SignIn
from accounts.paging import page_of
from accounts.roles import Permission
from accounts.session_store import row_id


@signed_in
@require_safe
def sign_ins(request):
    mine = SignIn.objects.visible_to(request.actor).alive(timezone.now()).in_order()
    context = {"page": page_of(mine.select_related("membership__practice"), request), "here": _here(request)}
    return render(request, "accounts/sign_ins.html", context)


@signed_in
@require_POST
def end_one(request, pk):
    row = get_object_or_404(SignIn.objects.visible_to(request.actor), pk=pk)
    actions.end_sign_in(sign_in=row, by=request.actor, at=timezone.now())
    if pk == _here(request):
        request.session.flush()
        return redirect("accounts:sign_in")
    messages.success(request, f"{row.browser} is signed out.")
    return redirect("accounts:sign_ins")


@signed_in
@require_POST
def end_others(request):
    ended = actions.end_other_sign_ins(by=request.actor, at=timezone.now(), kept_id=_here(request))
    told = "You were signed in nowhere else." if not ended else f"Ended everywhere else: {ended}."
    messages.success(request, told)
    return redirect("accounts:sign_ins")


@needs(Permission.MANAGE_STAFF)
@require_POST
def end_of_staff(request, pk):
    member = get_object_or_404(Membership.objects.visible_to(request.actor), pk=pk)
    ended = actions.end_staff_sign_ins(membership=member, by=request.actor, at=timezone.now())
    if member.pk == request.actor.membership_id:
        request.session.flush()
        return redirect("accounts:sign_in")
    who = member.user.full_name
    messages.success(
        request, f"{who} is signed out everywhere ({ended})." if ended else f"{who} was signed in nowhere."
    )
    return redirect("accounts:staff_member", pk=pk)


def _here(request):
    return row_id(request.session.session_key)
