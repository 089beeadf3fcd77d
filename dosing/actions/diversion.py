"""The daily look for signs of diversion, and settling a sign (R49)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.models import Practice
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from dosing.amounts import required_text
from dosing.diversion import HISTORY_DAYS, Pattern, ReportDay, watch
from dosing.hooks import diversion_facts
from dosing.models import DiversionFinding, DiversionReport

GRAVITY = {pattern: place for place, pattern in enumerate(Pattern)}


def make_diversion_report(*, practice: Practice, day: date, by: Actor, at: datetime) -> DiversionReport | None:
    """Look at one day of the practice with the 90 days before it, and keep what is new; None if it was done before."""
    zone = ZoneInfo(practice.time_zone)
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    with transaction.atomic():
        if DiversionReport.objects.filter(practice=practice, day=day).exists():
            return None
        since = start - timedelta(days=HISTORY_DAYS)
        facts = diversion_facts.get("facts")(practice=practice, since=since, until=end, at=at)
        found = {one.first_id: one for one in watch(facts, ReportDay(start, end))}
        told = DiversionFinding.objects.filter(practice=practice, first_id__in=found)
        known = set(told.values_list("first_id", flat=True))
        new = [one for first_id, one in found.items() if first_id not in known]
        doses = sum(start <= dose.occurred_at < end for dose in facts.doses)
        report = DiversionReport(practice=practice, day=day, made_at=at, doses=doses, findings=len(new))
        report.save(force_insert=True)
        DiversionFinding.objects.bulk_create([_row(report, one) for one in new])
        detail = {"day": day.isoformat(), "doses": doses, "findings": len(new)}
        audit.record(by, "dosing.make_diversion_report", at=at, subject=report, detail=detail)
    return report


def _row(report: DiversionReport, one) -> DiversionFinding:
    return DiversionFinding(
        practice_id=report.practice_id,
        report=report,
        day=report.day,
        pattern=str(one.pattern),
        gravity=GRAVITY[one.pattern],
        first_id=one.first_id[:200],
        words=one.words[:400],
        about_id=one.about_id,
        dosing_record_id=one.record_id,
        lot_id=one.lot_id,
        count=one.count,
    )


def settle_finding(
    *, finding: DiversionFinding, by: Actor, at: datetime, outcome: str, settled_words: str
) -> DiversionFinding:
    """Say what a sign turned out to be. Nobody settles a sign about oneself."""
    role = authorize(by, Permission.REVIEW_DIVERSION, practice_id=finding.practice_id)
    if finding.about_id == by.membership_id:
        raise InvalidInput("This sign is about you. Somebody else settles it.")
    if outcome not in DiversionFinding.Outcome.values:
        raise InvalidInput({"outcome": "Choose what it turned out to be."})
    words = required_text("settled_words", settled_words, "Say in 10 characters or more what you looked at.", 10)
    with transaction.atomic():
        row = DiversionFinding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
        if row.settled_at is not None:
            raise StaleState("Somebody settled this sign already. Reload to see how.")
        row.settled_at, row.settled_by_id, row.outcome, row.settled_words = at, by.membership_id, outcome, words
        row.save(update_fields=["settled_at", "settled_by", "outcome", "settled_words"])
        audit.record(by, "dosing.settle_finding", at=at, subject=row, role=role, detail={"outcome": outcome})
    return row
