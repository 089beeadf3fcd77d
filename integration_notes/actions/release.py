"""Opens a therapist's private notes for one successor: by the author, or by two people on a court's order (R10)."""

from datetime import datetime

from django.db import transaction

from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Permission, Role
from common import audit
from common.errors import InvalidInput, NotPermitted, OutOfScope, StaleState
from integration_notes.models import PrivateRelease

Path = PrivateRelease.Path


def _reader(reader: Membership, by: Actor, author_id) -> None:
    fits = reader.practice_id == by.practice_id and reader.is_active and Role.THERAPIST in reader.roles
    if not fits or reader.pk == author_id:
        raise InvalidInput({"reader": "Choose another therapist who works in this practice."})


def hand_over_private_notes(
    *, reader: Membership, by: Actor, at: datetime, reason: str, password: str
) -> PrivateRelease:
    """The author opens all own private notes, for reading, for a successor."""
    role = next(iter(by.require(Permission.WRITE_PRIVATE_NOTE)))
    reauthenticate(by, password, at=at)
    _reader(reader, by, by.membership_id)
    with transaction.atomic():
        release = _release(by, at, by.membership_id, reader, Path.AUTHOR, reason)
        release.approved_at, release.approved_by_id = at, by.membership_id
        release.save(force_insert=True)
        detail = {"reader": str(reader.pk)}
        audit.record(by, "integration_notes.hand_over_private_notes", at=at, subject=release, role=role, detail=detail)
    return release


def request_private_release(
    *, author: Membership, reader: Membership, by: Actor, at: datetime, reason: str, password: str
) -> PrivateRelease:
    """Ask, on a court's order, that an author's private notes be opened for a therapist; somebody else approves."""
    role = next(iter(by.require(Permission.RELEASE_PRIVATE_NOTES)))
    reauthenticate(by, password, at=at)
    if author.practice_id != by.practice_id:
        raise OutOfScope("membership")
    _reader(reader, by, author.pk)
    if by.membership_id in (author.pk, reader.pk):
        raise NotPermitted("Somebody who is not concerned asks for this.")
    with transaction.atomic():
        release = _release(by, at, author.pk, reader, Path.COURT, reason)
        release.save(force_insert=True)
        detail = {"author": str(author.pk), "reader": str(reader.pk)}
        audit.record(by, "integration_notes.request_private_release", at=at, subject=release, role=role, detail=detail)
    return release


def approve_private_release(*, release: PrivateRelease, by: Actor, at: datetime, password: str) -> PrivateRelease:
    """The second person's consent; from then on the reader can open the notes, and their author is told."""
    role = next(iter(by.require(Permission.RELEASE_PRIVATE_NOTES)))
    reauthenticate(by, password, at=at)
    if release.practice_id != by.practice_id:
        raise OutOfScope("release")
    if by.membership_id in (release.requested_by_id, release.author_id, release.reader_id):
        raise NotPermitted("A second person, who is not concerned, approves this.")
    with transaction.atomic():
        waiting = PrivateRelease.objects.waiting().filter(pk=release.pk)
        if not waiting.update(approved_at=at, approved_by_id=by.membership_id):
            raise StaleState("This was approved already.")
        audit.record(by, "integration_notes.approve_private_release", at=at, subject=release, role=role)
    release.refresh_from_db()
    return release


def _release(by: Actor, at: datetime, author_id, reader: Membership, path: Path, reason: str) -> PrivateRelease:
    reason = reason.strip()
    if not 10 <= len(reason) <= 600:
        raise InvalidInput({"reason": "Say in 10 to 600 characters why, and name the order or letter."})
    return PrivateRelease(
        practice_id=by.practice_id,
        author_id=author_id,
        reader=reader,
        path=path,
        reason=reason,
        requested_at=at,
        requested_by_id=by.membership_id,
    )
