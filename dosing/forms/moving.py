"""Drug that is moved, wasted from stock or handed over for destruction."""

from decimal import Decimal

from django import forms

from dosing.containers import spans
from dosing.forms.giving import checked_mg
from dosing.forms.parts import AmountField, EventForm, NumbersField, second_person_email, secret_field
from dosing.models import StockMovement


class _OfLotForm(EventForm):
    """`in_stock` are the containers that lie there by the ledger; they are typed by their numbers."""

    containers = NumbersField(error_messages={"required": "Say which, by number."})

    def __init__(self, *args, lot, in_stock, **kwargs):
        super().__init__(*args, **kwargs)
        self.lot = lot
        self.by_number = {row.number: row for row in in_stock}
        self.fields["containers"].label = f"Which {lot.product.container_word}s, by number"
        self.fields["containers"].help_text = f"Such as 3 or 5-9. Here are {spans(self.by_number)}."

    def clean_containers(self):
        numbers = self.cleaned_data["containers"]
        missing = [number for number in numbers if number not in self.by_number]
        if missing:
            word = self.lot.product.container_word
            raise forms.ValidationError(f"By the ledger {word} {spans(missing)} is not here, or it is empty.")
        return [self.by_number[number].pk for number in numbers]


class TransferForm(_OfLotForm):
    """Cleaned data are the keywords of `dosing.actions.transfer_stock` except lot, by and at. `places` are known."""

    to_location = forms.CharField(
        label="Locked away in", max_length=60, error_messages={"required": "Say where it is locked away now."}
    )
    note = forms.CharField(label="Note", max_length=300, required=False)
    field_order = ("containers", "to_location", "note", "occurred_at", "late_reason")

    def __init__(self, *args, places=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.places = places
        self.fields["to_location"].widget.attrs |= {"list": "known-places", "autocomplete": "off"}


class DisposeForm(_OfLotForm):
    """Cleaned data are the keywords of `dosing.actions.dispose_stock` except lot, by and at."""

    what = forms.ChoiceField(
        label="What became of it",
        choices=[
            (StockMovement.What.WASTE.value, "Wasted: broken, spilled or opened and not used"),
            (StockMovement.What.DESTROY.value, "Handed over for destruction: expired or not wanted"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose wasted or handed over."},
    )
    amount = AmountField(required=False)
    note = forms.CharField(label="Why and how", max_length=300, error_messages={"required": "Say why and how."})
    taken_by = forms.CharField(
        label="Taken by", max_length=120, required=False, help_text="For destruction: the reverse distributor."
    )
    form_number = forms.CharField(
        label="Number of the DEA form", max_length=40, required=False, help_text="For destruction: form 41 or 222."
    )
    witness_email = second_person_email(
        "Witness: e-mail", error_messages={"required": "The witness enters an e-mail address here."}
    )
    witness_password = secret_field(
        "Witness: password", error_messages={"required": "The witness enters an own password here."}
    )
    field_order = ("what", "containers", "amount", "note", "taken_by", "form_number", "occurred_at", "late_reason")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        product = self.lot.product
        self.fields["amount"].label = f"Only a part of one, {product.measure}"
        self.fields["amount"].help_text = "Leave empty for all that is in them."

    def clean(self):
        typed = super().clean()
        mg = checked_mg(self, "amount", self.lot.product, typed.pop("amount", None), most=Decimal(1_000_000))
        return {**typed, "amount_mg": mg}
