"""The rooms of the practice, for the schedule."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common import audit
from common.http import form_status, refused, submit
from patients.scope import one
from sessions_app import actions
from sessions_app.forms import RoomForm
from sessions_app.models import Room
from sessions_app.views.acting import posted


@needs(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def rooms(request):
    form = RoomForm(posted(request))
    if request.method == "POST":
        room = submit(form, actions.add_room, by=request.actor, at=timezone.now())
        if not refused(room):
            messages.success(request, f"{room.name} is added.")
            return redirect("sessions:rooms")
    audit.record_list(request.actor, "sessions.looked_at_rooms", [])
    context = {"rooms": Room.objects.visible_to(request.actor).order_by("name"), "form": form}
    return render(request, "sessions_app/rooms.html", context, status=form_status(form))


@needs(Permission.EDIT_SETTINGS)
@require_POST
def room_in_use(request, pk):
    """Switch a room to the other of in use and out of use."""
    room = one(Room.objects.visible_to(request.actor), pk=pk)
    actions.set_room_in_use(room=room, by=request.actor, at=timezone.now(), is_active=not room.is_active)
    messages.success(request, f"{room.name} is {'in' if room.is_active else 'out of'} use.")
    return redirect("sessions:rooms")
