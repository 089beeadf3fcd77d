"""Signs that one dose shows by itself: its times, its giver, its reading, its account.

Each looks at every dose of the facts, not only at the day's own, so that a day without a report and an account that
goes wrong later are both caught up; the identity keeps what was told before from being told again.
"""

from collections.abc import Iterator
from datetime import timedelta

from dosing.diversion.facts import DoseFact, Facts
from dosing.diversion.findings import Finding, Pattern, ReportDay, identity
from dosing.proposed_dose import show

# All of these are proposals for a practice, to be confirmed by its compliance officer.
VITALS_WITHIN_MIN = 10  # PROPOSAL KAP-DIV-VITALS: the first reading, unless the route's schedule wants it later
VITALS_GRACE_MIN = 5  # PROPOSAL KAP-DIV-VITALS: as KAP-MON-GRACE
OUTSTANDING_FOR = timedelta(hours=24)  # PROPOSAL KAP-DIV-LEDGER: a remainder is settled by then


def _about(dose: DoseFact, pattern: Pattern, day: ReportDay, words: str, *what: str) -> Finding:
    return Finding(
        pattern=pattern,
        day_start=day.start,
        first_id=identity(pattern, *what, dose.record_id, dose.occurred_at),
        words=words,
        about_id=dose.giver_id,
        record_id=dose.record_id,
        lot_id=dose.lot_id if pattern is Pattern.LEDGER_MISMATCH else None,
    )


def dose_before_withdrawal(facts: Facts, day: ReportDay) -> list[Finding]:
    """The dose is said to be given before its drug was drawn (KAP-DIV-BEFORE)."""
    return [
        _about(dose, Pattern.DOSE_BEFORE_WITHDRAWAL, day, _words_before(dose))
        for dose in facts.known_by(day.end).doses
        if dose.occurred_at < dose.drawn_at
    ]


def _words_before(dose: DoseFact) -> str:
    gap = _minutes(dose.drawn_at - dose.occurred_at)
    return f"A dose of {show(dose.given_mg)} mg is recorded as given {gap} before its drug was drawn."


def giver_off_roster(facts: Facts, day: ReportDay) -> list[Finding]:
    """Whoever gave the dose was not on the session's roster at the time (KAP-DIV-ROSTER)."""
    return [
        _about(dose, Pattern.GIVER_OFF_ROSTER, day, _words_off_roster(dose))
        for dose in facts.known_by(day.end).doses
        if dose.giver_id not in dose.roster_ids
    ]


def _words_off_roster(dose: DoseFact) -> str:
    named = len(dose.roster_ids)
    return f"A dose of {show(dose.given_mg)} mg was given by somebody who was not among the {named} on the roster."


def no_vitals(facts: Facts, day: ReportDay) -> list[Finding]:
    """No reading in time after the dose: nobody looked at a patient who should have had it (KAP-DIV-VITALS).

    Exactly at the limit is in time. Judged once the limit has passed within the report day.
    """
    found = []
    for dose in facts.known_by(day.end).doses:
        limit = max(VITALS_WITHIN_MIN, dose.vitals_due_min) + VITALS_GRACE_MIN
        latest = dose.occurred_at + timedelta(minutes=limit)
        if latest < day.end and (dose.first_vitals_at is None or dose.first_vitals_at > latest):
            found.append(_about(dose, Pattern.NO_VITALS, day, _words_no_vitals(dose, limit)))
    return found


def _words_no_vitals(dose: DoseFact, limit: int) -> str:
    if dose.first_vitals_at is None:
        return f"No reading followed the dose, though one was due within {limit} minutes."
    after = _minutes(dose.first_vitals_at - dose.occurred_at)
    return f"The first reading came {after} after the dose, though it was due within {limit} minutes."


def ledger_mismatch(facts: Facts, day: ReportDay) -> list[Finding]:
    """The stock ledger, the draw's account and what was given do not agree, or a rest stays open (KAP-DIV-LEDGER)."""
    return [
        _about(dose, Pattern.LEDGER_MISMATCH, day, words, what)
        for dose in facts.known_by(day.end).doses
        for what, words in _mismatches(dose, day)
    ]


def _mismatches(dose: DoseFact, day: ReportDay) -> Iterator[tuple[str, str]]:
    drawn, ledger = dose.drawn_mg, dose.ledger_drawn_mg
    if ledger != drawn:
        yield "ledger", f"The ledger took {show(ledger)} mg from the lot, but {show(drawn)} mg were recorded as drawn."
    settled = dose.given_mg + dose.wasted_mg + dose.returned_mg + dose.outstanding_mg
    if settled != drawn:
        yield (
            "account",
            f"{show(drawn)} mg were drawn, but given, wasted, returned and open add up to {show(settled)} mg.",
        )
    if dose.outstanding_mg > 0 and day.end - dose.occurred_at > OUTSTANDING_FOR:
        hours = int(OUTSTANDING_FOR.total_seconds()) // 3600
        yield (
            "open",
            f"{show(dose.outstanding_mg)} mg are neither given, wasted nor returned {hours} hours after the dose.",
        )


def _minutes(gap: timedelta) -> str:
    minutes = max(1, int(gap.total_seconds()) // 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
