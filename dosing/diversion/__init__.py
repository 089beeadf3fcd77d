"""Decides, from plain facts, which signs that a controlled drug is diverted a day shows (R49)."""

from dosing.diversion.facts import AccessFact, AuditFact, CorrectionFact, DoseFact, Facts, WasteFact
from dosing.diversion.findings import Finding, Pattern, ReportDay
from dosing.diversion.patterns import HISTORY_DAYS, PATTERNS, watch

__all__ = [
    "HISTORY_DAYS",
    "PATTERNS",
    "AccessFact",
    "AuditFact",
    "CorrectionFact",
    "DoseFact",
    "Facts",
    "Finding",
    "Pattern",
    "ReportDay",
    "WasteFact",
    "watch",
]
