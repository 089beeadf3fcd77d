"""Loading licensed wording: the licence, and the texts as lines or as one JSON text. Nothing is uploaded (R89)."""

from django import forms

from accounts.forms.base import PlainForm
from assessments.definitions import Instrument
from assessments.licensed import LARGEST_DOCUMENT, UnfitWording, wording_of_document, wording_of_lines


class WordingForm(PlainForm):
    """`cleaned_data` are the keywords of `actions.load_wording` except code, by and at."""

    licence_holder = forms.CharField(
        label="Who granted the licence",
        max_length=120,
        error_messages={"required": "Write who granted the licence."},
    )
    licence_reference = forms.CharField(
        label="Number or reference of the licence",
        max_length=120,
        error_messages={"required": "Write the number or reference."},
    )
    licensed_on = forms.DateField(
        label="Day of the licence",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Enter the day.", "invalid": "Enter a day."},
    )
    texts = forms.CharField(
        label="Questions, one in each line",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    labels = forms.CharField(
        label="Answers, one in each line (optional)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Value, an equals sign, the words: 0 = … They hold for every question; else use JSON.",
    )
    document = forms.CharField(
        label="Or everything as JSON",
        required=False,
        max_length=LARGEST_DOCUMENT,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="Pasted in the form shown beside; then the two fields above stay empty.",
    )
    is_attested = forms.BooleanField(
        label="I attest that the practice holds this licence for use with patients on screen.",
        error_messages={"required": "Without the licence these texts may not be used."},
    )

    def __init__(self, instrument: Instrument, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instrument = instrument
        count = len(instrument.questions)
        self.fields[
            "texts"
        ].help_text = f"{count} question{'' if count == 1 else 's'} in the order listed on this page."

    def clean(self) -> dict:
        told = super().clean()
        document, texts, labels = (told.pop(name, "") for name in ("document", "texts", "labels"))
        try:
            if document:
                told["wording"] = wording_of_document(self.instrument, document)
            elif "document" not in self.errors:
                told["wording"] = wording_of_lines(self.instrument, texts, labels)
        except UnfitWording as fault:
            self.add_error("document" if document else "texts", fault.sentences)
        return told


class WithdrawForm(PlainForm):
    reason = forms.CharField(
        label="Why are the texts withdrawn?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="10 to 300 characters, such as: the licence ended on 1 May.",
        error_messages={"required": "Say why."},
    )
