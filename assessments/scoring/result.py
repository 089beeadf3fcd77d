"""What scoring returns: findings of one instrument's own rule, and the finished result with its flags."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

Number = int | Decimal


class Flag(NamedTuple):
    """Something a person must look at. `severity` is "warn", "alert" or "urgent"."""

    code: str
    severity: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What an instrument's own rule worked out, before flags."""

    total: Number | None = None
    severity: str | None = None
    subscales: dict[str, Number | None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    prorated: bool = False
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One scored questionnaire.

    `total` is None when the instrument's missing rule does not allow one, and for instruments that sort
    rather than add (C-SSRS, ASQ). `missing` names the scored questions left open. `is_complete` is True
    when none is. `details` holds what is special to the instrument (`screen_positive`, `risk`, `domains`, …);
    None in it means "cannot be known from these answers", never "no".
    """

    code: str
    version: str
    total: Number | None
    subscales: dict[str, Number | None]
    severity: str | None
    flags: tuple[Flag, ...]
    missing: tuple[str, ...]
    prorated: bool
    is_complete: bool
    details: dict[str, Any]


def plain(value: Any) -> Any:
    """Details or subscales as plain JSON values: decimals become floats, which is for output only."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
