"""What a patient types besides answers: the birth date; and what a copy of the record is asked for with."""

from datetime import date

from django import forms

from accounts.forms import PasswordAgainForm
from accounts.forms.base import PlainForm
from assessments.risk_codes import MOST_WORDS
from portal.record_files import HANDED

MONTHS = [
    (str(number), name)
    for number, name in enumerate(
        (
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
        start=1,
    )
]
ASK_AGAIN = "Enter month, day and year."


def _number(label: str, hint: str) -> forms.IntegerField:
    attrs = {"inputmode": "numeric", "autocomplete": hint, "class": "form-control num"}
    return forms.IntegerField(
        label=label,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": ASK_AGAIN, "invalid": ASK_AGAIN},
    )


class BirthDateForm(PlainForm):
    """`cleaned_data` has one key, `birth_date`."""

    month = forms.ChoiceField(
        label="Month",
        choices=[("", "Month"), *MONTHS],
        widget=forms.Select(attrs={"class": "form-select", "autocomplete": "bday-month"}),
        error_messages={"required": ASK_AGAIN, "invalid_choice": ASK_AGAIN},
    )
    day = _number("Day", "bday-day")
    year = _number("Year", "bday-year")

    def clean(self) -> dict:
        told = super().clean()
        if self.errors:
            return told
        try:
            return {"birth_date": date(told["year"], int(told["month"]), told["day"])}
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError("There is no such day. " + ASK_AGAIN) from error


class CallForm(PlainForm):
    """A wish to be called, beside the answers or after them. `asked` is None without one, else the patient's words."""

    call_me = forms.BooleanField(label="Please call me", required=False)
    call_words = forms.CharField(
        label="Anything we should know before we call? (optional)",
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": f"Shorten this to {MOST_WORDS} characters."},
    )

    @property
    def asked(self) -> str | None:
        """Whoever writes something wants to be called, ticked or not."""
        told = self.cleaned_data
        return told["call_words"] if told["call_me"] or told["call_words"].strip() else None


class RecordCopyForm(PasswordAgainForm):
    kind = forms.ChoiceField(
        label="File",
        choices=[("pdf", "PDF, to read and print"), ("json", "JSON, for another program")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose PDF or JSON."},
    )
    handed = forms.ChoiceField(
        label="Who gets it",
        choices=list(HANDED.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Say who gets the copy."},
    )
    field_order = ("kind", "handed", "password")
