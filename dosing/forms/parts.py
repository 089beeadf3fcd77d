"""What the forms of this app share: amounts, times, second persons, reasons for passing a limit."""

import re
import uuid
from decimal import Decimal

from django import forms

from accounts.forms.base import PlainForm

RANGE = re.compile(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?")
OVERRIDE_PREFIX = "override_"


class AmountField(forms.DecimalField):
    """A number a person types: no spinner arrows, the decimal keypad on a phone, never filled in beforehand."""

    def __init__(self, *, unit: str = "", places: int = 3, least=Decimal("0.001"), most=Decimal(100000), **kwargs):
        self.unit = unit
        super().__init__(decimal_places=places, max_digits=12, min_value=least, max_value=most, **kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


class MinutesField(forms.IntegerField):
    def __init__(self, **kwargs):
        super().__init__(min_value=1, max_value=480, **kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class NumbersField(forms.CharField):
    """Whole numbers as people write them, '3, 5-9', as a list in order; at most 2000 of them."""

    MOST = 2000

    def __init__(self, **kwargs):
        super().__init__(max_length=200, **kwargs)
        self.widget = forms.TextInput(attrs={"autocomplete": "off"})

    def clean(self, value) -> list[int]:
        text = super().clean(value)
        numbers: set[int] = set()
        for part in filter(None, (piece.strip() for piece in text.replace("–", "-").split(","))):
            ends = RANGE.fullmatch(part)
            if not ends:
                raise forms.ValidationError("Write numbers with commas between them, such as 3, 5-9.")
            first, last = int(ends[1]), int(ends[2] or ends[1])
            if last < first or last - first >= self.MOST or len(numbers) >= self.MOST:
                raise forms.ValidationError(f"{part} is no range. Write the lower number first, such as 5-9.")
            numbers.update(range(first, last + 1))
        return sorted(numbers)


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def secret_field(label: str, **kwargs) -> forms.CharField:
    """A password that no browser remembers or fills in."""
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, strip=False, max_length=128, widget=widget, **kwargs)


def second_person_email(label: str, **kwargs) -> forms.EmailField:
    return forms.EmailField(label=label, widget=forms.EmailInput(attrs={"autocomplete": "off"}), **kwargs)


class EventForm(PlainForm):
    """A form that makes a clinical event: its own id against double sending, and the time it really happened."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    occurred_at = forms.DateTimeField(
        label="When",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Leave empty for now.",
        error_messages={"invalid": "Enter day and time."},
    )
    late_reason = forms.CharField(
        label="Why it is entered late",
        required=False,
        max_length=300,
        help_text="Needed when it happened more than 15 minutes ago.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("id", uuid.uuid4())

    def typed_overrides(self) -> dict[str, str]:
        """Blocker code → reason, from the fields `override_<CODE>` that a refused page shows."""
        return overrides_in(self.data)


def overrides_in(data) -> dict[str, str]:
    found = {name.removeprefix(OVERRIDE_PREFIX): data.get(name) for name in data if name.startswith(OVERRIDE_PREFIX)}
    return {code[:40]: reason.strip()[:500] for code, reason in found.items() if reason and reason.strip()}
