"""What outcomes can be counted of: shipped questionnaires with a yardstick, and those of the practice with a score."""

from dataclasses import dataclass
from uuid import UUID

from assessments.catalogue import UnknownInstrument, all_instruments
from assessments.change import ChangeNotDefined, ChangeRule, rule_of
from assessments.definitions import Instrument
from assessments.practice_catalogue import catalogue_of
from assessments.practice_made import is_practice_made


@dataclass(frozen=True)
class Measured:
    """A questionnaire with the rule of its change; of one with `versions` only the answers to these are counted."""

    instrument: Instrument
    rule: ChangeRule
    versions: tuple[str, ...] = ()


def names_of(practice_id: UUID) -> dict[str, str]:
    """What may be chosen, by code: the shipped ones first. One query."""
    shipped = (each for each in all_instruments() if _has_yardstick(each))
    own = (each for each in catalogue_of(practice_id).made() if _rule(each))
    return {each.code: each.name for each in (*shipped, *own)}


def measured(code: str, practice_id: UUID) -> Measured:
    """One query for a practice's own, none for a shipped one. Raises UnknownInstrument."""
    catalogue = catalogue_of(practice_id)
    instrument = catalogue.get(code)
    rule = _rule(instrument)
    if rule is None:
        raise UnknownInstrument(f"Of {code} no change is counted.")
    return Measured(instrument, rule, catalogue.versions_like(instrument) if is_practice_made(code) else ())


def _has_yardstick(instrument: Instrument) -> bool:
    rule = _rule(instrument)
    told = rule and (rule.response_pct, rule.response_points, rule.remission_max, rule.reliable_change)
    return bool(told) and any(told)


def _rule(instrument: Instrument) -> ChangeRule | None:
    try:
        return rule_of(instrument)
    except ChangeNotDefined:
        return None
