"""Receiving a delivery, filtering the list of lots, adding a product."""

import uuid
from decimal import Decimal

from django import forms

from accounts.forms.base import PlainForm
from common.clinical import Route
from dosing.forms.giving import checked_mg
from dosing.forms.parts import AmountField, DayField, EventForm
from dosing.models import Product


class ReceiveStockForm(EventForm):
    """Cleaned data are the keywords of `dosing.actions.receive_stock` except by and at."""

    product_id = forms.TypedChoiceField(
        label="Product", coerce=uuid.UUID, error_messages={"required": "Choose the product."}
    )
    lot_number = forms.CharField(label="Lot number", max_length=40, widget=forms.TextInput({"autocomplete": "off"}))
    expires_on = DayField(label="Expires on", error_messages={"required": "Enter the expiry day on the package."})
    amount = AmountField(
        label="Amount received",
        most=Decimal(100000),
        help_text="In mL for liquids, otherwise a number of devices, troches or capsules.",
        error_messages={"required": "Enter how much was received."},
    )
    containers = forms.IntegerField(
        label="In how many vials, bottles, packs or devices",
        min_value=1,
        max_value=2000,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text="Each is kept by its number from now on. Leave empty: as the product's pack says.",
    )
    location = forms.CharField(label="Locked away in", max_length=60)
    supplier = forms.CharField(label="Supplier", max_length=120)
    supplier_dea = forms.CharField(label="Supplier's DEA number", max_length=16, required=False)
    invoice = forms.CharField(label="Invoice or order number", max_length=40, required=False)
    note = forms.CharField(label="Note", max_length=300, required=False)

    def __init__(self, *args, products, **kwargs):
        super().__init__(*args, **kwargs)
        self.products = {product.pk: product for product in products}
        self.order_fields([name for name in self.fields if name not in ("occurred_at", "late_reason")])
        choices = [(p.pk, f"{p.name} (count in {p.measure})") for p in products]
        self.fields["product_id"].choices = [("", "Choose …"), *choices]

    def clean(self):
        typed = super().clean()
        product = self.products.get(typed.get("product_id"))
        mg = self._mg(product, typed.pop("amount", None))
        return {**typed, "amount_mg": mg}

    def _mg(self, product, amount):
        if product is None or amount is None:
            return None
        if amount > 10000:
            self.add_error("amount", "This is more than a delivery can hold. Check the amount.")
            return None
        return checked_mg(self, "amount", product, amount, most=Decimal(1_000_000))


class LotFilterForm(PlainForm):
    """Which lots are shown; every choice is checked against a fixed list."""

    SHOW = (
        ("in_stock", "In stock"),
        ("expiring", "Expiring within 90 days"),
        ("expired", "Expired, still in stock"),
        ("empty", "Used up"),
        ("all", "All"),
    )

    q = forms.CharField(label="Lot number", max_length=40, required=False, widget=forms.TextInput({"type": "search"}))
    product = forms.TypedChoiceField(label="Product", coerce=uuid.UUID, empty_value=None, required=False)
    show = forms.ChoiceField(label="Show", choices=SHOW, required=False)

    def __init__(self, *args, products, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [("", "All products"), *((p.pk, p.name) for p in products)]


class ProductForm(PlainForm):
    """Cleaned data are the keywords of `dosing.actions.add_product` except by and at."""

    name = forms.CharField(label="Name and strength", max_length=120, help_text="As on the package.")
    form = forms.ChoiceField(label="Form", choices=[("", "Choose …"), *Product.Form.choices])
    strength = AmountField(
        label="Strength", most=Decimal(1000), help_text="mg/mL of base for liquids, otherwise mg of base in one unit."
    )
    routes = forms.MultipleChoiceField(label="Routes", choices=Route.choices, widget=forms.CheckboxSelectMultiple)
    ndc = forms.RegexField(
        label="NDC",
        regex=r"^\d{4,5}-\d{3,4}-\d{1,2}$",
        required=False,
        help_text="12345-678-90; empty for a compounded product.",
        error_messages={"invalid": "Write the NDC with its two hyphens, such as 12345-678-90."},
    )
    pack = forms.CharField(label="Pack", max_length=60, required=False, help_text="10 mL vial, 10 in a carton.")
    container_amount = AmountField(
        label="One vial, bottle, pack or device holds",
        places=2,
        most=Decimal(1000),
        required=False,
        help_text="In mL for liquids, otherwise units; leave empty where deliveries differ.",
    )
    is_compounded = forms.BooleanField(label="Compounded (not FDA-approved)", required=False)
    pharmacy = forms.CharField(
        label="Compounding pharmacy", max_length=120, required=False, help_text="For a compounded product."
    )
    is_esketamine = forms.BooleanField(label="Esketamine", required=False)
