"""Writing a questionnaire of the practice's own: its heading, one question at a time, its score, its publication."""

import re

from django import forms

from accounts.forms.base import PlainForm
from assessments.practice_made import (
    DIRECTIONS,
    LONGEST_INSTRUCTIONS,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_UNIT,
    RECALLS,
    Definition,
    Question,
)

_OPTION = re.compile(r"^\s*(-?\d{1,4})\s*=\s*(\S.*?)\s*$")
_BAND = re.compile(r"^\s*(-?\d{1,5})\s*(?:-|–|to)\s*(-?\d{1,5})\s*=\s*(\S.*?)\s*$")


def _text(label: str, most: int, help_text: str = "", required: str = "", rows: int = 0) -> forms.CharField:
    """`required` is what to say when it is left empty; '' lets it be empty."""
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=most,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(),
        error_messages={"required": required, "max_length": f"Shorten this to {most} characters."},
    )


def _whole(label: str) -> forms.IntegerField:
    sentence = "Enter a whole number."
    return forms.IntegerField(
        label=label,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": sentence, "invalid": sentence},
    )


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


class HeadingForm(PlainForm):
    """`cleaned_data` are the keywords of `actions.start_questionnaire`."""

    name = _text("Name", LONGEST_NAME, "Staff see it; the patient does not.", "Enter a name.")
    instructions = _text("What the patient reads first (optional)", LONGEST_INSTRUCTIONS, rows=3)
    recall = forms.ChoiceField(
        label="The time the questions are about",
        choices=[(each, each.capitalize()) for each in RECALLS],
        help_text="For staff: it tells when an answer after a dose is too early. Say it in the instructions as well.",
        error_messages={"required": "Choose what time the questions are about."},
    )

    def heading_of(self, definition: Definition) -> Definition:
        return definition | {name: self.cleaned_data[name] for name in ("instructions", "recall")}


class QuestionForm(PlainForm):
    """One question; `question` is what it makes of it."""

    text = _text("Question", LONGEST_TEXT, required="Write the question.", rows=2)
    counts = forms.BooleanField(
        label="Counts towards the score", required=False, help_text="Only where the questionnaire has a score."
    )
    form_name = ""

    def question_with(self, **more) -> Question:
        told = {name: value for name, value in self.cleaned_data.items() if name in ("text", "counts")}
        return {"form": self.form_name, "text": told["text"].strip(), "counts": told.get("counts", False), **more}

    @property
    def question(self) -> Question:
        return self.question_with()

    @classmethod
    def initial_of(cls, question: Question) -> dict:
        return question


class ChoiceForm(QuestionForm):
    form_name = "choice"
    options = forms.CharField(
        label="Answers, one in each line",
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "0 = Not at all\n1 = Sometimes\n2 = Often"}),
        help_text="Points, an equals sign, the words: 0 = Not at all. The patient sees the words only.",
        error_messages={"required": "Give at least two answers."},
    )
    field_order = ("text", "options", "counts")

    def clean_options(self) -> list[dict]:
        found = []
        for line in _lines(self.cleaned_data["options"]):
            told = _OPTION.match(line)
            if told is None or len(told[2]) > LONGEST_LABEL:
                raise forms.ValidationError(f"Write “{line.strip()[:60]}” as points, an equals sign and words.")
            found.append({"points": int(told[1]), "label": told[2]})
        return found

    @property
    def question(self) -> Question:
        return self.question_with(options=self.cleaned_data["options"])

    @classmethod
    def initial_of(cls, question: Question) -> dict:
        return question | {"options": "\n".join(f"{one['points']} = {one['label']}" for one in question["options"])}


class NumberForm(QuestionForm):
    form_name = "number"
    low, high = _whole("Lowest number"), _whole("Highest number")
    unit = _text("Unit (optional)", LONGEST_UNIT, "Such as hours.")
    low_words = _text("Words at the lowest number (optional)", LONGEST_LABEL, "Such as not at all.")
    high_words = _text("Words at the highest number (optional)", LONGEST_LABEL, "Such as as bad as can be.")
    field_order = ("text", "low", "high", "unit", "low_words", "high_words", "counts")

    @property
    def question(self) -> Question:
        names = ("low", "high", "unit", "low_words", "high_words")
        return self.question_with(**{name: self.cleaned_data[name] for name in names})


class YesNoForm(QuestionForm):
    form_name = "yes_no"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["counts"].help_text = "Yes is 1 point, no is 0. Only where the questionnaire has a score."


class TextForm(QuestionForm):
    form_name = "text"
    counts = None


QUESTION_FORMS = {each.form_name: each for each in (ChoiceForm, NumberForm, YesNoForm, TextForm)}


class ScoreForm(PlainForm):
    """`score` is what the definition holds: None for no score."""

    direction = forms.ChoiceField(
        label="Score",
        choices=[("", "No score"), *((key, f"Added up. {words}.") for key, words in DIRECTIONS.items())],
        required=False,
    )
    bands = forms.CharField(
        label="Ranges in your own words (optional)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "0-4 = calm\n5-10 = restless"}),
        help_text="One in each line, the lowest first: 0-4 = calm. They are your practice's words, not a diagnosis.",
    )

    def clean_bands(self) -> list[dict]:
        found = []
        for line in _lines(self.cleaned_data["bands"]):
            told = _BAND.match(line)
            if told is None or len(told[3]) > 40:
                raise forms.ValidationError(f"Write “{line.strip()[:60]}” as in 0-4 = calm, with at most 40 letters.")
            found.append({"low": int(told[1]), "high": int(told[2]), "label": told[3]})
        return found

    @property
    def score(self) -> dict | None:
        told = self.cleaned_data
        return {"direction": told["direction"], "bands": told["bands"]} if told["direction"] else None

    @staticmethod
    def initial_of(score: dict | None) -> dict:
        bands = score["bands"] if score else []
        lines = "\n".join(f"{band['low']}-{band['high']} = {band['label']}" for band in bands)
        return {"direction": score["direction"] if score else "", "bands": lines}


class RevisionForm(PlainForm):
    """Which state of the draft an act was decided on."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class PublishForm(RevisionForm):
    note = forms.CharField(
        label="What changed and why",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="10 to 300 characters; it stays with the version.",
    )


class RetireForm(PlainForm):
    reason = forms.CharField(
        label="Why is it retired?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="10 to 300 characters. Nobody is given it any more; answers stay.",
        error_messages={"required": "Say why."},
    )
