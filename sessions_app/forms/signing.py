"""Signature, addendum and review."""

from django import forms

from accounts.forms.base import PlainForm
from sessions_app.forms.fields import VersionForm


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
