"""The contraindication screen: one answer and one note for each item, nothing chosen beforehand."""

from django import forms

from patients.contraindications import ITEMS
from patients.forms.fields import OccurrenceForm
from patients.models import ContraindicationAnswer

NOTE = "_note"


class ScreeningForm(OccurrenceForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for item in ITEMS.values():
            self.fields[item.code] = forms.ChoiceField(
                label=item.question,
                required=False,
                choices=ContraindicationAnswer.Answer.choices,
                error_messages={"invalid_choice": "Choose yes, no or unknown."},
            )
            self.fields[item.code + NOTE] = forms.CharField(label="Note", required=False, max_length=300)

    def clean(self):
        values = super().clean()
        answers = {}
        for code in ITEMS:
            answer, note = values.pop(code, ""), values.pop(code + NOTE, "")
            if answer:
                answers[code] = (answer, note)
            elif note:
                self.add_error(code, "Choose yes, no or unknown for this note.")
        values["answers"] = answers
        return values
