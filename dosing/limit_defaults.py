"""Decides the shape of a practice's dose limits and the values used until a practice sets its own.

Every default is a proposal for the practice's medical director to confirm: docs/clinical/sources_dosing.md.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class RouteLimits:
    """Limits of one route; None means no such limit. Exactly at a limit is allowed.

    `unit` ("mg/kg" or "mg") is the unit of `usual_low`, `usual_high`, `first_max` and `first_max_mdsi`.
    """

    route: str
    unit: str
    source: str
    usual_low: Decimal | None = None
    usual_high: Decimal | None = None
    first_max: Decimal | None = None
    first_max_mdsi: Decimal | None = None
    soft_max_mg_per_kg: Decimal | None = None
    hard_max_mg_per_kg: Decimal | None = None
    soft_max_mg: Decimal | None = None
    hard_max_mg: Decimal | None = None
    soft_min_duration_min: Decimal | None = None
    hard_min_duration_min: Decimal | None = None
    max_step_mg_per_kg: Decimal | None = None
    booster_after_min: Decimal | None = None
    allowed_doses_mg: tuple[Decimal, ...] = ()
    allowed_with_reason_mg: tuple[Decimal, ...] = ()
    device_mg: Decimal | None = None
    device_gap_min: Decimal | None = None
    observe_min: Decimal | None = None
    anaesthetic_low_mg_per_kg: Decimal | None = None
    anaesthetic_high_mg_per_kg: Decimal | None = None

    @property
    def needs_weight(self):
        per_kg = (self.soft_max_mg_per_kg, self.hard_max_mg_per_kg, self.max_step_mg_per_kg)
        return self.unit == "mg/kg" or any(limit is not None for limit in per_kg)

    @property
    def is_infusion(self):
        return self.route == "IV"


@dataclass(frozen=True, kw_only=True)
class GeneralLimits:
    """Limits that hold for every route: kg, days, per cent, hours, mg/mL and a ratio of volumes."""

    min_weight_kg: Decimal = Decimal(30)
    max_weight_kg: Decimal = Decimal(300)
    weight_max_age_days: int = 30
    weight_change_confirm_pct: Decimal = Decimal(10)
    soft_min_hours_between: Decimal = Decimal(48)
    hard_min_hours_between: Decimal = Decimal(24)
    dilute_iv_from_mg_per_ml: Decimal = Decimal(100)
    dilution_min_ratio: Decimal = Decimal(2)
    source: str = "KAP-LIM-ALL"
    dilution_source: str = "KAP-REF-DILUTE"
    anaesthetic_source: str = "KAP-REF-ANAESTHETIC"
    unit_source: str = "KAP-FORM-STEP"
    volume_source: str = "KAP-FORM-DRAW"


GENERAL = GeneralLimits()

ROUTE_NAMES = {
    "IV": "IV",
    "IM": "IM",
    "SC": "SC",
    "IN_RACEMIC": "nasal racemic ketamine",
    "ESK": "esketamine spray",
    "SL": "sublingual ketamine",
    "PO": "oral ketamine",
}

DEFAULTS = {
    limits.route: limits
    for limits in (
        RouteLimits(
            route="IV",
            unit="mg/kg",
            source="KAP-LIM-IV",
            usual_low=Decimal("0.5"),
            usual_high=Decimal("1.0"),
            first_max=Decimal("0.5"),
            soft_max_mg_per_kg=Decimal("1.0"),
            hard_max_mg_per_kg=Decimal("2.0"),
            soft_max_mg=Decimal(100),
            hard_max_mg=Decimal(200),
            soft_min_duration_min=Decimal(40),
            hard_min_duration_min=Decimal(15),
            max_step_mg_per_kg=Decimal("0.25"),
            anaesthetic_low_mg_per_kg=Decimal("1.0"),
            anaesthetic_high_mg_per_kg=Decimal("4.5"),
        ),
        RouteLimits(
            route="IM",
            unit="mg/kg",
            source="KAP-LIM-IM",
            usual_low=Decimal("0.25"),
            usual_high=Decimal("1.5"),
            first_max=Decimal("0.75"),
            soft_max_mg_per_kg=Decimal("1.5"),
            hard_max_mg_per_kg=Decimal("2.0"),
            soft_max_mg=Decimal(125),
            hard_max_mg=Decimal(200),
            booster_after_min=Decimal(10),
            anaesthetic_low_mg_per_kg=Decimal("6.5"),
            anaesthetic_high_mg_per_kg=Decimal("13"),
        ),
        RouteLimits(
            route="SC",
            unit="mg/kg",
            source="KAP-LIM-SC",
            usual_low=Decimal("0.5"),
            usual_high=Decimal("0.9"),
            first_max=Decimal("0.5"),
            soft_max_mg_per_kg=Decimal("0.9"),
            hard_max_mg_per_kg=Decimal("1.5"),
            soft_max_mg=Decimal(100),
            hard_max_mg=Decimal(150),
        ),
        RouteLimits(
            route="IN_RACEMIC",
            unit="mg",
            source="KAP-LIM-IN",
            usual_low=Decimal(30),
            usual_high=Decimal(90),
            first_max=Decimal(50),
            soft_max_mg=Decimal(100),
            hard_max_mg=Decimal(200),
        ),
        RouteLimits(
            route="ESK",
            unit="mg",
            source="KAP-LIM-ESK",
            first_max=Decimal(56),
            first_max_mdsi=Decimal(84),
            hard_max_mg=Decimal(84),
            allowed_doses_mg=(Decimal(56), Decimal(84)),
            allowed_with_reason_mg=(Decimal(28),),
            device_mg=Decimal(28),
            device_gap_min=Decimal(5),
            observe_min=Decimal(120),
        ),
        RouteLimits(
            route="SL",
            unit="mg",
            source="KAP-LIM-SL",
            usual_low=Decimal(50),
            usual_high=Decimal(450),
            first_max=Decimal(300),
            soft_max_mg_per_kg=Decimal(6),
            hard_max_mg_per_kg=Decimal(8),
            soft_max_mg=Decimal(450),
            hard_max_mg=Decimal(600),
        ),
        RouteLimits(
            route="PO",
            unit="mg",
            source="KAP-LIM-PO",
            usual_low=Decimal(25),
            usual_high=Decimal(300),
            first_max=Decimal(100),
            soft_max_mg_per_kg=Decimal(3),
            hard_max_mg_per_kg=Decimal(7),
            soft_max_mg=Decimal(300),
            hard_max_mg=Decimal(600),
        ),
    )
}
