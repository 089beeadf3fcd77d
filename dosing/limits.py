"""Decides which limits a proposed dose crosses, and says so in sentences for the prescriber.

Pure: limits come in as arguments because each practice has its own; the defaults are in limit_defaults.
Exactly at a limit is allowed everywhere. Sources: docs/clinical/sources_dosing.md.
"""

from dosing.limit_defaults import DEFAULTS, GENERAL, ROUTE_NAMES, GeneralLimits, RouteLimits
from dosing.limit_rules import GENERAL_RULES, RULES, must_dilute
from dosing.proposed_dose import SEVERITY_RANK, Finding, ProposedDose, show
from dosing.weight_rules import check_weight, is_usable_weight

__all__ = [
    "DEFAULTS",
    "GENERAL",
    "ROUTE_NAMES",
    "Finding",
    "GeneralLimits",
    "ProposedDose",
    "RouteLimits",
    "check_dose",
    "check_weight",
    "is_usable_weight",
    "most_severe_first",
    "must_dilute",
    "show",
]


def check_dose(proposed, limits=None, general=GENERAL):
    """Return every finding on a proposed dose, most severe first; an empty tuple means no limit is crossed.

    `limits` is the practice's RouteLimits (default: DEFAULTS of the route), `general` its GeneralLimits.
    A measure above its hard limit is reported once, as hard. With no usable weight only the weight is
    reported: a dose on an impossible weight has no meaning. Raises KeyError for an unknown route.
    """
    limits = limits or DEFAULTS[proposed.route]
    findings = []
    if proposed.weight_kg is not None or limits.needs_weight:
        findings += check_weight(
            weight_kg=proposed.weight_kg,
            weight_age_days=proposed.weight_age_days,
            previous_weight_kg=proposed.previous_weight_kg,
            general=general,
        )
    if proposed.weight_kg is not None and not is_usable_weight(proposed.weight_kg, general):
        return tuple(findings)
    for rule in RULES:
        findings += rule(proposed, limits)
    for rule in GENERAL_RULES:
        findings += rule(proposed, limits, general)
    return most_severe_first(findings)


def most_severe_first(findings):
    """Hard, then soft, then info; otherwise in the order they were found."""
    return tuple(sorted(findings, key=lambda finding: SEVERITY_RANK[finding.severity]))
