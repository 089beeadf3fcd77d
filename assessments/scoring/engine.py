"""Scores any instrument: check the answers, apply its own rule, raise its flags."""

from collections.abc import Callable, Mapping
from typing import Any

from assessments.catalogue import get_instrument
from assessments.definitions import Instrument
from assessments.scoring import functioning, mood, session, suicide, totals
from assessments.scoring.answers import clean_answers
from assessments.scoring.result import Findings, Flag, Result, plain

_RULES: dict[str, Callable[[Instrument, totals.Answers], Findings]] = {
    "ALDRETE": session.score_aldrete,
    "ASQ": suicide.score_asq,
    "AUDITC": functioning.score_auditc,
    "BDI2": totals.summed,
    "CADSS": session.score_cadss,
    "CSSRS_SCREEN": suicide.score_cssrs,
    "EBI": session.score_ebi,
    "GAD2": totals.screened,
    "GAD7": totals.screened,
    "MADRS": mood.score_madrs,
    "MEQ30": session.score_meq30,
    "MOAAS": session.score_moaas,
    "PCL5": mood.score_pcl5,
    "PHQ2": totals.screened,
    "PHQ8": totals.screened,
    "PHQ9": mood.score_phq9,
    "PSQI": functioning.score_psqi,
    "QIDSSR16": mood.score_qids,
    "RASS": session.score_rass,
    "SDS": functioning.score_sds,
    "SUDS": totals.summed,
    "VASMOOD": session.score_vasmood,
    "WHO5": functioning.score_who5,
    "WSAS": functioning.score_wsas,
}


def score_result(code: str, responses: Mapping[str, Any], *, at_discharge: bool = False) -> Result:
    """The scored questionnaire.

    `responses` maps item keys to answers; None or an absent key is an open question. `at_discharge` adds the
    flags that only mean something at the discharge check (dissociation not yet resolved). Flags read the
    answers themselves, so a low or absent total hides none. Raises UnknownInstrument, InvalidAnswers.
    """
    return score_answers(get_instrument(code), responses, at_discharge=at_discharge)


def score_answers(instrument: Instrument, responses: Mapping[str, Any], *, at_discharge: bool = False) -> Result:
    """`score_result` for an instrument at hand: one of the catalogue, or a practice's own. Raises InvalidAnswers."""
    answers = clean_answers(instrument, responses)
    findings = _RULES.get(instrument.code, totals.summed_if_scored)(instrument, answers)
    return Result(
        code=instrument.code,
        version=instrument.version,
        total=findings.total,
        subscales=findings.subscales,
        severity=findings.severity,
        flags=_flags(instrument, answers, findings, at_discharge),
        missing=findings.missing,
        prorated=findings.prorated,
        is_complete=not findings.missing,
        details=findings.details,
    )


def score(code: str, responses: Mapping[str, Any]) -> dict[str, Any]:
    """The score as plain JSON values, with the keys this instrument reports (its file's `report` list).

    A key that only makes sense for a complete form is left out of an incomplete one; decimals become floats
    here, at the edge, and nowhere else. Raises UnknownInstrument, InvalidAnswers.
    """
    result = score_result(code, responses)
    codes = [flag.code for flag in result.flags]
    standard = {
        "total": result.total,
        "missing": len(result.missing),
        "prorated": result.prorated,
        "severity": result.severity,
        "subscales": result.subscales,
        "flags": codes,
        "flag": codes[0] if codes else None,
    }
    known = standard | result.details
    report = get_instrument(code).scoring.report
    return {key: plain(known[key]) for key in report if key in known}


def _flags(
    instrument: Instrument, answers: Mapping[str, Any], findings: Findings, at_discharge: bool
) -> tuple[Flag, ...]:
    known = {**answers, **findings.details, "total": findings.total}
    return tuple(
        Flag(rule.code, rule.severity, rule.sentence)
        for rule in instrument.flags
        if rule.holds(known) and (at_discharge or not rule.only_at_discharge)
    )
