"""Work the SHA-256 of every signed row out again and name each row that is not what was signed (R41)."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common import audit
from common.signatures import SignedRows, signed_rows, verify
from common.system import System

COMMAND = "verify_signatures"


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        altered = [line for answer in signed_rows for line in self._altered(answer())]
        if altered:
            raise CommandError(f"{len(altered)} signed rows were altered:\n" + "\n".join(altered))
        self.stdout.write("Every signed row is what was signed.")

    def _altered(self, kind: SignedRows) -> list[str]:
        checked, found = 0, []
        for row, is_intact in verify(kind):
            checked += 1
            if not is_intact:
                found.append(f"{kind.name} {row.pk}")
                by = System(COMMAND, kind.practice_of(row))
                audit.record(by, "common.signature_does_not_fit", at=timezone.now(), subject=row, outcome="failed")
        detail = {"kind": kind.name, "checked": checked, "altered": len(found)}
        audit.record(System(COMMAND), "common.verify_signatures", at=timezone.now(), detail=detail)
        self.stdout.write(f"{kind.name:<14} {checked} checked, {len(found)} altered")
        return found
