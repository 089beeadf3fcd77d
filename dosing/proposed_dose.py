"""Decides what a proposed dose and a finding about it are, and how their numbers are written for a reader."""

from dataclasses import dataclass, fields
from decimal import Decimal

from dosing.arithmetic import DoseInputError, require_finite, require_not_negative, require_positive

HARD, SOFT, INFO = "hard", "soft", "info"
SEVERITY_RANK = {HARD: 0, SOFT: 1, INFO: 2}
MAY_BE_ZERO = {
    "booster_mg",
    "booster_after_min",
    "draw_ml",
    "previous_mg_per_kg",
    "hours_since_last_dose",
    "weight_age_days",
}
NOT_AMOUNTS = {"route", "first_session", "indication", "limits", "general_limits"}


@dataclass(frozen=True)
class Finding:
    """One limit crossed: 'hard' blocks, 'soft' needs a typed reason, 'info' only informs."""

    code: str
    severity: str
    sentence: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ProposedDose:
    """What a prescriber proposes; every amount is mg of base.

    Amounts that are negative, zero or not finite raise DoseInputError (a weight is left to `check_weight`,
    which refuses it with a finding); a float raises TypeError.
    `mg_per_kg` is given only when `dose_mg` is that times the weight rounded to 0.1 mg, so that rounding
    never pushes a dose that is exactly at a mg/kg limit over it.
    """

    route: str
    first_session: bool
    dose_mg: Decimal
    weight_kg: Decimal | None = None
    mg_per_kg: Decimal | None = None
    booster_mg: Decimal | None = None
    booster_after_min: Decimal | None = None
    duration_min: Decimal | None = None
    concentration_mg_per_ml: Decimal | None = None
    draw_ml: Decimal | None = None
    final_volume_ml: Decimal | None = None
    indication: str | None = None
    previous_mg_per_kg: Decimal | None = None
    hours_since_last_dose: Decimal | None = None
    weight_age_days: int | None = None
    previous_weight_kg: Decimal | None = None

    def __post_init__(self):
        make_amounts_decimal(self)
        if self.mg_per_kg is not None and self.weight_kg is None:
            raise DoseInputError("a dose in mg/kg needs a weight")

    @property
    def total_mg(self):
        """Dose plus booster as given, in mg: compared with limits in mg."""
        return self.dose_mg + (self.booster_mg or 0)

    @property
    def total_before_rounding_mg(self):
        """Dose plus booster before rounding the dose to 0.1 mg: compared with limits in mg/kg."""
        if self.mg_per_kg is None:
            return self.total_mg
        return self.mg_per_kg * self.weight_kg + (self.booster_mg or 0)

    @property
    def total_mg_per_kg(self):
        return self.total_before_rounding_mg / self.weight_kg

    def is_above_mg_per_kg(self, limit_mg_per_kg):
        """Compared by multiplying, so a weight that does not divide evenly cannot fake a difference."""
        return self.total_before_rounding_mg > limit_mg_per_kg * self.weight_kg

    @property
    def working(self):
        """'0.8 mg/kg × 140 kg = 112.0 mg', with the booster when there is one."""
        if self.mg_per_kg is not None:
            product = f"{show(self.mg_per_kg)} mg/kg × {show(self.weight_kg)} kg = {self.dose_mg} mg"
        else:
            product = f"{show(self.dose_mg)} mg"
        if not self.booster_mg:
            return product
        return f"{product}, plus booster {show(self.booster_mg)} mg = {show(self.total_mg)} mg, which"


def make_amounts_decimal(instance):
    """Turn whole numbers of a frozen dataclass into Decimals, refusing floats and impossible amounts."""
    for field in fields(instance):
        value = getattr(instance, field.name)
        if field.name in NOT_AMOUNTS or value is None:
            continue
        if field.name == "weight_kg":
            require = require_finite
        else:
            require = require_not_negative if field.name in MAY_BE_ZERO else require_positive
        object.__setattr__(instance, field.name, require(field.name, value))


def show(value):
    """A number without trailing zeros or exponent, at most 4 decimal places, for sentences."""
    value = Decimal(value)
    places = min(4, max(0, -value.normalize().as_tuple().exponent))
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def finding(code, severity, sentence, source):
    """A Finding whose sentence ends in a full stop."""
    return Finding(code, severity, sentence + ".", source)
