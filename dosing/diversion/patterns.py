"""The diversion watch: every sign that a controlled drug is diverted, of one report day and its history (R49)."""

from collections.abc import Callable

from dosing.diversion.change_patterns import access_change, audit_interference, downward_correction
from dosing.diversion.dose_patterns import dose_before_withdrawal, giver_off_roster, ledger_mismatch, no_vitals
from dosing.diversion.facts import Facts
from dosing.diversion.findings import GRAVITY, Finding, Pattern, ReportDay
from dosing.diversion.late_pattern import late_entries
from dosing.diversion.waste_pattern import waste_ratio
from dosing.diversion.witness_pattern import witness_pair

HISTORY_DAYS = 90  # PROPOSAL KAP-DIV-HISTORY: what the facts hold besides the report day

PATTERNS: dict[Pattern, Callable[[Facts, ReportDay], list[Finding]]] = {
    Pattern.AUDIT_INTERFERENCE: audit_interference,
    Pattern.LEDGER_MISMATCH: ledger_mismatch,
    Pattern.DOSE_BEFORE_WITHDRAWAL: dose_before_withdrawal,
    Pattern.GIVER_OFF_ROSTER: giver_off_roster,
    Pattern.ACCESS_CHANGE: access_change,
    Pattern.WASTE_RATIO: waste_ratio,
    Pattern.WITNESS_PAIR: witness_pair,
    Pattern.DOWNWARD_CORRECTION: downward_correction,
    Pattern.LATE_ENTRIES: late_entries,
    Pattern.NO_VITALS: no_vitals,
}


def watch(facts: Facts, day: ReportDay) -> list[Finding]:
    """Every finding that the facts hold at the end of `day`, the gravest first.

    What an earlier day already told comes again under the same `first_id`: whoever keeps the report leaves it out.
    """
    day = ReportDay(*day)
    known = facts.known_by(day.end)
    found = [finding for pattern in PATTERNS.values() for finding in pattern(known, day)]
    return sorted(found, key=lambda finding: (GRAVITY[finding.pattern], finding.first_id))
