"""Asking for an inspection pack, and approving a large one."""

import uuid

from django import forms

from accounts.forms.base import PlainForm
from accounts.models import Membership
from dosing.models import Product, StockLot
from patients.models import Patient

PASSWORD = {"attrs": {"autocomplete": "current-password"}}


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, error_messages={"required": "Choose the day."})


def _id(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=uuid.UUID, empty_value=None, required=False)


class PackForm(PlainForm):
    """Cleaned data are the keywords of `actions.ask_for_pack` except by and at. A patient is named by the MRN."""

    date_from = _day("First day")
    date_to = _day("Last day")
    product = _id("Product")
    lot = forms.CharField(label="Lot number", max_length=40, required=False)
    location = forms.ChoiceField(label="Place", required=False)
    staff = _id("Staff member")
    mrn = forms.CharField(label="Patient (MRN)", max_length=20, required=False)
    reason = forms.CharField(
        label="Who asked for it, and why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say who asked for it, and why."},
    )
    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(**PASSWORD),
        error_messages={"required": "Enter your password."},
    )

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        products = Product.objects.visible_to(actor).order_by("name")
        people = Membership.objects.visible_to(actor).select_related("user").order_by("user__full_name", "pk")
        places = StockLot.objects.visible_to(actor).order_by("location").values_list("location", flat=True).distinct()
        self.fields["product"].choices = [("", "All products"), *((one.pk, one.name) for one in products)]
        self.fields["staff"].choices = [("", "Everybody"), *((one.pk, one.user.full_name) for one in people)]
        self.fields["location"].choices = [("", "All places"), *((place, place) for place in places)]

    def clean(self):
        typed = super().clean()
        mrn = typed.pop("mrn", "").strip()
        if mrn:
            found = Patient.objects.visible_to(self.actor).filter(mrn=mrn).first()
            if found is None:
                self.add_error("mrn", "There is no patient with this number.")
            typed["patient"] = found.pk if found else None
        return typed


class ApprovePackForm(PlainForm):
    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(**PASSWORD),
        error_messages={"required": "Enter your password."},
    )
