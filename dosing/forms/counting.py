"""Counting a place: one field for each lot that lies there, and nothing of what should be there."""

import uuid
from decimal import Decimal

from django import forms

from dosing.counting import CountedLot
from dosing.forms.giving import checked_mg
from dosing.forms.parts import AmountField, EventForm, second_person_email, secret_field
from dosing.models import StockCount

COUNTED, MOVEMENTS = "counted_", "movements_"


class CountForm(EventForm):
    """Cleaned data are the keywords of `dosing.actions.count_stock` except by and at.

    `lots` lie at `location`; `open_discrepancies` of that place are offered to be named when a shift ends.
    """

    moment = forms.ChoiceField(
        label="Counted at",
        choices=StockCount.Moment.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it was counted at open or close of business."},
    )
    named = forms.MultipleChoiceField(
        label="Open discrepancies that the next shift takes over",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A shift does not end over an open discrepancy without naming it.",
    )
    found_besides = forms.CharField(
        label="Anything else that lies there",
        max_length=300,
        required=False,
        help_text="What is on no list: product, lot and amount. It opens a discrepancy.",
    )
    second_email = second_person_email(
        "Second counter: e-mail", error_messages={"required": "The second counter enters an e-mail address here."}
    )
    second_password = secret_field(
        "Second counter: password", error_messages={"required": "The second counter enters an own password here."}
    )

    def __init__(self, *args, location: str, occasion: str, lots, open_discrepancies=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.location, self.occasion, self.lots = location, occasion, list(lots)
        self.fields["named"].choices = [(str(row.pk), str(row)) for row in open_discrepancies]
        if occasion not in StockCount.INVENTORIES:
            for name in ("moment", "second_email", "second_password"):
                del self.fields[name]
        if occasion != StockCount.Occasion.CLOSING or not open_discrepancies:
            del self.fields["named"]
        for lot in self.lots:
            self._add(lot)

    def _add(self, lot) -> None:
        product = lot.product
        self.fields[f"{COUNTED}{lot.pk}"] = AmountField(
            label=f"{product.name}, lot {lot.lot_number}",
            least=Decimal(0),
            places=3 if product.is_liquid else 0,
            help_text=f"Counted, in {product.measure}. Expires {lot.expires_on:%B %-d, %Y}.",
            error_messages={"required": f"Enter what is there, in {product.measure}; 0 if there is none."},
        )
        hidden = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
        self.fields[f"{MOVEMENTS}{lot.pk}"] = hidden
        self.initial.setdefault(f"{MOVEMENTS}{lot.pk}", lot.movements)

    @property
    def lot_fields(self) -> list:
        return [self[f"{COUNTED}{lot.pk}"] for lot in self.lots]

    def clean(self):
        typed = super().clean()
        counted = [self._counted(lot, typed) for lot in self.lots]
        names = ("moment", "found_besides", "second_email", "second_password", "late_reason")
        return {
            **{name: typed[name] for name in names if name in typed},
            "location": self.location,
            "occasion": self.occasion,
            "named": [uuid.UUID(pk) for pk in typed.get("named", ())],
            "counted": [one for one in counted if one is not None],
            "occurred_at": typed.get("occurred_at"),
            "id": typed.get("id"),
        }

    def _counted(self, lot, typed) -> CountedLot | None:
        amount, movements = typed.get(f"{COUNTED}{lot.pk}"), typed.get(f"{MOVEMENTS}{lot.pk}")
        if amount is None or movements is None:
            return None
        mg = checked_mg(self, f"{COUNTED}{lot.pk}", lot.product, amount, most=Decimal(1_000_000))
        return None if mg is None else CountedLot(lot_id=lot.pk, counted_mg=mg, movements=movements)
