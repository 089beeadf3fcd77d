"""The discharge: each criterion that a person decides, and the departure against advice."""

from django import forms

from accounts.forms.base import PlainForm
from sessions_app.forms.fields import MomentForm, VersionForm

# Modified Aldrete, clinical.md 2.3; circulation in per cent of the baseline (KAP-DIS-ALDRETE).
ALDRETE = {
    "aldrete_activity": (
        "Activity",
        [("2", "2 moves four limbs"), ("1", "1 moves two limbs"), ("0", "0 moves none")],
    ),
    "aldrete_respiration": (
        "Respiration",
        [("2", "2 breathes deeply, coughs"), ("1", "1 short of breath or shallow"), ("0", "0 does not breathe")],
    ),
    "aldrete_circulation": (
        "Circulation",
        [("2", "2 within 20 % of baseline"), ("1", "1 20 to 50 % off"), ("0", "0 more than 50 % off")],
    ),
    "aldrete_consciousness": (
        "Consciousness",
        [("2", "2 fully awake"), ("1", "1 wakes when called"), ("0", "0 does not answer")],
    ),
    "aldrete_oxygen": (
        "Oxygen",
        [
            ("2", "2 SpO2 above 92 % on room air"),
            ("1", "1 needs oxygen for above 90 %"),
            ("0", "0 below 90 % with oxygen"),
        ],
    ),
}
STATEMENTS = {
    "is_oriented": "Oriented to person, place and time",
    "walks_unaided": "Walks unaided",
    "dissociation_resolved": "Dissociation has resolved",
    "nausea_controlled": "Nausea is controlled",
    "no_suicidal_intent": "Asked: no suicidal intent",
    "escort_present": "Responsible adult is here",
    "instructions_given": "Written instructions given: no driving until tomorrow, after sleep",
}

ESCORT = ("escort_name", "escort_relation", "escort_phone")


class WaiverForm(PlainForm):
    reason = forms.CharField(
        label="Why the patient may leave without it",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="At least 10 characters. Your name, role and the time are recorded with it.",
    )
    password = forms.CharField(
        label="Your password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class DischargeForm(MomentForm, VersionForm):
    def __init__(self, *args, may_against_advice=False, **kwargs):
        super().__init__(*args, **kwargs)
        for name, (label, choices) in ALDRETE.items():
            self.fields[name] = forms.TypedChoiceField(
                label=label,
                choices=[("", "Choose"), *choices],
                coerce=int,
                error_messages={"required": "Choose 0, 1 or 2."},
            )
        for name, label in STATEMENTS.items():
            self.fields[name] = forms.BooleanField(label=label, required=False)
        self.fields["escort_name"] = forms.CharField(
            label="Name of the responsible adult", required=False, max_length=120
        )
        self.fields["escort_relation"] = forms.CharField(
            label="Who this adult is to the patient", required=False, max_length=60
        )
        self.fields["escort_phone"] = forms.CharField(
            label="Telephone of the responsible adult",
            required=False,
            max_length=32,
            widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        )
        if may_against_advice:
            self.fields["is_against_advice"] = forms.BooleanField(
                label="The patient leaves before every criterion is met", required=False
            )
            self.fields["advice_reason"] = forms.CharField(
                label="Reason, what was said, and who takes care now",
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
            self.fields["password"] = forms.CharField(
                label="Your password",
                required=False,
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            )

    @property
    def aldrete_fields(self):
        return [self[name] for name in ALDRETE]

    @property
    def statement_fields(self):
        return [self[name] for name in (*STATEMENTS, *ESCORT)]

    @property
    def advice_is_open(self) -> bool:
        names = [name for name in ("is_against_advice", "advice_reason", "password") if name in self.fields]
        return any(self[name].errors or self[name].value() for name in names)
