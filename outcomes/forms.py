"""Which questionnaire and which period the outcomes are asked for."""

from django import forms

from accounts.forms.base import PlainForm
from outcomes.outcomes_page import FIRST_CHOICE
from outcomes.periods import EVERYTHING, Period


class OutcomesForm(PlainForm):
    """`instruments` and `periods` are what may be chosen, by code; left out means the first choice and everything."""

    instrument = forms.ChoiceField(
        label="Questionnaire", required=False, error_messages={"invalid_choice": "Choose a questionnaire of the list."}
    )
    period = forms.ChoiceField(
        label="Series begun in", required=False, error_messages={"invalid_choice": "Choose a period of the list."}
    )

    def __init__(self, *args, instruments: dict[str, str], periods: dict[str, Period], **kwargs):
        super().__init__(*args, **kwargs)
        self.periods = periods
        self.fields["instrument"].choices = list(instruments.items())
        self.fields["period"].choices = [(one.code, one.label) for one in periods.values()]
        self.initial |= {"instrument": FIRST_CHOICE, "period": EVERYTHING}

    def wanted(self) -> dict:
        """The keywords of `outcomes_page` that were chosen."""
        chosen = self.cleaned_data if self.is_bound else {}
        return {
            "instrument": chosen.get("instrument") or FIRST_CHOICE,
            "period": self.periods[chosen.get("period") or EVERYTHING],
        }
