"""The titration plan as the prescriber types it into the order, and going on with it after a review."""

import re
import uuid

from django import forms

from accounts.forms.base import PlainForm
from dosing.amounts import MOST_GIVEN_MG
from dosing.forms.parts import AmountField, secret_field
from dosing.titration import MOST_STEPS, StepTerms, plan_problems

ROWS = range(1, MOST_STEPS + 1)
PARTS = ("from", "dose", "most", "condition")


class DoseNumberField(forms.IntegerField):
    def __init__(self, **kwargs):
        super().__init__(min_value=1, max_value=60, **kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class DoseNumbersField(forms.CharField):
    """Dose numbers as '2' or '2, 4', cleaned to a tuple of them; empty is none."""

    def to_python(self, value):
        words = re.split(r"[,;\s]+", super().to_python(value).strip())
        if not all(re.fullmatch(r"[0-9]{1,2}", word) for word in words if word):
            raise forms.ValidationError("Enter dose numbers such as 2, 4.")
        return tuple(int(word) for word in words if word)


def _fields_of(number: int) -> dict[str, forms.Field]:
    return {
        f"step_{number}_from": DoseNumberField(label="From dose", required=False),
        f"step_{number}_dose": AmountField(label="Dose", places=3, most=MOST_GIVEN_MG, required=False),
        f"step_{number}_most": AmountField(label="At most, mg", places=1, most=MOST_GIVEN_MG, required=False),
        f"step_{number}_condition": forms.CharField(label="Taken if", max_length=200, required=False),
    }


class PlanFields(forms.Form):
    """The later steps, in the unit of the first dose, and the points of review; for a form with `series`."""

    review_after = DoseNumbersField(
        label="Plan review after doses",
        required=False,
        max_length=40,
        help_text="Such as 2, 4. The next dose waits until a prescriber goes on. Empty for none.",
    )
    steps: tuple[StepTerms, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number in ROWS:
            self.fields.update(_fields_of(number))

    def leave_out_most(self) -> None:
        """Where doses are not by weight."""
        for number in ROWS:
            del self.fields[f"step_{number}_most"]

    @property
    def step_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each step, for the page."""
        names = [[f"step_{number}_{part}" for part in PARTS] for number in ROWS]
        return [[self[name] for name in row if name in self.fields] for row in names]

    @property
    def has_steps(self) -> bool:
        """Whether any step was typed, or has an error beside it."""
        return self.is_bound and any(
            self.data.get(field.html_name) or field.errors for row in self.step_rows for field in row
        )

    def clean_plan(self, typed: dict, *, is_per_kg: bool) -> dict:
        """The keywords `steps` and `review_after` of signing; what cannot be is told beside its field."""
        rows = [[typed.get(f"step_{number}_{part}") for part in PARTS] for number in ROWS]
        used = [index for index, row in enumerate(rows) if any(row)]
        if used != list(range(len(used))):
            first = next(index for place, index in enumerate(used) if place != index)
            self.add_error(f"step_{first + 1}_from", "Fill the steps from the first row on.")
        all_steps = tuple(self._step(*rows[index], is_per_kg=is_per_kg) for index in used)
        points = typed.get("review_after") or ()
        for name, sentence in plan_problems(all_steps, points, self.series.planned_sessions).items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentence)
        self.steps = tuple(step for step in all_steps if step.from_dose and (step.mg_per_kg or step.fixed_mg))
        return {"steps": all_steps, "review_after": points}

    def _step(self, from_dose, dose, most, condition, *, is_per_kg: bool) -> StepTerms:
        return StepTerms(
            from_dose=from_dose,
            mg_per_kg=dose if is_per_kg else None,
            fixed_mg=None if is_per_kg else dose,
            max_mg=most,
            condition=condition or "",
        )


class ContinuePlanForm(PlainForm):
    """Cleaned data are the keywords of `dosing.actions.continue_plan` except order, by and at."""

    after_dose = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="What the review found, and why the plan goes on",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what the review found and why the plan goes on."},
    )
    password = secret_field("Your password", error_messages={"required": "Enter your password to sign."})
    id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("id", uuid.uuid4())
