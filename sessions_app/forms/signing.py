"""Signature, addendum and review."""

import uuid

from django import forms

from accounts.forms.base import PlainForm
from sessions_app.forms.fields import IdForm, VersionForm, local_moment


class SignForm(VersionForm):
    password = forms.CharField(
        label="Your password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class AddendumForm(PlainForm):
    text = forms.CharField(label="Addition or correction", widget=forms.Textarea(attrs={"rows": 4}))
    reason = forms.CharField(label="Why it is added now", max_length=300)


class ReviewForm(PlainForm):
    note = forms.CharField(
        label="Note", widget=forms.Textarea(attrs={"rows": 3}), help_text="What was checked and what was found."
    )
    password = forms.CharField(
        label="Your password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class QuestionForm(PlainForm):
    """Cleaned data are the keywords of `actions.ask_author` except session, by and at."""

    asked_of_id = forms.TypedChoiceField(
        label="Ask", coerce=uuid.UUID, error_messages={"required": "Choose whom you ask."}
    )
    text = forms.CharField(
        label="Question",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It is answered by an addendum; the signed record stays as it is.",
        error_messages={"required": "Write what you want to know."},
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["asked_of_id"].choices = [("", "Choose …"), *((one.pk, one.user.full_name) for one in people)]


class DoseTimeForm(VersionForm, IdForm):
    """Cleaned data are the keywords of `actions.correct_session_dose_time` except session, dose, by and at."""

    given_at = local_moment("Given at", required=True, help_text="In the practice's time zone.")
    reason = forms.CharField(
        label="Why the time is corrected",
        max_length=300,
        error_messages={"required": "Say why the time is corrected."},
    )
    confirmed = forms.BooleanField(label="I have read this; the time is right", required=False)
    password = forms.CharField(
        label="Your password",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="The session is signed: the correction stands beside what was signed, under your name.",
    )

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, session=session, **kwargs)
        if session.signed_at is None:
            del self.fields["password"]
