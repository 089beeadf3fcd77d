"""Asking for an inspection pack, approving a large one, making, handing out and removing it (R87)."""

import logging
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Permission, access_table
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from sessions_app.inspection.pack import names_of, path_of, rows_of, wanted_of, write_pack
from sessions_app.inspection.sections import patients_in, sections_of
from sessions_app.models import InspectionPack

log = logging.getLogger("clinic.inspection")
ALONE_UP_TO = 50  # patients; for more a second person approves
MOST_IN_AN_HOUR = 5
KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=10)
LONGEST_YEARS = 12
TICK = 1000


def ask_for_pack(
    *,
    by: Actor,
    at: datetime,
    date_from: date,
    date_to: date,
    reason: str,
    password: str,
    product: UUID | None = None,
    lot: str = "",
    location: str = "",
    staff: UUID | None = None,
    patient: UUID | None = None,
) -> InspectionPack:
    """Ask for the register of a period (days of the practice, both included). More than 50 patients wait for a second
    person. Raises InvalidInput, or Blocked after five in an hour.
    """
    role = authorize(by, Permission.EXPORT_DOSING, practice_id=by.practice_id)
    if date_to < date_from:
        raise InvalidInput({"date_to": "This day is before the first one. Exchange them."})
    if (date_to - date_from).days > LONGEST_YEARS * 366:
        raise InvalidInput({"date_from": f"A pack holds at most {LONGEST_YEARS} years. Ask for several."})
    if len(reason.strip()) < 10:
        raise InvalidInput({"reason": "Say in 10 characters or more who asked for it and why."})
    reauthenticate(by, password)
    wanted = {"date_from": date_from.isoformat(), "date_to": date_to.isoformat()}
    narrowed = {"product": product, "lot": lot.strip(), "location": location, "staff": staff, "patient": patient}
    wanted |= {name: str(value) for name, value in narrowed.items() if value}
    with transaction.atomic():
        lately = InspectionPack.objects.filter(asked_by_id=by.membership_id, asked_at__gt=at - timedelta(hours=1))
        if lately.count() >= MOST_IN_AN_HOUR:
            sentence = f"You asked for {MOST_IN_AN_HOUR} packs within an hour. Wait, or take one of those."
            raise Blocked([Blocker("TOO_MANY_EXPORTS", sentence, "KAP-REG-EXPORT")])
        pack = InspectionPack(
            practice_id=by.practice_id,
            asked_at=at,
            asked_by_id=by.membership_id,
            reason=reason.strip(),
            wanted=wanted,
            patients=0,
            state=InspectionPack.State.BUILDING,
        )
        pack.practice = by.practice
        pack.patients = patients_in(by.practice, wanted_of(pack))
        pack.rows_total = rows_of(sections_of(by.practice, wanted_of(pack)))
        if pack.patients > ALONE_UP_TO:
            pack.state = InspectionPack.State.WAITING
        pack.save(force_insert=True)
        detail = {"patients": pack.patients, "rows": pack.rows_total // 2, "filters": sorted(wanted)}
        audit.record(by, "sessions.ask_for_pack", at=at, subject=pack, role=role, detail=detail)
    return pack


def approve_pack(*, pack: InspectionPack, by: Actor, at: datetime, password: str) -> InspectionPack:
    """A second person lets a large pack be made."""
    role = authorize(by, Permission.EXPORT_DOSING, practice_id=pack.practice_id)
    if pack.asked_by_id == by.membership_id:
        raise NotPermitted("A second person approves it, not whoever asked.")
    reauthenticate(by, password)
    with transaction.atomic():
        waiting = InspectionPack.objects.filter(pk=pack.pk, state=InspectionPack.State.WAITING)
        if not waiting.update(state=InspectionPack.State.BUILDING, approved_at=at, approved_by_id=by.membership_id):
            raise StaleState("This pack does not wait for anybody any more.")
        audit.record(by, "sessions.approve_pack", at=at, subject=pack, role=role)
    pack.refresh_from_db()
    return pack


def build_pack(*, pack: InspectionPack, by: Actor, at: datetime) -> bool:
    """Make the file; False when another worker does. The asker's right is asked again (R8): without it nothing is made.

    A worker that died leaves no file; after its lease another one begins anew.
    """
    free = Q(started_at=None) | Q(started_at__lt=at - LEASE)
    mine = InspectionPack.objects.filter(free, pk=pack.pk, state=InspectionPack.State.BUILDING)
    if not mine.update(started_at=at, rows_done=0):
        return False
    pack = InspectionPack.objects.select_related("practice", "asked_by__user").get(pk=pack.pk)
    if not may_still_export(pack.asked_by):
        _fail(pack, by, at, "denied")
        return True
    try:
        sha256, size = write_pack(pack, f"{at:%Y-%m-%d %H:%M}", names_of(pack), _Progress(pack))
    except OSError as error:
        log.error("inspection pack %s was not written: %s", pack.pk, type(error).__name__)
        _fail(pack, by, at, "failed")
        return True
    with transaction.atomic():
        ready = {"state": InspectionPack.State.READY, "ready_at": at, "expires_at": at + KEPT}
        kept = InspectionPack.objects.filter(pk=pack.pk, state=InspectionPack.State.BUILDING)
        kept.update(**ready, sha256=sha256, size_bytes=size, rows_done=F("rows_total"))
        audit.record(by, "sessions.build_pack", at=at, subject=pack, detail={"bytes": size, "sha256": sha256})
    return True


def _fail(pack, by, at, outcome) -> None:
    with transaction.atomic():
        InspectionPack.objects.filter(pk=pack.pk).update(state=InspectionPack.State.FAILED)
        audit.record(by, "sessions.build_pack", at=at, subject=pack, outcome=outcome)


def may_still_export(member: Membership) -> bool:
    return member.is_active and any(role in access_table()[Permission.EXPORT_DOSING] for role in member.roles)


class _Progress:
    """Says every thousand rows how far it is, outside any transaction, so that the page sees it; renews the lease."""

    def __init__(self, pack: InspectionPack):
        self._pack, self._done, self._told = pack, 0, 0

    def __call__(self, rows: int) -> None:
        self._done += rows
        if self._done - self._told >= TICK:
            self._told = self._done
            InspectionPack.objects.filter(pk=self._pack.pk).update(rows_done=self._done, started_at=timezone.now())


def take_pack(*, pack: InspectionPack, by: Actor, at: datetime) -> InspectionPack:
    """Hand the file to whoever asked for it; for anybody else it does not exist. Leaves a row with its size."""
    role = authorize(by, Permission.EXPORT_DOSING, practice_id=pack.practice_id)
    if pack.asked_by_id != by.membership_id:
        raise OutOfScope("inspection pack")
    with transaction.atomic():
        ready = InspectionPack.objects.filter(pk=pack.pk, state=InspectionPack.State.READY, expires_at__gt=at)
        if not ready.update(downloads=F("downloads") + 1):
            raise StaleState("This pack is not ready, or it was removed a day after it was made. Ask for it again.")
        detail = {"rows": pack.rows_total // 2, "patients": pack.patients, "sha256": pack.sha256}
        audit.record(by, "sessions.take_pack", at=at, subject=pack, role=role, detail=detail)
    return pack


def remove_packs(*, by: Actor, at: datetime) -> int:
    """Delete files that are a day old; their rows stay. Returns how many."""
    old = InspectionPack.objects.filter(state=InspectionPack.State.READY, expires_at__lte=at)
    gone = 0
    for pack in old:
        path_of(pack).unlink(missing_ok=True)
        with transaction.atomic():
            changed = InspectionPack.objects.filter(pk=pack.pk, state=InspectionPack.State.READY)
            gone += changed.update(state=InspectionPack.State.GONE)
            audit.record(by, "sessions.remove_packs", at=at, subject=pack)
    return gone
