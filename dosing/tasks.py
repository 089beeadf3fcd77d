"""The clock of this app: the report on signs of diversion, once for each day of each practice (R49)."""

import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from accounts.actor import system_actor
from accounts.models import Practice
from dosing import actions

log = logging.getLogger("clinic.dosing")


@shared_task(name="dosing.watch_for_diversion")
def watch_for_diversion() -> None:
    """Make the report of yesterday, of each practice's own calendar, if there is none yet."""
    for practice in Practice.objects.order_by("pk"):
        at = timezone.now()
        yesterday = at.astimezone(ZoneInfo(practice.time_zone)).date() - timedelta(days=1)
        by = system_actor("diversion-watch", practice.pk)
        report = actions.make_diversion_report(practice=practice, day=yesterday, by=by, at=at)
        if report is not None and report.findings:
            log.warning("diversion report of %s: %s new signs", report.day, report.findings)
