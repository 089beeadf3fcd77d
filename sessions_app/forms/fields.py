"""Field kinds that session forms share: whole numbers, a moment, a client-made id."""

import uuid

from django import forms

from accounts.forms.base import PlainForm


def whole_number(label: str, low, high, unit: str = "", **more) -> forms.IntegerField:
    """A measured whole number; the action refuses what cannot be, in the same words on page and API."""
    attrs = {"inputmode": "numeric", "min": low, "max": high, "autocomplete": "off"}
    return forms.IntegerField(
        label=f"{label} ({unit})" if unit else label,
        required=False,
        widget=forms.NumberInput(attrs=attrs),
        error_messages={"invalid": "Enter a whole number."},
        **more,
    )


def local_moment(label: str, required: bool = False, **more) -> forms.DateTimeField:
    """A time in the practice's zone, to the minute."""
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": 60}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": "Enter day and time.", "required": "Enter day and time."},
        **more,
    )


class MomentForm(PlainForm):
    """A clinical event that may be entered late: blank means now; more than 15 minutes back needs a reason."""

    occurred_at = local_moment("Happened at", help_text="Leave empty for now. Times are in the practice's time zone.")
    late_reason = forms.CharField(
        label="Why entered late",
        required=False,
        max_length=300,
        help_text="Needed when it happened more than 15 minutes ago.",
    )
    moment_fields = ("occurred_at", "late_reason")

    @property
    def main_fields(self):
        """Every visible field but the two about time, which sit in a disclosure."""
        return [field for field in self.visible_fields() if field.name not in self.moment_fields]

    @property
    def moment_is_open(self) -> bool:
        return any(self[name].errors or self[name].value() for name in self.moment_fields)


class IdForm(PlainForm):
    """Carries a client-made id, so that the same form sent twice is one row."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["id"].initial = uuid.uuid4


def versioned(form: forms.Form, session=None) -> forms.Form:
    """A form of another app that carries the session's version, too."""
    seen = session.version if session is not None else None
    form.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=seen)
    return form


def of_any_infusion(form: forms.Form) -> forms.Form:
    """A form about an infusion, for where the address does not name it; the choices are filled in where it is shown."""
    form.fields["administration_id"] = forms.UUIDField(
        label="Infusion",
        widget=forms.Select(choices=[("", "Choose")]),
        error_messages={"required": "Choose the infusion.", "invalid": "Choose the infusion."},
    )
    form.order_fields(["administration_id", *form.fields])
    return form


class VersionForm(PlainForm):
    """Carries the version that the person saw; another one means somebody was first."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, session=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.session = session
        self.fields["version"].initial = session.version if session is not None else None
