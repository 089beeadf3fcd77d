"""The dose order as the prescriber types it; the preview reads the same fields as signing."""

import uuid
from decimal import Decimal

from django import forms

from accounts.forms.base import PlainForm
from common.clinical import INFUSED, Route
from dosing.amounts import MOST_GIVEN_MG, MOST_VOLUME_ML
from dosing.arithmetic import pounds_to_kg
from dosing.forms.parts import AmountField, DayField, MinutesField, overrides_in, secret_field
from dosing.forms.plans import PlanFields
from dosing.order_request import OrderTerms

KG, LB = "kg", "lb"
PER_KG, FIXED = "mg/kg", "mg"


class OrderForm(PlanFields, PlainForm):
    """Cleaned data are the keywords of `dosing.actions.sign_order` except series, by and at.

    `terms`, `steps` and `product` hold what can be read so far, also when other fields are still wrong: the preview
    uses them.
    """

    product_id = forms.TypedChoiceField(
        label="Product", coerce=uuid.UUID, error_messages={"required": "Choose the product."}
    )
    weight = AmountField(
        label="Weight", places=2, most=Decimal(1500), error_messages={"required": "Enter the weight measured."}
    )
    weight_unit = forms.ChoiceField(
        label="Weight is in", choices=[(KG, "kilograms (kg)"), (LB, "pounds (lb)")], widget=forms.RadioSelect
    )
    weighed_on = DayField(label="Weighed on", error_messages={"required": "Enter the day of weighing."})
    dose = AmountField(label="Dose", places=3, most=MOST_GIVEN_MG, error_messages={"required": "Enter the dose."})
    dose_unit = forms.ChoiceField(
        label="Dose is in",
        choices=[(PER_KG, "mg/kg, by weight"), (FIXED, "mg, fixed")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose mg/kg or mg."},
    )
    max_mg = AmountField(label="At most, mg", places=1, most=MOST_GIVEN_MG, required=False)
    final_volume_ml = AmountField(label="Final volume in the bag, mL", places=2, most=MOST_VOLUME_ML)
    duration_min = MinutesField(label="Infusion time, minutes")
    booster_mg = AmountField(label="Booster, mg", places=3, most=MOST_GIVEN_MG, required=False)
    booster_after_min = MinutesField(label="Booster no sooner than, minutes", required=False)
    expires_on = DayField(label="Order ends on", error_messages={"required": "Enter the last day it may be used."})
    instructions = forms.CharField(
        label="Instructions", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    password = secret_field("Your password", error_messages={"required": "Enter your password to sign."})
    replaces = forms.UUIDField(widget=forms.HiddenInput, required=False)
    id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, series, products, newest=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.newest, self.series = newest, series
        self.products = {product.pk: product for product in products}
        self.product, self.terms = None, OrderTerms()
        self.fields["product_id"].choices = [("", "Choose …"), *((p.pk, p.name) for p in products)]
        if series.route not in INFUSED:
            del self.fields["final_volume_ml"], self.fields["duration_min"]
        if series.route == Route.ESK:
            del self.fields["booster_mg"], self.fields["booster_after_min"], self.fields["max_mg"]
            self.leave_out_most()
            self.fields["dose_unit"].choices = [(FIXED, "mg, fixed")]
            self.initial.setdefault("dose_unit", FIXED)
        if not self.is_bound:
            self.initial.setdefault("id", uuid.uuid4())
            self.initial.setdefault("replaces", newest.pk if newest else "")
            self.initial.setdefault("weight_unit", KG)
            self.initial.setdefault("review_after", series.review_after or "")

    def clean(self):
        typed = super().clean()
        self.product = self.products.get(typed.get("product_id"))
        self.terms = OrderTerms(
            weight_kg=self._weight_kg(typed),
            weighed_on=typed.get("weighed_on"),
            mg_per_kg=typed.get("dose") if typed.get("dose_unit") == PER_KG else None,
            fixed_mg=typed.get("dose") if typed.get("dose_unit") == FIXED else None,
            final_volume_ml=typed.get("final_volume_ml"),
            duration_min=typed.get("duration_min"),
            booster_mg=typed.get("booster_mg"),
            booster_after_min=typed.get("booster_after_min"),
            max_mg=typed.get("max_mg"),
        )
        plan = self.clean_plan(typed, is_per_kg=typed.get("dose_unit") == PER_KG)
        return {
            **{name: getattr(self.terms, name) for name in OrderTerms.__dataclass_fields__},
            **plan,
            "product_id": typed.get("product_id"),
            "expires_on": typed.get("expires_on"),
            "instructions": typed.get("instructions", ""),
            "password": typed.get("password", ""),
            "id": typed.get("id"),
            "replaces": self._seen_version(typed),
            "overrides": overrides_in(self.data),
        }

    def _weight_kg(self, typed):
        weight = typed.get("weight")
        if weight is None:
            return None
        return pounds_to_kg(weight) if typed.get("weight_unit") == LB else weight

    def _seen_version(self, typed):
        """The version that was on the page; anything but the newest one is stale and the action says so."""
        seen = typed.get("replaces")
        return self.newest if self.newest is not None and seen == self.newest.pk else None

    def forget_what_is_empty(self) -> None:
        """For checking the arithmetic: do not complain about what was not typed yet."""
        for name in list(self.errors):
            if not self.data.get(name):
                del self.errors[name]
