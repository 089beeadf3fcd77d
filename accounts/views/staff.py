"""The people of the practice: list, adding, roles, ending, a new temporary password."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.forms import AddStaffForm, RolesForm
from accounts.gatekeeping import needs
from accounts.models import Membership, RoleRequest
from accounts.paging import page_of
from accounts.roles import Permission
from common.http import form_status, refused, submit


@needs(Permission.VIEW_STAFF)
@require_safe
def staff_list(request):
    everybody = Membership.objects.visible_to(request.actor).in_order()
    context = {"page": page_of(everybody, request), "may_manage": request.actor.can(Permission.MANAGE_STAFF)}
    context["may_approve"] = request.actor.can(Permission.APPROVE_ROLES)
    return render(request, "accounts/staff_list.html", context)


@needs(Permission.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def add_staff(request):
    form = AddStaffForm(request.POST or None)
    if request.method == "POST":
        added = submit(form, actions.add_staff, by=request.actor, at=timezone.now())
        if not refused(added):
            return _show_password(request, *added)
    return render(request, "accounts/add_staff.html", {"form": form}, status=form_status(form))


def _show_password(request, membership, secret):
    """Shown in the answer itself: a temporary password is never stored, not even for a redirect."""
    return render(request, "accounts/temporary_password.html", {"member": membership, "secret": secret})


@needs(Permission.MANAGE_STAFF)
@require_safe
def staff_member(request, pk):
    member = get_object_or_404(Membership.objects.visible_to(request.actor), pk=pk)
    return _member_page(request, member, RolesForm(initial={"roles": member.roles}))


def _member_page(request, member, form):
    context = {"member": member, "form": form, "is_self": member.pk == request.actor.membership_id}
    context["waiting"] = list(RoleRequest.objects.visible_to(request.actor).waiting().filter(membership=member))
    return render(request, "accounts/staff_member.html", context, status=form_status(form))


@needs(Permission.MANAGE_STAFF)
@require_POST
def change_roles(request, pk):
    member = get_object_or_404(Membership.objects.visible_to(request.actor), pk=pk)
    form = RolesForm(request.POST)
    changed = submit(form, actions.change_staff_roles, membership=member, by=request.actor, at=timezone.now())
    if refused(changed):
        return _member_page(request, member, form)
    held = changed.role_labels or "no role yet"
    messages.success(request, f"{member.user.full_name}: {held}. It holds from now on.")
    waiting = RoleRequest.objects.visible_to(request.actor).waiting().filter(membership=member)
    if asked := ", ".join(row.role_label for row in waiting):
        messages.info(request, f"{asked} waits for another person to approve it.")
    return redirect("accounts:staff")


@needs(Permission.MANAGE_STAFF)
@require_POST
def end_membership(request, pk):
    member = get_object_or_404(Membership.objects.visible_to(request.actor), pk=pk)
    actions.end_membership(membership=member, by=request.actor, at=timezone.now())
    messages.success(request, f"{member.user.full_name} no longer works here and is signed out everywhere.")
    return redirect("accounts:staff")


@needs(Permission.MANAGE_STAFF)
@require_POST
def reset_password(request, pk):
    member = get_object_or_404(Membership.objects.visible_to(request.actor), pk=pk)
    secret = actions.reset_staff_password(membership=member, by=request.actor, at=timezone.now())
    return _show_password(request, member, secret)
