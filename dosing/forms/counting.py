"""Counting a place: fields for the unopened containers of each lot and for each opened one, and nothing of what should
be there."""

import re
import uuid
from decimal import Decimal

from django import forms

from dosing.counting import CountedLot, LotToCount
from dosing.forms.giving import checked_mg
from dosing.forms.parts import AmountField, EventForm, second_person_email, secret_field
from dosing.models import StockCount
from dosing.proposed_dose import show

COUNTED, UNOPENED, ALSO_OPEN, MOVEMENTS = "counted_", "unopened_", "open_", "movements_"
ONE_LEFT = re.compile(r"(\d{1,6})\s*[:=]\s*(\d{1,6}(?:\.\d{1,3})?)")


class LeftField(forms.CharField):
    """Number and amount of some containers as people write them, '3: 1.5, 4: 2', as a dict."""

    def __init__(self, **kwargs):
        super().__init__(max_length=200, **kwargs)
        self.widget = forms.TextInput(attrs={"autocomplete": "off"})

    def clean(self, value) -> dict[int, Decimal]:
        found = {}
        for part in filter(None, (piece.strip() for piece in super().clean(value).split(","))):
            one = ONE_LEFT.fullmatch(part)
            if not one or int(one[1]) in found:
                raise forms.ValidationError("Write number and amount of each once, such as 3: 1.5, 4: 2.")
            found[int(one[1])] = Decimal(one[2])
        return found


class CountForm(EventForm):
    """Cleaned data are the keywords of `dosing.actions.count_stock` except by and at.

    `lots` (LotToCount) lie at `location`; `open_discrepancies` of that place are offered to be named when a shift ends.
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
        for place in self.lots:
            self._add(place)

    def _add(self, place: LotToCount) -> None:
        lot, product = place.lot, place.lot.product
        word = product.container_word
        for size in place.sizes:
            of_size = f" of {show(product.amount_of(size))} {product.measure}" if size != product.unit_mg else ""
            self.fields[f"{UNOPENED}{lot.pk}_{size}"] = forms.IntegerField(
                label=f"Unopened {word}s{of_size}",
                min_value=0,
                max_value=10_000,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                help_text="How many there are.",
                error_messages={"required": f"Enter how many unopened {word}s there are; 0 if there is none."},
            )
        for container in place.opened:
            self.fields[f"{COUNTED}{container.pk}"] = AmountField(
                label=f"{container.label.capitalize()}, opened",
                least=Decimal(0),
                places=3 if product.is_liquid else 0,
                help_text=f"What is left in it, in {product.measure}.",
                error_messages={"required": f"Enter what is left in it, in {product.measure}; 0 if it is empty."},
            )
        self.fields[f"{ALSO_OPEN}{lot.pk}"] = LeftField(
            label="Others that are open",
            required=False,
            help_text=f"Number and {product.measure} left, such as 3: 1.5. Do not count them as unopened.",
        )
        hidden = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
        self.fields[f"{MOVEMENTS}{lot.pk}"] = hidden
        self.initial.setdefault(f"{MOVEMENTS}{lot.pk}", lot.movements)

    @property
    def by_lot(self) -> list[tuple]:
        """Each lot with its fields, in order."""
        return [(place.lot, [self[name] for name in self._names(place)]) for place in self.lots]

    def _names(self, place: LotToCount) -> list[str]:
        unopened = [f"{UNOPENED}{place.lot.pk}_{size}" for size in place.sizes]
        opened = [f"{COUNTED}{row.pk}" for row in place.opened]
        return [*unopened, *opened, f"{ALSO_OPEN}{place.lot.pk}"]

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

    def _counted(self, place: LotToCount, typed) -> CountedLot | None:
        lot = place.lot
        names = [*self._names(place)[:-1], f"{MOVEMENTS}{lot.pk}"]
        if any(typed.get(name) is None for name in names):
            return None
        opened = {row.pk: self._mg(f"{COUNTED}{row.pk}", lot, typed[f"{COUNTED}{row.pk}"]) for row in place.opened}
        opened |= self._also_open(place, typed.get(f"{ALSO_OPEN}{lot.pk}") or {})
        if None in opened.values():
            return None
        unopened = {size: typed[f"{UNOPENED}{lot.pk}_{size}"] for size in place.sizes}
        return CountedLot(lot_id=lot.pk, movements=typed[f"{MOVEMENTS}{lot.pk}"], opened=opened, unopened=unopened)

    def _also_open(self, place: LotToCount, left: dict[int, Decimal]) -> dict:
        name, found = f"{ALSO_OPEN}{place.lot.pk}", {}
        for number, amount in left.items():
            container = place.unopened.get(number)
            if container is None:
                word = place.lot.product.container_word
                self.add_error(name, f"No unopened {word} {number} is kept here. Write it below, under anything else.")
                return {name: None}
            found[container] = self._mg(name, place.lot, amount)
        return found

    def _mg(self, name: str, lot, amount: Decimal) -> Decimal | None:
        return checked_mg(self, name, lot.product, amount, most=Decimal(1_000_000))
