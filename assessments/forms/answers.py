"""The answers to one instrument as a form: one field per question, read back as the values scoring takes."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.forms.base import PlainForm
from assessments.definitions import Instrument, Item, answers_by_question
from assessments.questions import Question, questions_of, text_of_answer

LONGEST_CODE = 40  # of a choice or a number


class AnswerForm(PlainForm):
    """`kept` are answers saved earlier. `cleaned_data` has one key, `answers`, as the actions take it.

    An answer to a question that the skip logic hides again is dropped, unless it is about risk: doubt counts.
    """

    def __init__(self, instrument: Instrument, data=None, *, kept: Mapping[str, Any] | None = None):
        self.instrument = instrument
        self.kept = dict(kept or {})
        super().__init__(data)
        for item in instrument.questions:
            self.fields[item.key] = forms.CharField(
                label=item.wording, required=False, max_length=item.most_letters or LONGEST_CODE
            )

    def clean(self) -> dict:
        return {"answers": self._asked_only(self._read(super().clean()))}

    def _read(self, texts: Mapping[str, str]) -> dict[str, Any]:
        found = {item.key: self._answer(item, texts) for item in self.instrument.items}
        return {key: value for key, value in found.items() if value is not None}

    def _answer(self, item: Item, texts: Mapping[str, str]) -> Any:
        """A list is open while all of its questions are."""
        told = [one.answer_from_text(texts.get(one.key, "").strip()) for one in item.questions]
        if not item.parts:
            return told[0]
        return None if set(told) == {None} else told

    def _asked_only(self, answers: dict[str, Any]) -> dict[str, Any]:
        items = {item.key: item for item in self.instrument.items}
        return {k: value for k, value in answers.items() if items[k].is_risk or items[k].is_asked(answers)}

    @property
    def questions(self) -> list[Question]:
        """What the page shows: the values just sent, or those kept from before."""
        if self.is_bound:
            texts = {key: self.data.get(key, "") for key in self.fields}
            answers = self._read(texts)
        else:
            told = answers_by_question(self.instrument.items, self.kept)
            texts = {key: text_of_answer(value) for key, value in told.items()}
            answers = self.kept
        return questions_of(self.instrument, texts, answers, self.errors if self.is_bound else {})

    @property
    def missing(self) -> list[Question]:
        return [question for question in self.questions if question.errors]
