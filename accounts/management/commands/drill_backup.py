"""Restores a backup for a trial into a folder that is removed again, checks everything, and keeps the result (F20)."""

import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import actions
from accounts.actor import system_actor
from common.backups.engines import DumpFailed
from common.backups.key_files import keys_from
from common.backups.keys import BadKey
from common.backups.making import backups_in, sha256_of
from common.backups.opening import BackupRefused
from common.backups.restoring import restore


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?", help="default: the newest in the backup folder")
        parser.add_argument("--key", required=True, help="the file with the private key, or - for standard input")
        parser.add_argument("--database", default="", help="address of an empty PostgreSQL database, as its owner")

    def handle(self, file, key, database, **options):
        file = file or self._newest()
        try:
            keys = keys_from(key)
        except BadKey as refusal:
            raise CommandError(str(refusal)) from None
        began, made_at, faults, counted = time.monotonic(), None, [], {}
        try:
            with TemporaryDirectory(prefix="drill-", dir=settings.HOME) as folder:
                restored = restore(file, keys, Path(folder, "home"), database)
            found, made_at = restored.checked, datetime.fromisoformat(restored.made_at)
            faults, counted = found.faults, {"rows": found.rows, "links": found.links, "texts": found.texts}
        except (BackupRefused, DumpFailed) as refusal:
            faults = [str(refusal)]
        actions.record_drill(
            by=system_actor("drill_backup"),
            at=timezone.now(),
            file_name=file.name,
            sha256=sha256_of(file) if file.is_file() else "",
            made_at=made_at,
            seconds=round(time.monotonic() - began),
            faults=faults,
            **counted,
        )
        if faults:
            raise CommandError("This backup is not good:\n" + "\n".join(faults))
        self.stdout.write(
            f"{file.name} is good: {found.tables} tables, {found.rows} rows, {found.links} links, {found.anchors} "
            f"anchors, {found.signatures} signatures, {found.texts} sealed texts, {time.monotonic() - began:.1f} s"
        )

    def _newest(self) -> Path:
        found = backups_in(Path(settings.BACKUP_FOLDER)) if settings.BACKUP_FOLDER else []
        if not found:
            raise CommandError("There is no backup in the backup folder.")
        return found[-1]
