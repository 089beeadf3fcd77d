"""Who is on call for risk answers: one choice for each place, and the two limits in minutes."""

from django import forms

from accounts.forms.base import PlainForm

PLACES = ("First, at once", "Second", "Third", "Fourth", "Fifth", "Sixth")


def _minutes(label: str, low: int, high: int, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Enter a number of minutes.",
            "invalid": "Enter a whole number of minutes.",
            "min_value": f"Enter between {low} and {high} minutes.",
            "max_value": f"Enter between {low} and {high} minutes.",
        },
    )


class OnCallForm(PlainForm):
    """`cleaned_data` has `people` (ids of memberships in order), `step_minutes` and `contact_minutes`.

    `members` are those who may handle risk answers; a place left empty between two others is passed over.
    """

    step_minutes = _minutes(
        "Goes on to the next person after, in minutes", 1, 240, "Counted from the answer, until somebody acknowledges."
    )
    contact_minutes = _minutes(
        "First contact is due after, in minutes", 5, 1440, "Counted from the acknowledgement; then shown as overdue."
    )

    def __init__(self, data=None, *, members, listed=(), limits=None):
        initial = {f"place_{number}": str(person) for number, person in enumerate(listed, start=1)}
        if limits is not None:
            initial |= {"step_minutes": _whole_minutes(limits.step), "contact_minutes": _whole_minutes(limits.contact)}
        super().__init__(data, initial=initial)
        self.by_key = {str(member.pk): member.pk for member in members}
        choices = [("", "Nobody"), *((str(member.pk), f"{member} ({member.role_labels})") for member in members)]
        for number, label in enumerate(PLACES, start=1):
            self.fields[f"place_{number}"] = forms.ChoiceField(
                label=label,
                choices=choices,
                required=False,
                error_messages={"invalid_choice": "Choose somebody from the list."},
            )
        self.order_fields([*self.places, "step_minutes", "contact_minutes"])

    @property
    def places(self) -> list[str]:
        return [f"place_{number}" for number in range(1, len(PLACES) + 1)]

    def clean(self) -> dict:
        told = super().clean()
        chosen = [(name, told[name]) for name in self.places if told.get(name)]
        seen: set[str] = set()
        for name, person in chosen:
            if person in seen:
                self.add_error(name, "Name everybody once.")
            seen.add(person)
        limits = {name: told.get(name) for name in ("step_minutes", "contact_minutes")}
        return {"people": [self.by_key[person] for _, person in chosen], **limits}


def _whole_minutes(time) -> int:
    return int(time.total_seconds()) // 60
