"""Depression and trauma scales with a rule of their own: PHQ-9, QIDS-SR16, MADRS, PCL-5."""

from assessments.definitions import Instrument
from assessments.scoring.result import Findings
from assessments.scoring.totals import Answers, at_most, screened, sum_of, summed

PHQ9_CORE = ("q1", "q2")


def score_phq9(instrument: Instrument, answers: Answers) -> Findings:
    """PHQ-9: 0 to 27, up to two blanks filled with the mean half up. `item9` is the answer, never filled.

    With every item answered, also the diagnostic algorithm (AS-PHQ9-ALGORITHM): a symptom counts at 2 or
    more, item 9 at 1 or more; one core symptom and five in all is major, two to four is other.
    """
    findings = screened(instrument, answers)
    findings.details["item9"] = answers["q9"]
    if not findings.missing:
        findings.details.update(_phq9_algorithm(instrument, answers))
    return findings


def _phq9_algorithm(instrument: Instrument, answers: Answers) -> dict[str, bool]:
    present = [key for key in instrument.scoring.items if answers[key] >= (1 if key == "q9" else 2)]
    has_core = any(key in present for key in PHQ9_CORE)
    return {
        "algorithm_major": has_core and len(present) >= 5,
        "algorithm_other": has_core and 2 <= len(present) <= 4,
    }


def score_qids(instrument: Instrument, answers: Answers) -> Findings:
    """QIDS-SR16: nine domains of 0 to 3, each its highest answer; 0 to 27, None with an empty domain."""
    domains = {}
    for domain in instrument.scoring.subscales:
        answered = [answers[key] for key in domain.items if answers[key] is not None]
        domains[domain.key] = max(answered, default=None)
    total = None if None in domains.values() else sum(domains.values())
    missing = tuple(item.key for item in instrument.required_items(answers) if answers[item.key] is None)
    return Findings(
        total=total,
        severity=instrument.band_for(total),
        subscales=domains,
        missing=missing,
        details={"domains": domains},
    )


def score_madrs(instrument: Instrument, answers: Answers) -> Findings:
    """MADRS: 0 to 60, complete only; remission at the cut-off or below."""
    findings = summed(instrument, answers)
    findings.details["remission"] = at_most(findings.total, instrument.thresholds["remission_max"])
    return findings


def score_pcl5(instrument: Instrument, answers: Answers) -> Findings:
    """PCL-5: 0 to 80, complete only, no severity words.

    A symptom counts at 2 or more; the provisional DSM-5 pattern needs one each of B and C and two each of
    D and E, whatever the total.
    """
    endorsed = {}
    for cluster in instrument.scoring.subscales:
        is_whole = sum_of(answers, cluster.items) is not None
        count = sum((answers[key] or 0) >= instrument.scoring.endorsed_min for key in cluster.items)
        endorsed[cluster.key] = count if is_whole else None
    findings = screened(instrument, answers)
    findings.details["symptoms_endorsed"] = endorsed
    findings.details["provisional_dsm5"] = None
    if not findings.missing:
        findings.details["provisional_dsm5"] = all(
            endorsed[cluster.key] >= cluster.required_endorsed for cluster in instrument.scoring.subscales
        )
    return findings
