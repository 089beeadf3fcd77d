"""Which instruments the practice can use: the versioned files in `instruments/`, read once."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assessments.definitions import (
    AnsweredWith,
    Band,
    FlagRule,
    Instrument,
    Item,
    Licence,
    MissingRule,
    Option,
    ScoringRule,
    Subscale,
)

__all__ = [
    "Band",
    "FlagRule",
    "Instrument",
    "Item",
    "Option",
    "UnknownInstrument",
    "all_instruments",
    "get_instrument",
]

_FOLDER = Path(__file__).parent / "instruments"

# Copied from a file as they are; everything else is built below.
_INSTRUMENT_TEXTS = (
    "code",
    "name",
    "version",
    "kind",
    "recall",
    "direction",
    "wording_available",
    "attribution",
    "instructions",
    "stem",
)
_ITEM_TEXTS = ("key", "text", "label", "loinc", "unit", "either", "follow_up", "note")
_ITEM_NUMBERS = ("low", "high")
_SCORING_FIELDS = ("method", "source_id", "low", "high", "multiplier", "endorsed_min")


class UnknownInstrument(LookupError):
    """No instrument has this code."""


def all_instruments() -> tuple[Instrument, ...]:
    """Every instrument, in the order of its code."""
    return tuple(_by_code().values())


def get_instrument(code: str) -> Instrument:
    """The instrument with this exact code, such as "PHQ9".

    Raises UnknownInstrument, naming the codes there are.
    """
    try:
        return _by_code()[code]
    except KeyError:
        known = ", ".join(_by_code())
        raise UnknownInstrument(f"There is no instrument {code}. Use one of: {known}.") from None


@cache
def _by_code() -> Mapping[str, Instrument]:
    files = sorted(_FOLDER.glob("*.json"))
    instruments = [_instrument(json.loads(path.read_text(encoding="utf-8"))) for path in files]
    return MappingProxyType({each.code: each for each in sorted(instruments, key=lambda each: each.code)})


def _instrument(data: dict[str, Any]) -> Instrument:
    lists = {name: tuple(Option(**each) for each in found) for name, found in data["answer_lists"].items()}
    return Instrument(
        **{name: data[name] for name in _INSTRUMENT_TEXTS},
        licence=Licence(**data["licence"]),
        sources=tuple(data["sources"]),
        loinc=MappingProxyType(data["loinc"]),
        items=tuple(_item(item, lists) for item in data["items"]),
        context=tuple(_item(item, lists) for item in data.get("context", ())),
        scoring=_scoring(data["scoring"]),
        missing_rule=MissingRule(**data["missing_rule"]),
        bands=tuple(Band(**band) for band in (data["bands"] or {"table": ()})["table"]),
        thresholds=_thresholds(data["thresholds"]["values"]),
        threshold_confidence=data["thresholds"]["confidence"],
        flags=tuple(_flag(flag) for flag in data["flags"]),
    )


def _item(data: dict[str, Any], lists: Mapping[str, tuple[Option, ...]]) -> Item:
    return Item(
        **{name: data[name] for name in _ITEM_TEXTS + _ITEM_NUMBERS if name in data},
        options=lists[data["options"]] if "options" in data else (),
        anchors=tuple((int(at), words) for at, words in data.get("anchors", {}).items()),
        is_scored=data.get("scored", True),
        is_risk=data.get("risk", False),
        is_whole=data.get("whole", True),
        parts=tuple(_item({"options": data["options"], **part}, lists) for part in data.get("parts", ())),
        ask_if=_answered_with(data.get("ask_if")),
        required_if=_answered_with(data.get("required_if")),
    )


def _answered_with(data: dict[str, Any] | None) -> AnsweredWith | None:
    if data is None:
        return None
    return AnsweredWith(items=tuple(data["items"]), answers=tuple(data["answers"]))


def _scoring(data: dict[str, Any]) -> ScoringRule:
    return ScoringRule(
        **{name: data[name] for name in _SCORING_FIELDS if name in data},
        items=tuple(data["items"]),
        report=tuple(data["report"]),
        subscales=tuple(_subscale(each) for each in data.get("subscales", ())),
    )


def _subscale(data: dict[str, Any]) -> Subscale:
    return Subscale(**{**data, "items": tuple(data["items"])})


def _thresholds(values: dict[str, Any]) -> Mapping[str, int | Decimal]:
    return MappingProxyType({name: Decimal(v) if isinstance(v, str) else v for name, v in values.items()})


def _flag(data: dict[str, Any]) -> FlagRule:
    when = data["when"]
    return FlagRule(
        **{name: data[name] for name in ("code", "severity", "sentence", "source_id", "confidence")},
        of=when["of"],
        low=when.get("min"),
        high=when.get("max"),
        outside=tuple(when["outside"]) if "outside" in when else None,
        equals=when.get("is"),
        is_missing=when.get("missing", False),
        only_at_discharge=when.get("only_at_discharge", False),
    )
