"""What the pages of orders show: the sheet of one order, its versions, and the preview of one being written."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils import timezone

from dosing.arithmetic import informational_route_amount_mg
from dosing.hooks import measured_weights
from dosing.limit_labels import rows_of
from dosing.models import DoseOrder
from dosing.order_content import is_unaltered
from dosing.order_request import WorkedOrder
from dosing.ordered_dose import OrderedDose, every_dose
from dosing.proposed_dose import show

# Systemic share of a dose by route, for information only (KAP-REF-BIO); middle of the published range.
BIOAVAILABILITY = (
    ("IM", "0.93", "93 %"),
    ("Nasal, racemic", "0.45", "25-50 %"),
    ("Esketamine spray", "0.48", "48 %"),
    ("Sublingual", "0.29", "27-31 %"),
    ("Oral", "0.20", "16-25 %"),
)


@dataclass(frozen=True)
class OrderSheet:
    """One version of an order as the page shows it, or with the `dose` of one session."""

    order: DoseOrder
    dose: OrderedDose | None = None

    @property
    def is_unaltered(self) -> bool:
        return is_unaltered(self.order)

    @property
    def state(self) -> tuple[str, str]:
        """Chip kind and word."""
        if getattr(self.order, "replaced_by", None) is not None:
            return "neutral", f"replaced by version {self.order.replaced_by.version}"
        if self.order.expires_on < timezone.localdate():
            return "caution", "ended"
        return "normal", "in force"

    @property
    def limit_rows(self) -> list[tuple[str, str]]:
        return rows_of(self.order.route, self.order.limits["route"]["values"]) if self.order.limits else []

    @property
    def general_rows(self) -> list[tuple[str, str]]:
        return rows_of("ALL", self.order.limits["general"]["values"]) if self.order.limits else []

    @property
    def limit_versions(self) -> str:
        if not self.order.limits:
            return ""
        return f"{self.order.limits['route']['version']} / {self.order.limits['general']['version']}"

    @property
    def shown_dose(self) -> OrderedDose:
        """The dose whose amounts and working the sheet shows."""
        return self.dose or OrderedDose(self.order, 1)

    @property
    def plan(self):
        """The arithmetic again, from what was signed and under the limits of then."""
        return self.shown_dose.plan

    @cached_property
    def later_steps(self) -> list[OrderedDose]:
        """Of an order read with its plan; each with its own working."""
        return every_dose(self.order)[1:]


@dataclass(frozen=True)
class Preview:
    """The arithmetic of an order being written; `reasons` are those typed so far."""

    worked: WorkedOrder
    reasons: dict[str, str]

    @property
    def is_empty(self) -> bool:
        terms = self.worked.terms
        return terms.mg_per_kg is None and terms.fixed_mg is None

    @property
    def plan(self):
        return self.worked.plan

    @property
    def has_numbers(self) -> bool:
        return self.plan is not None and self.plan.dose_mg is not None

    @property
    def drawn_words(self) -> str:
        return f"{show(self.plan.drawn_mg)} mg"

    @property
    def has_booster(self) -> bool:
        return bool(self.worked.terms.booster_mg)

    @property
    def cumulative_words(self) -> str:
        per_kg = self.plan.cumulative_mg_per_kg
        return f"{show(per_kg)} mg/kg" if per_kg is not None else ""

    @property
    def steps(self):
        """Each later step worked out (or with its problem), once the first dose is."""
        return self.worked.steps

    def _of(self, severity):
        return [finding for finding in self.worked.findings if finding.severity == severity]

    @property
    def hard(self):
        return self._of("hard")

    @property
    def soft(self):
        """(finding, reason typed so far)."""
        return [(finding, self.reasons.get(finding.code, "")) for finding in self._of("soft")]

    @property
    def info(self):
        return self._of("info")

    @property
    def devices(self) -> list[tuple[int, int]]:
        """(number, minutes after the first)."""
        return list(enumerate(self.plan.device_offsets_min or (), start=1)) if self.plan else []

    @property
    def systemic(self) -> list[tuple[str, str]]:
        """What other routes would need for the same systemic amount as an IV dose; never used for an order."""
        if not self.has_numbers or self.plan.route != "IV":
            return []
        dose = self.plan.dose_mg
        return [
            (name, f"about {informational_route_amount_mg(dose, Decimal(share))} mg ({words} available)")
            for name, share, words in BIOAVAILABILITY
        ]


def last_weight(patient, newest: DoseOrder | None):
    """(day, kg, where from) of the latest known weight, or None; shown beside the empty field, never filled in."""
    known = measured_weights.collect(patient=patient)
    if newest is not None:
        known.append((newest.weighed_on, newest.weight_kg, f"order version {newest.version}"))
    return max(known, key=lambda row: row[0], default=None)
