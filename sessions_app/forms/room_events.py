"""Scales, who is in the room, rescue drugs, consents, due readings that were not taken, and corrections."""

from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.forms.base import PlainForm
from sessions_app.forms.fields import IdForm, MomentForm, whole_number
from sessions_app.forms.preparation import exact_number
from sessions_app.models import RescueDrug, RoomConsent, RoomEntry, VitalReading
from sessions_app.quick_phrases import Phrase
from sessions_app.rescue_drugs import OTHER, RESCUE_DRUGS
from sessions_app.scales import SCALES


def add_correction(form: forms.Form) -> forms.Form:
    """The same form, for an entry that takes the place of a wrong one."""
    form.fields["correction_reason"] = forms.CharField(
        label="Why it is corrected", max_length=300, error_messages={"required": "Write why the entry is corrected."}
    )
    return form


def person_field(label: str, people, required: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", "Choose"), *((str(pk), name) for pk, name in people)],
        coerce=UUID,
        error_messages={"required": required},
    )


class ScaleForm(MomentForm, IdForm):
    """One scale; the modified Aldrete by its items, the others by their total. Nothing is chosen beforehand."""

    def __init__(self, *args, instrument: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.scale = SCALES[instrument]
        for item in self.scale.items:
            self.fields[item] = self._choice(self.scale.label_of(item), item)
        if not self.scale.items:
            self.fields["rating"] = (
                self._choice(self.scale.name, "rass")
                if instrument == "RASS"
                else whole_number(f"{self.scale.name} total", self.scale.low, self.scale.high)
            )
        self.fields["note"] = forms.CharField(label="Note", required=False, max_length=300)

    def _choice(self, label: str, item: str) -> forms.TypedChoiceField:
        return forms.TypedChoiceField(
            label=label,
            choices=[("", "Choose"), *self.scale.choices_of(item)],
            coerce=int,
            error_messages={"required": "Choose what you saw."},
        )

    def clean(self):
        typed = super().clean()
        items = {item: typed.pop(item, None) for item in self.scale.items}
        return {**typed, "instrument": self.scale.code, "items": items or None}


class RoomEntryForm(MomentForm, IdForm):
    went = forms.ChoiceField(
        label="What happened",
        choices=RoomEntry.Went.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose came in or went out."},
    )

    def __init__(self, *args, people=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership_id"] = person_field("Who", people, "Choose who came or went.")
        self.order_fields(["id", "membership_id", "went"])


class RescueDrugForm(MomentForm, IdForm):
    drug = forms.ChoiceField(
        label="Drug",
        choices=[("", "Choose"), *sorted(RESCUE_DRUGS.items(), key=lambda one: one[1]), (OTHER, "Another drug")],
        error_messages={"required": "Choose the drug."},
    )
    name = forms.CharField(label="Name, when it is another drug", required=False, max_length=80)
    dose = exact_number("Dose", places=3, required=True)
    unit = forms.ChoiceField(label="Unit", choices=[("", "Choose"), *RescueDrug.Unit.choices])
    route = forms.ChoiceField(label="How it was given", choices=[("", "Choose"), *RescueDrug.Route.choices])
    reason = forms.CharField(label="Given for", max_length=300, error_messages={"required": "Write what it was for."})

    def __init__(self, *args, prescribers=(), givers=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ordered_by_id"] = person_field("Ordered by", prescribers, "Choose who ordered it.")
        self.fields["given_by_id"] = person_field("Given by", givers, "Choose who gave it.")


class RoomConsentForm(MomentForm, IdForm):
    about = forms.ChoiceField(label="About", choices=[("", "Choose"), *RoomConsent.About.choices])
    is_given = forms.TypedChoiceField(
        label="The patient",
        choices=[("yes", "agreed"), ("no", "took it back, or said no")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the patient said."},
    )
    words = forms.CharField(label="In words", required=False, max_length=300, help_text="Where, how, what not.")


class StopEarlyForm(MomentForm, IdForm):
    reason = forms.CharField(
        label="Why no more is given", max_length=300, error_messages={"required": "Write why no more is given."}
    )


class NotTakenForm(IdForm):
    not_taken = forms.ChoiceField(
        label="Why",
        choices=[("", "Choose"), *VitalReading.NotTaken.choices],
        error_messages={"required": "Choose why it was not taken."},
    )
    note = forms.CharField(label="In words", max_length=300, error_messages={"required": "Write a few words."})

    def __init__(self, *args, due=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_at"] = forms.TypedChoiceField(
            label="Which reading",
            choices=[
                *([("", "Choose")] if len(due) > 1 else []),
                *((moment.isoformat(), f"due {timezone.localtime(moment):%H:%M}") for moment in due),
            ],
            coerce=parse_datetime,
            initial=due[0].isoformat() if len(due) == 1 else None,
            error_messages={"required": "Choose the reading.", "invalid_choice": "This one is not open any more."},
        )
        self.order_fields(["id", "due_at", "not_taken", "note"])


class WithdrawForm(IdForm):
    reason = forms.CharField(label="Why it is taken back", max_length=300)


class SessionSettingsForm(PlainForm):
    phrases = forms.CharField(
        label="Phrases for quick entry",
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="One to a line: the kind, a colon, the words. Empty for the clinic's defaults.",
    )
    cadss6_licence = forms.CharField(
        label="Licence of the CADSS",
        required=False,
        max_length=200,
        help_text="Who granted it and its number or date. Empty: the CADSS-6 is not offered.",
    )

    def clean_phrases(self) -> list[Phrase]:
        lines = [line.strip() for line in self.cleaned_data["phrases"].splitlines() if line.strip()]
        if any(":" not in line for line in lines):
            raise forms.ValidationError("Each line needs a kind, a colon and the words, such as “music: Music off”.")
        return [Phrase(*(part.strip() for part in line.split(":", 1))) for line in lines]
