"""Reads how old the newest backup is, what the last ones became, and when one was last restored and checked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from common.backups.keys import BadKey
from common.backups.making import is_set_up
from common.models import BackupRun, RestoreDrill

RUNS_SHOWN = 20
DRILLS_SHOWN = 5
OLDEST = timedelta(hours=24)  # R101
DRILL_EVERY = timedelta(days=31)  # R101
NOT_SET_UP = "No backup is set up on this server."
NONE_YET = "No backup was made yet."
TOO_OLD = "The newest backup is older than a day."


@dataclass(frozen=True)
class BackupsPage:
    """`newest` is the last backup that was made, `failed` a newer one that was not; both may be missing."""

    at: datetime
    is_set_up: bool
    runs: list[BackupRun]
    newest: BackupRun | None
    drills: list[RestoreDrill]

    @property
    def under_way(self) -> BackupRun | None:
        return next((run for run in self.runs if run.done_at is None), None)

    @property
    def failed(self) -> BackupRun | None:
        """The last one, when it failed and nothing good came after it."""
        last = next((run for run in self.runs if run.done_at is not None), None)
        return last if last is not None and last.trouble else None

    @property
    def is_old(self) -> bool:
        return self.newest is None or self.newest.done_at < self.at - OLDEST

    @property
    def last_drill(self) -> RestoreDrill | None:
        return self.drills[0] if self.drills else None

    @property
    def verified(self) -> RestoreDrill | None:
        """The last drill that found nothing wrong."""
        return next((drill for drill in self.drills if not drill.faults), None)

    @property
    def is_drill_due(self) -> bool:
        return self.verified is None or self.verified.at < self.at - DRILL_EVERY

    @property
    def trouble(self) -> str:
        """What somebody should do about the backups, in a sentence; empty when all is well."""
        if not self.is_set_up:
            return NOT_SET_UP
        if self.last_drill and self.last_drill.faults:
            return "The last backup that was restored for a trial was not good."
        if self.newest is None:
            return NONE_YET
        if self.is_old:
            return TOO_OLD
        return "No backup was restored for a trial within a month." if self.is_drill_due else ""


def backups_page(practice_id, at: datetime) -> BackupsPage:
    """Three queries."""
    return BackupsPage(
        at=at,
        is_set_up=_is_set_up(),
        runs=list(BackupRun.objects.shown_to(practice_id)[:RUNS_SHOWN]),
        newest=_newest(),
        drills=list(RestoreDrill.objects.order_by("-at")[:DRILLS_SHOWN]),
    )


def backup_trouble(at: datetime) -> str:
    """What has to be done about backups today, in a sentence; empty when the newest is good and not a day old."""
    if not _is_set_up():
        return NOT_SET_UP
    newest = _newest()
    if newest is None or newest.done_at < at - OLDEST:
        return TOO_OLD if newest else NONE_YET
    return ""


def _newest() -> BackupRun | None:
    return BackupRun.objects.filter(done_at__isnull=False, trouble="").order_by("-asked_at").first()


def _is_set_up() -> bool:
    try:
        return is_set_up()
    except BadKey:
        return True  # the backup itself says what is wrong with the key
