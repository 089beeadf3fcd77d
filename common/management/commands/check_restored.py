"""Looks at a clinic that was restored, from inside it; started by restore_backup and drill_backup (F20).

The last line of its output is JSON: what was looked at, and what is wrong.
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from common import audit
from common.backups.checking import check_restored
from common.system import System


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("manifest", type=Path)
        parser.add_argument("--note", default="", help="the backup's file name, for a row in the audit trail")

    def handle(self, manifest, note, **options):
        found = check_restored(json.loads(manifest.read_text()))
        if note:
            detail = {"file": note, "rows": found.rows, "faults": len(found.faults)}
            outcome = "failed" if found.faults else "done"
            audit.record(
                System("restore_backup"), "common.restore_backup", at=timezone.now(), outcome=outcome, detail=detail
            )
        self.stdout.write(json.dumps(found.as_values()))
