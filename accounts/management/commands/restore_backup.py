"""Makes a clinic out of a backup: a new folder, and for PostgreSQL an empty database, both checked throughout (F20).

The clinic that runs this command is not touched. The restored audit trail says when it was restored.
"""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from common.backups.engines import DumpFailed
from common.backups.key_files import keys_from
from common.backups.keys import BadKey
from common.backups.opening import BackupRefused
from common.backups.restoring import restore


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", required=True, help="the file with the private key, or - for standard input")
        parser.add_argument("--home", type=Path, required=True, help="the restored clinic's folder; new or empty")
        parser.add_argument("--database", default="", help="address of an empty PostgreSQL database, as its owner")

    def handle(self, file, key, home, database, **options):
        began = time.monotonic()
        try:
            restored = restore(file, keys_from(key), home, database, note=file.name)
        except (BackupRefused, BadKey, DumpFailed) as refusal:
            raise CommandError(str(refusal)) from None
        found = restored.checked
        self.stdout.write(
            f"Backup of {restored.made_at}: {found.tables} tables, {found.rows} rows, {found.links} links, "
            f"{found.anchors} anchors, {found.signatures} signatures, {found.texts} sealed texts opened, "
            f"{time.monotonic() - began:.1f} s"
        )
        if found.faults:
            raise CommandError("The restored clinic is not what was backed up:\n" + "\n".join(found.faults))
        self.stdout.write(f"Everything holds. Start it with CLINIC_HOME={home}")
