"""Signs in what surrounds the doses: corrections that lower an amount, changes of access, faults of the audit trail."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

from dosing.diversion.facts import (
    ANCHOR_MISSING,
    CHAIN_BROKEN,
    FACTOR_RESET,
    PASSWORD_RESET,
    ROLE_GRANTED,
    ROSTER_CHANGED,
    SIGNATURE_ALTERED,
    TRIGGER_MISSING,
    AccessFact,
    CorrectionFact,
    DoseFact,
    Facts,
)
from dosing.diversion.findings import Finding, Pattern, ReportDay, identity
from dosing.proposed_dose import show

# All of these are proposals for a practice, to be confirmed by its compliance officer.
LOWERED_ABOVE_MG = Decimal(20)  # PROPOSAL KAP-DIV-LOWERED: one correction above this is told by itself
LOWERED_TIMES = 2  # PROPOSAL KAP-DIV-LOWERED: so many by one person …
LOWERED_WITHIN = timedelta(days=30)  # PROPOSAL KAP-DIV-LOWERED: … within this
DOSE_AFTER_ACCESS = timedelta(hours=24)  # PROPOSAL KAP-DIV-ACCESS: a dose so soon after a grant or reset
DOSE_AFTER_ROSTER = timedelta(minutes=60)  # PROPOSAL KAP-DIV-ACCESS: an own dose so soon after changing the roster

ACCESS_WORDS = {
    ROLE_GRANTED: "a role that may give or order was granted to the same person",
    FACTOR_RESET: "the same person's second factor was reset",
    PASSWORD_RESET: "the same person's password was reset",
}
AUDIT_WORDS = {
    CHAIN_BROKEN: "The chain of the audit trail is broken",
    TRIGGER_MISSING: "A database trigger that protects records is missing",
    SIGNATURE_ALTERED: "A signed record no longer matches its signature",
    ANCHOR_MISSING: "The copy of the audit trail outside this machine lacks an entry",
}


def downward_correction(facts: Facts, day: ReportDay) -> list[Finding]:
    """A correction lowers an amount by much, or one person lowers amounts again and again (KAP-DIV-LOWERED).

    Each correction is judged with those before it, so that a third one is a sign of its own.
    """
    found, of_person = [], defaultdict(list)
    lowering = [correction for correction in facts.known_by(day.end).corrections if correction.change_mg < 0]
    for correction in sorted(lowering, key=lambda row: row.occurred_at):
        if -correction.change_mg > LOWERED_ABOVE_MG:
            words = f"One correction lowered an amount by {show(-correction.change_mg)} mg."
            found.append(_lowered("single", [correction], day, words))
        since = correction.occurred_at - LOWERED_WITHIN
        rows = [row for row in of_person[correction.by_id] if row.occurred_at >= since] + [correction]
        of_person[correction.by_id] = rows
        if len(rows) >= LOWERED_TIMES:
            total = -sum(row.change_mg for row in rows)
            words = (
                f"{len(rows)} corrections by one person within {LOWERED_WITHIN.days} days took away {show(total)} mg."
            )
            found.append(_lowered("repeated", rows, day, words))
    return found


def _lowered(what: str, rows: list[CorrectionFact], day: ReportDay, words: str) -> Finding:
    newest = rows[-1]
    return Finding(
        pattern=Pattern.DOWNWARD_CORRECTION,
        day_start=day.start,
        first_id=identity(Pattern.DOWNWARD_CORRECTION, what, newest.row_id),
        words=words,
        about_id=newest.by_id,
        lot_id=newest.lot_id,
        count=len(rows),
    )


def access_change(facts: Facts, day: ReportDay) -> list[Finding]:
    """A dose came soon after its giver or recorder got a role or a reset, or changed the roster (KAP-DIV-ACCESS)."""
    known, found = facts.known_by(day.end), []
    for change in known.access:
        if change.what in ACCESS_WORDS:
            doses = [dose for dose in known.doses_of.get(change.about_id, ()) if _follows_access(dose, change)]
            within = f"{int(DOSE_AFTER_ACCESS.total_seconds()) // 3600} hours"
            words = f"{_count(doses)} given or recorded within {within} after {ACCESS_WORDS[change.what]}."
        elif change.what == ROSTER_CHANGED:
            doses = [dose for dose in known.doses_of.get(change.by_id, ()) if _follows_roster(dose, change)]
            within = f"{int(DOSE_AFTER_ROSTER.total_seconds()) // 60} minutes"
            words = f"{_count(doses)} given within {within} after the giver had changed a roster."
        else:
            continue
        if doses:
            found.append(_after_change(change, doses, day, words))
    return found


def _follows_access(dose: DoseFact, change: AccessFact) -> bool:
    until = change.at + DOSE_AFTER_ACCESS
    gave = dose.giver_id == change.about_id and change.at <= dose.occurred_at <= until
    return gave or (dose.recorded_by_id == change.about_id and change.at <= dose.recorded_at <= until)


def _follows_roster(dose: DoseFact, change: AccessFact) -> bool:
    return dose.giver_id == change.by_id and change.at <= dose.occurred_at <= change.at + DOSE_AFTER_ROSTER


def _count(doses: list[DoseFact]) -> str:
    return "1 dose was" if len(doses) == 1 else f"{len(doses)} doses were"


def _after_change(change: AccessFact, doses: list[DoseFact], day: ReportDay, words: str) -> Finding:
    return Finding(
        pattern=Pattern.ACCESS_CHANGE,
        day_start=day.start,
        first_id=identity(Pattern.ACCESS_CHANGE, change.row_id),
        words=words,
        about_id=change.by_id if change.what == ROSTER_CHANGED else change.about_id,
        record_id=doses[0].record_id,
        count=len(doses),
    )


def audit_interference(facts: Facts, day: ReportDay) -> list[Finding]:
    """Any fault of the audit trail, told once for each kind and day of the practice (KAP-DIV-AUDIT)."""
    faults = Counter((day.date_of(fault.at), fault.what) for fault in facts.known_by(day.end).audit)
    return [
        Finding(
            pattern=Pattern.AUDIT_INTERFERENCE,
            day_start=day.start,
            first_id=identity(Pattern.AUDIT_INTERFERENCE, what, date),
            words=f"{AUDIT_WORDS.get(what, 'The audit trail has a fault')} ({number} found on {date}).",
            count=number,
        )
        for (date, what), number in faults.items()
    ]
