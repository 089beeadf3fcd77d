"""Fasting, medicines and the way home, as the patient fills it in or a clinician for the patient."""

from django import forms

from accounts.forms.base import PlainForm
from assessments.models.day_before import MOST_NAME, MOST_NOTE, MOST_PHONE
from patients.forms.fields import yes_no

# A yes → the fields it asks for.
FOLLOWS = {"will_fast": (), "medicines_changed": ("medicines_note",), "has_driver": ("driver_name", "driver_phone")}


class DayBeforeForm(PlainForm):
    """`cleaned_data` are the keywords of `actions.tell_day_before`."""

    will_fast = yes_no("Can you keep to the rules about eating and drinking before your visit?")
    medicines_changed = yes_no(
        "Has any of your medicines changed since your last visit?",
        "New, stopped, or another dose. Those without a prescription count, too.",
    )
    medicines_note = forms.CharField(
        label="What changed?",
        required=False,
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"Shorten this to {MOST_NOTE} characters."},
    )
    has_driver = yes_no("Does an adult take you home afterwards?", "You must not drive until the next day.")
    driver_name = forms.CharField(
        label="Name of the adult who takes you home",
        required=False,
        max_length=MOST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    driver_phone = forms.CharField(
        label="Phone number of that person",
        required=False,
        max_length=MOST_PHONE,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    @property
    def questions(self) -> list[dict]:
        """Each yes or no with the fields that a yes asks for."""
        return [
            {"field": self[name], "follow": [self[each] for each in follow], "number": number}
            for number, (name, follow) in enumerate(FOLLOWS.items(), 1)
        ]
