"""Walk the chain over audit trail and dosing ledger, with its anchors, and name what does not hold (R47).

Exit code 0 when everything holds, 1 with the first bad link otherwise.
"""

import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common import audit
from common.system import System
from common.verifying import verify_chain


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        began = time.monotonic()
        report = verify_chain()
        detail = {"links": report.links, "anchors": report.anchors, "findings": report.count}
        outcome = "failed" if report.count else "done"
        audit.record(System("verify_chain"), "common.verify_chain", at=timezone.now(), outcome=outcome, detail=detail)
        self.stdout.write(f"{report.links} links, {report.anchors} anchors, {time.monotonic() - began:.2f} s")
        if report.count:
            lines = "\n".join(str(finding) for finding in report.findings)
            raise CommandError(f"the chain does not hold, first at link {report.first_bad}:\n{lines}")
        self.stdout.write("The chain holds.")
