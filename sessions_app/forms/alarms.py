"""The answer to critical values: which readings, what was done, who was told."""

from uuid import UUID

from django import forms

from sessions_app.forms.fields import IdForm, MomentForm

EMERGENCY, OTHER = "emergency", "other"
WORDS = {EMERGENCY: "Emergency services", OTHER: ""}


class AlarmAnswerForm(MomentForm, IdForm):
    """Cleaned data are the keywords of `actions.answer_alarms` except session, by and at."""

    readings = forms.TypedMultipleChoiceField(
        label="This answers",
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose each reading that this answers.",
            "invalid_choice": "This reading has no open alarm any more. Reload to see what is open.",
        },
    )
    action = forms.CharField(
        label="What was done",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write what was done, also when it was only watching."},
    )
    told = forms.ChoiceField(label="Who was told", error_messages={"required": "Say who was told."})
    told_words = forms.CharField(
        label="Told, in words", required=False, max_length=200, help_text="Name and number, when not in the list."
    )

    def __init__(self, *args, alarms=(), people=(), **kwargs):
        """`alarms` are those that are open, `people` the roster entries on duty."""
        super().__init__(*args, auto_id="id_alarm_%s", **kwargs)
        self.fields["readings"].choices = [(str(one.reading.pk), one.sentence) for one in alarms]
        named = {str(entry.membership_id): entry for entry in people}
        self.fields["told"].choices = [
            ("", "Choose"),
            *(
                (key, f"{one.membership.user.full_name}, {one.get_duty_display().lower()}")
                for key, one in named.items()
            ),
            (EMERGENCY, WORDS[EMERGENCY]),
            (OTHER, "Somebody else, or nobody: write below"),
        ]

    def clean(self):
        typed = super().clean()
        told, words = typed.pop("told", ""), typed.get("told_words", "").strip()
        if told == OTHER and not words and "told" not in self.errors:
            self.add_error("told_words", "Write who was told. When nobody was, write so and why.")
        named = WORDS.get(told, "")
        typed["told_words"] = ": ".join(part for part in (named, words) if part)
        typed["told_id"] = UUID(told) if told and told not in WORDS else None
        return typed
