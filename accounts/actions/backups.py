"""Backups of everything on this server, and drills that restore them (R101, F20)."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.backups.keys import BadKey
from common.backups.making import BackupFailed, is_set_up, make_backup
from common.errors import StaleState
from common.models import BackupRun, RestoreDrill

log = logging.getLogger("clinic.backups")
AT_LEAST_EVERY = timedelta(hours=23)  # so that one that takes an hour is never older than a day (R101)
TRIED_AGAIN_AFTER = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=3)


def ask_for_backup(*, by: Actor, at: datetime) -> BackupRun:
    """Put a backup on the worker's list. Raises StaleState when one is on it already or none is set up."""
    role = authorize(by, Permission.BACK_UP, practice_id=by.practice_id)
    return _ask(by, at, role=role)


def begin_backup(*, by: Actor, at: datetime) -> BackupRun:
    """Ask for one by the operator's command. Raises StaleState like `ask_for_backup`."""
    return _ask(by, at)


@transaction.atomic
def _ask(by: Actor, at: datetime, **what) -> BackupRun:
    if not _can_be_made():
        raise StaleState("No backup is set up. The operator sets it up on the server first.")
    if BackupRun.objects.filter(done_at=None).exists():
        raise StaleState("A backup is already under way.")
    run = BackupRun.objects.create(
        asked_at=at, practice_id=by.practice_id, asked_by_id=by.user_id, asked_by_name=by.name
    )
    audit.record(by, "accounts.ask_for_backup", at=at, subject=run, **what)
    return run


def begin_due_backup(*, by: Actor, at: datetime) -> BackupRun | None:
    """Ask for one when the newest good one is almost a day old; one that failed is tried again after an hour."""
    if not _can_be_made():
        return None
    with transaction.atomic():
        is_asked_lately = Q(asked_at__gt=at - TRIED_AGAIN_AFTER) | Q(done_at=None)
        is_good_enough = Q(asked_at__gt=at - AT_LEAST_EVERY, trouble="", done_at__isnull=False)
        if BackupRun.objects.filter(is_asked_lately | is_good_enough).exists():
            return None
        return _ask(by, at)


def _can_be_made() -> bool:
    """A key that cannot be read counts as set up: the backup then fails and says so."""
    try:
        return is_set_up()
    except BadKey:
        return True


def do_backup(*, run: BackupRun, by: Actor, at: datetime, clock) -> bool:
    """Make the backup that was asked for, unless another worker does; whether it was made. `clock()` is the time when
    it is done. What goes wrong is stored with the run and logged."""
    if not _claim(run, at):
        return False
    try:
        made = make_backup(at)
    except (BackupFailed, BadKey) as problem:
        log.error("the backup failed: %s", problem)
        _finish(run, by, clock(), trouble=str(problem)[:200])
        return False
    what = {"file_name": made.path.name, "size": made.size, "sha256": made.sha256, "rows": made.rows, "seq": made.seq}
    return _finish(run, by, clock(), **what)


def _claim(run: BackupRun, at: datetime) -> bool:
    """By compare-and-set; one whose worker died is taken over later, when its lock is free again."""
    free = Q(begun_at=None) | Q(begun_at__lt=at - GIVEN_UP_AFTER)
    return bool(BackupRun.objects.filter(free, pk=run.pk, done_at=None).update(begun_at=at))


@transaction.atomic
def _finish(run: BackupRun, by: Actor, at: datetime, **what) -> bool:
    stored = BackupRun.objects.filter(pk=run.pk, done_at=None).update(done_at=at, **what)
    if stored:
        trouble = what.get("trouble", "")
        detail = {"file": what.get("file_name", ""), "size": what.get("size", 0)}
        outcome = "failed" if trouble else "done"
        audit.record(by, "accounts.back_up", at=at, subject=run, outcome=outcome, detail=detail)
    return bool(stored)


@transaction.atomic
def record_drill(
    *,
    by: Actor,
    at: datetime,
    file_name: str,
    sha256: str,
    made_at: datetime | None,
    seconds: int,
    faults: list[str],
    rows: int = 0,
    links: int = 0,
    texts: int = 0,
) -> RestoreDrill:
    """Keep what a drill found; `faults` are sentences, none when the backup is good."""
    drill = RestoreDrill.objects.create(
        at=at,
        by_name=by.name,
        file_name=file_name[:60],
        sha256=sha256,
        made_at=made_at,
        seconds=seconds,
        rows=rows,
        links=links,
        texts=texts,
        faults=len(faults),
        first_fault=faults[0][:200] if faults else "",
    )
    detail = {"file": drill.file_name, "faults": drill.faults, "seconds": seconds}
    audit.record(
        by, "accounts.drill_backup", at=at, subject=drill, outcome="failed" if faults else "done", detail=detail
    )
    return drill
