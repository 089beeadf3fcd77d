"""The rooms of a practice: add one, take one out of use or back."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput
from sessions_app.models import Room


def add_room(*, by: Actor, at: datetime, name: str) -> Room:
    """A room of the actor's practice; its name is used once."""
    role = authorize(by, Permission.EDIT_SETTINGS, practice_id=by.practice_id)
    name = " ".join(name.split())
    if not name:
        raise InvalidInput({"name": "Enter the name of the room."})
    with transaction.atomic():
        if Room.objects.filter(practice_id=by.practice_id, name__iexact=name).exists():
            raise InvalidInput({"name": "There is already a room of this name."})
        room = Room(practice_id=by.practice_id, name=name)
        room.save(force_insert=True)
        audit.record(by, "sessions.add_room", at=at, subject=room, role=role)
    return room


def set_room_in_use(*, room: Room, by: Actor, at: datetime, is_active: bool) -> Room:
    """Take a room out of use, or back; sessions already planned in it stay."""
    role = authorize(by, Permission.EDIT_SETTINGS, practice_id=room.practice_id)
    with transaction.atomic():
        Room.objects.filter(pk=room.pk).update(is_active=is_active)
        audit.record(by, "sessions.set_room_in_use", at=at, subject=room, role=role, detail={"in_use": is_active})
    room.is_active = is_active
    return room
