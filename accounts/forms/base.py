"""What the forms of this app share: fields only, the page writes the form tag."""

from crispy_forms.helper import FormHelper
from django import forms


class PlainForm(forms.Form):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.attrs = {}


class NewVersionForm(PlainForm):
    """A new version of a practice's numbers: whose they are, and what changes; the numbers are the page's own."""

    source = forms.CharField(
        label="Source",
        max_length=60,
        help_text="Guideline, label, or who decided.",
        error_messages={"required": "Name the source."},
    )
    note = forms.CharField(
        label="What changes and why",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what changes and why."},
    )
    replaces_version = forms.IntegerField(widget=forms.HiddenInput)
