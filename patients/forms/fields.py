"""Fields that several forms of the chart use: days, yes or no, and when something really happened."""

from django import forms

from accounts.forms.base import PlainForm

YES_NO = [("yes", "Yes"), ("no", "No")]


def day_field(
    label: str, required: bool = False, help_text: str = "", missing: str = "Enter the day."
) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": missing, "invalid": "Enter a day as year-month-day, such as 2026-06-02."},
    )


def yes_no(label: str, help_text: str = "") -> forms.TypedChoiceField:
    """An answer somebody has to give; nothing is chosen beforehand."""
    return forms.TypedChoiceField(
        label=label,
        choices=YES_NO,
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text=help_text,
        error_messages={"required": "Answer yes or no."},
    )


class OccurrenceForm(PlainForm):
    """A clinical event: it happened now unless a time is given; a late entry says why (R42)."""

    occurred_at = forms.DateTimeField(
        label="When did it happen?",
        required=False,
        help_text="Leave empty for now.",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": "Enter day and time, or leave it empty for now."},
    )
    late_reason = forms.CharField(
        label="If more than 15 minutes ago: why is it entered late?", required=False, max_length=300
    )
