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
