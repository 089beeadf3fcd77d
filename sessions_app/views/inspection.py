"""Inspection packs: asking for one, its progress, approving, taking it away (R87)."""

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gatekeeping import needs
from accounts.paging import page_of
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from patients.scope import one
from sessions_app import actions
from sessions_app.forms import ApprovePackForm, PackForm
from sessions_app.inspection.pack import names_of, read_pack
from sessions_app.models import InspectionPack


@needs(Permission.EXPORT_DOSING)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def packs(request):
    form = PackForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if request.method == "POST":
        asked = submit(form, actions.ask_for_pack, by=request.actor, at=timezone.now())
        if not refused(asked):
            waits = asked.state == InspectionPack.State.WAITING
            told = "A second person approves it, since it names many patients." if waits else "It is being made."
            messages.success(request, told)
            return redirect("sessions:pack", asked.pk)
    page = page_of(InspectionPack.objects.visible_to(request.actor).with_names(), request)
    audit.record_look(request.actor, "sessions.listed_packs")
    return render(request, "sessions_app/inspection/packs.html", {"form": form, "page": page}, status=form_status(form))


def _found(request, pk) -> InspectionPack:
    return one(InspectionPack.objects.visible_to(request.actor).with_names(), pk=pk)


def _context(request, row: InspectionPack) -> dict:
    mine = row.asked_by_id == request.actor.membership_id
    is_ready = row.state == InspectionPack.State.READY
    return {
        "pack": row,
        "may_take": mine and is_ready,
        "may_approve": not mine and row.state == InspectionPack.State.WAITING,
        "names": names_of(row),
    }


@needs(Permission.EXPORT_DOSING)
@require_safe
def pack(request, pk):
    return _page(request, _found(request, pk), ApprovePackForm())


def _page(request, row, form):
    audit.record_look(request.actor, "sessions.looked_at_pack", subject=row)
    context = _context(request, row) | {"form": form}
    return render(request, "sessions_app/inspection/pack.html", context, status=form_status(form))


@needs(Permission.EXPORT_DOSING, poll=True)
@require_safe
def progress(request, pk):
    """The part of the page that asks for itself while the pack is made."""
    row = _found(request, pk)
    audit.record_look(request.actor, "sessions.looked_at_pack", subject=row)
    return render(request, "sessions_app/inspection/_progress.html", _context(request, row))


@needs(Permission.EXPORT_DOSING)
@sensitive_post_parameters("password")
@require_POST
def approve(request, pk):
    row, form = _found(request, pk), ApprovePackForm(request.POST)
    if refused(submit(form, actions.approve_pack, pack=row, by=request.actor, at=timezone.now())):
        return _page(request, row, form)
    messages.success(request, "Approved. It is being made.")
    return redirect("sessions:pack", pk)


@needs(Permission.EXPORT_DOSING)
@require_POST
def take(request, pk):
    """The zip, opened piece by piece while it is sent."""
    row = actions.take_pack(pack=_found(request, pk), by=request.actor, at=timezone.now())
    response = StreamingHttpResponse(read_pack(row), content_type="application/zip")
    name = f"inspection-{row.wanted['date_from']}-{row.wanted['date_to']}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(row.size_bytes)
    return response
