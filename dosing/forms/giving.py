"""The forms beside the patient: a dose, a change of the pump, the end, and what is left over.

Amounts are typed in what the eye reads (mL, devices, units) and become mg exactly. Nothing of them is filled in.
"""

import uuid
from decimal import Decimal

from django import forms

from common.clinical import INFUSED
from dosing.amounts import MOST_DRAWN_MG, MOST_PUMP_ML_PER_H, MOST_VOLUME_ML
from dosing.forms.parts import AmountField, EventForm, MinutesField, second_person_email, secret_field
from dosing.models import AdministrationEnd, InfusionChange, Remainder
from dosing.proposed_dose import show


def lot_label(lot) -> str:
    product = lot.product
    amount = f"{show(lot.balance_amount)} {product.measure} ({show(lot.balance_mg)} mg)"
    return f"{product.name} · lot {lot.lot_number} · expires {lot.expires_on} · {lot.location} · {amount} left"


def container_label(container, product) -> str:
    left = f"{show(product.amount_of(container.balance_mg))} {product.measure}"
    return f"{product.container_word} {container.number}, {f'opened, {left} left' if container.opened_at else left}"


def checked_mg(form, name, product, amount, most=MOST_DRAWN_MG):
    """Mg for an amount typed in mL or units; puts an error beside the field when it is not exact."""
    if product is None or amount is None:
        return None
    if not product.is_liquid and amount != amount.to_integral_value():
        form.add_error(name, f"Enter whole {product.measure}.")
        return None
    mg = product.mg_of(amount)
    if mg.normalize().as_tuple().exponent < -3 or mg > most:
        form.add_error(name, f"This is {show(mg)} mg. Check the amount.")
        return None
    return mg


class GiveDoseForm(EventForm):
    """Cleaned data are the keywords of `dosing.actions.give_dose` except dosing_record, by and at.

    `order` is the order in force, `lots` the lots to choose from (with their products), `containers` some of what is in
    them, `givers` the people on the session who may give, as (membership id, name). `lots` of another measure than the
    order's product are left out.
    """

    lot = forms.TypedChoiceField(
        label="Lot", coerce=uuid.UUID, error_messages={"required": "Choose the lot you hold in your hand."}
    )
    container_id = forms.TypedChoiceField(
        coerce=uuid.UUID,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": "This one is not among them any more. Choose again."},
    )
    drawn_amount = AmountField(error_messages={"required": "Enter what was drawn or taken out."})
    given_amount = AmountField(error_messages={"required": "Enter what the patient gets of it."})
    given_by = forms.TypedChoiceField(
        label="Given by", coerce=uuid.UUID, error_messages={"required": "Choose who gives the dose."}
    )
    site = forms.CharField(label="Site or line", max_length=80, required=False)
    diluent = forms.CharField(label="Diluent", max_length=60, required=False, help_text="NS, D5W, sterile water …")
    final_volume_ml = AmountField(label="Final volume in the bag, mL", places=2, most=MOST_VOLUME_ML)
    duration_min = MinutesField(label="Runs for, minutes")
    verified_email = second_person_email("Verified by: e-mail", required=False)
    verified_password = secret_field("Verified by: password", required=False)

    def __init__(self, *args, order, lots, givers, containers=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.order = order
        fitting = [lot for lot in lots if lot.product.measure == order.product.measure]
        self.lots = {lot.pk: lot for lot in fitting}
        self.fields["lot"].choices = [("", "Choose …"), *((lot.pk, lot_label(lot)) for lot in fitting)]
        self._offer(containers)
        self.fields["given_by"].choices = [("", "Choose …"), *givers]
        self._name_amounts()
        if order.route not in INFUSED:
            del self.fields["final_volume_ml"], self.fields["duration_min"], self.fields["diluent"]

    def _offer(self, containers):
        """The containers under their lots; without a choice the ledger's order counts."""
        word = self.order.product.container_word
        groups: dict = {pk: [] for pk in self.lots}
        for row in containers:
            if row.lot_id in groups:
                groups[row.lot_id].append((row.pk, container_label(row, self.lots[row.lot_id].product)))
        under = [(f"Lot {self.lots[pk].lot_number}, {self.lots[pk].location}", rows) for pk, rows in groups.items()]
        field = self.fields["container_id"]
        field.label = word.capitalize()
        field.choices = [("", f"An opened {word} first, then the next by number"), *(one for one in under if one[1])]

    def _name_amounts(self):
        measure = self.order.product.measure
        taken = "Drawn" if self.order.product.is_liquid else "Taken from stock"
        given = "Of this into the bag" if self.order.route in INFUSED else "Given"
        self.fields["drawn_amount"].label = f"{taken}, {measure}"
        self.fields["given_amount"].label = f"{given}, {measure}"

    def clean(self):
        typed = super().clean()
        lot = self.lots.get(typed.get("lot"))
        product = lot.product if lot else None
        drawn = checked_mg(self, "drawn_amount", product, typed.get("drawn_amount"))
        given = checked_mg(self, "given_amount", product, typed.get("given_amount"))
        if drawn is not None and given is not None and given > drawn:
            self.add_error("given_amount", "More cannot be given than was drawn.")
        names = ("site", "diluent", "verified_email", "verified_password", "late_reason")
        return {
            **{name: typed.get(name, "") for name in names},
            "lot_id": typed.get("lot"),
            "container_id": typed.get("container_id"),
            "drawn_mg": drawn,
            "planned_mg": given,
            "given_by_id": typed.get("given_by"),
            "final_volume_ml": typed.get("final_volume_ml"),
            "duration_min": typed.get("duration_min"),
            "occurred_at": typed.get("occurred_at"),
            "id": typed.get("id"),
            "overrides": self.typed_overrides(),
        }


class InfusionChangeForm(EventForm):
    """Cleaned data are the keywords of `dosing.actions.change_infusion` except administration, by and at."""

    what = forms.ChoiceField(
        label="What changed",
        choices=InfusionChange.What.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what changed."},
    )
    pump_ml_per_h = AmountField(
        label="New rate, mL/h", places=1, most=MOST_PUMP_ML_PER_H, required=False, help_text="Empty for a pause."
    )
    reason = forms.CharField(label="Why", max_length=300, error_messages={"required": "Say why."})

    def clean(self):
        typed = super().clean()
        no_rate = typed.get("pump_ml_per_h") is None and "pump_ml_per_h" not in self.errors
        if typed.get("what") == InfusionChange.What.RATE and no_rate:
            self.add_error("pump_ml_per_h", "Enter the new rate in mL/h.")
        return {**typed, "overrides": self.typed_overrides()}


class EndInfusionForm(EventForm):
    """Cleaned data are the keywords of `dosing.actions.end_administration` except administration, by and at."""

    how = forms.ChoiceField(
        label="How it ended",
        choices=AdministrationEnd.How.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it ended."},
    )
    reason = forms.CharField(label="Why it was stopped", max_length=300, required=False)
    given_mg = AmountField(
        label="Given, mg",
        least=Decimal(0),
        most=Decimal(1000),
        required=False,
        help_text="Leave empty: it is worked out from the pump's times. Fill in only what was measured.",
    )

    def clean(self):
        typed = super().clean()
        stopped = typed.get("how") == AdministrationEnd.How.STOPPED
        if stopped and len(typed.get("reason", "").strip()) < 5:
            self.add_error("reason", "Say why it was stopped, in at least 5 characters.")
        return typed


def name_rest(field, draw) -> None:
    """What is left is told in the measure it is typed in; of a stopped infusion it may have five decimals."""
    product = draw.lot.product
    field.label = f"Amount, {product.measure}"
    left = f"{round(product.amount_of(draw.outstanding_mg), 5):f}"
    field.help_text = f"By the record {left.rstrip('0').rstrip('.')} {product.measure} are left."


class RemainderForm(EventForm):
    """Cleaned data are the keywords of `dosing.actions.dispose_remainder` except draw, by and at."""

    what = forms.ChoiceField(
        label="What became of it",
        choices=[(one.value, one.label) for one in (Remainder.What.WASTE, Remainder.What.RETURN)],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose wasted or returned."},
    )
    amount = AmountField(places=5, error_messages={"required": "Enter the amount."})
    method = forms.CharField(
        label="How", max_length=80, help_text="Drug buster, sink …", error_messages={"required": "Say how."}
    )
    reason = forms.CharField(label="Why it was left", max_length=200, error_messages={"required": "Say why."})
    witness_email = second_person_email(
        "Witness: e-mail", error_messages={"required": "The witness enters an e-mail address here."}
    )
    witness_password = secret_field(
        "Witness: password", error_messages={"required": "The witness enters an own password here."}
    )

    def __init__(self, *args, draw, **kwargs):
        super().__init__(*args, **kwargs)
        self.product = draw.lot.product
        name_rest(self.fields["amount"], draw)
        if self.product.is_liquid:
            self.fields["what"].choices = [(Remainder.What.WASTE.value, Remainder.What.WASTE.label)]

    def clean(self):
        typed = super().clean()
        mg = checked_mg(self, "amount", self.product, typed.pop("amount", None))
        return {**typed, "amount_mg": mg}


class UnwitnessedForm(EventForm):
    """Cleaned data are the keywords of `dosing.actions.waste_unwitnessed` except draw, by and at."""

    amount = AmountField(places=5, error_messages={"required": "Enter the amount."})
    method = forms.CharField(
        label="How", max_length=80, help_text="Drug buster, sink …", error_messages={"required": "Say how."}
    )
    reason = forms.CharField(
        label="Why nobody could witness it", max_length=200, error_messages={"required": "Say why nobody could."}
    )
    password = secret_field("Your password", error_messages={"required": "Enter your password."})
    field_order = ("amount", "method", "reason", "occurred_at", "late_reason", "password")

    def __init__(self, *args, draw, **kwargs):
        super().__init__(*args, **kwargs)
        self.product = draw.lot.product
        name_rest(self.fields["amount"], draw)

    def clean(self):
        typed = super().clean()
        mg = checked_mg(self, "amount", self.product, typed.pop("amount", None))
        return {**typed, "amount_mg": mg}
