"""What a patient types besides answers: the birth date."""

from datetime import date

from django import forms

from accounts.forms.base import PlainForm

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
