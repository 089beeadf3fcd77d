"""Roles that wait for a second person: the list, approving, refusing (R15)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.forms import ApproveRoleForm
from accounts.gatekeeping import needs
from accounts.models import RoleRequest
from accounts.roles import Permission
from common.http import form_status, refused, submit


@needs(Permission.APPROVE_ROLES)
@require_safe
def role_requests(request):
    return _page(request, ApproveRoleForm())


def _page(request, form, refused_pk=None):
    every = RoleRequest.objects.visible_to(request.actor).with_people().order_by("-requested_at", "id")
    rows = [(row, ApproveRoleForm(auto_id=f"id_{row.pk}_%s")) for row in every.waiting()[:50]]
    rows = [(row, form if row.pk == refused_pk else own) for row, own in rows]
    context = {"rows": rows, "decided": every.exclude(decided_at=None)[:25], "me": request.actor.membership_id}
    return render(request, "accounts/role_requests.html", context, status=form_status(form))


@needs(Permission.APPROVE_ROLES)
@require_POST
def approve_role(request, pk):
    asked = get_object_or_404(RoleRequest.objects.visible_to(request.actor).with_people(), pk=pk)
    form = ApproveRoleForm(request.POST, auto_id=f"id_{pk}_%s")
    if refused(submit(form, actions.approve_role, request=asked, by=request.actor, at=timezone.now())):
        return _page(request, form, pk)
    messages.success(request, f"{asked.membership.user.full_name} is {asked.role_label} from now on.")
    return redirect("accounts:role_requests")


@needs(Permission.APPROVE_ROLES)
@require_POST
def refuse_role(request, pk):
    asked = get_object_or_404(RoleRequest.objects.visible_to(request.actor).with_people(), pk=pk)
    actions.refuse_role(request=asked, by=request.actor, at=timezone.now())
    messages.success(request, "Refused. The person keeps the roles held before.")
    return redirect("accounts:role_requests")
