"""Planning a session, its questionnaires, and calling it off."""

from uuid import UUID

from django import forms

from accounts.forms.base import PlainForm
from assessments.practice_catalogue import Catalogue
from sessions_app.forms.fields import IdForm, VersionForm, local_moment

USUAL = ("PHQ9", "GAD7", "PCL5", "VASMOOD", "SUDS", "ASQ")


def instrument_choices(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Questionnaires that may be shown to a patient, those of the usual set first."""
    given = list(catalogue.offered())
    given.sort(key=lambda one: (USUAL.index(one.code) if one.code in USUAL else len(USUAL), one.name))
    return [(one.code, one.name) for one in given]


def questionnaires(label: str, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


class ScheduleForm(IdForm):
    scheduled_for = local_moment("Begins", required=True, help_text="In the practice's time zone.")
    planned_minutes = forms.IntegerField(
        label="Planned minutes",
        initial=180,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 30, "max": 720, "step": 15}),
        help_text="With preparation and the time afterwards; 30 to 720.",
    )
    room_id = forms.TypedChoiceField(label="Room", required=False, coerce=UUID, empty_value=None)
    pre_instruments = questionnaires(
        "Questionnaires before the session",
        "As the practice's protocol says. Left as it is, those that were answered too short a time ago are left out.",
    )
    post_instruments = questionnaires("Questionnaires after the session")

    def __init__(self, *args, catalogue, rooms=(), may_give=True, protocol=(), **kwargs):
        """`protocol` are the codes that the practice's protocol asks before this session; without the right to give
        questionnaires nobody chooses them, and the protocol's are given."""
        super().__init__(*args, **kwargs)
        choices = [("", "No room yet"), *((str(room.pk), room.name) for room in rooms)]
        self.fields["room_id"].choices = choices
        self.initial.setdefault("pre_instruments", list(protocol))
        for name in ("pre_instruments", "post_instruments"):
            if may_give:
                self.fields[name].choices = instrument_choices(catalogue)
            else:
                del self.fields[name]

    def clean(self):
        """Those of the protocol left as they stand are the protocol's own: it decides by the day of the session."""
        typed = super().clean()
        if set(typed.get("pre_instruments") or ()) == set(self.initial["pre_instruments"]):
            typed["pre_instruments"] = None
        return typed

    @property
    def follows_protocol(self) -> bool:
        return self.cleaned_data.get("pre_instruments") is None


class RescheduleForm(VersionForm):
    scheduled_for = local_moment("Begins", required=True, help_text="In the practice's time zone.")
    planned_minutes = forms.IntegerField(
        label="Planned minutes", widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 30, "max": 720})
    )
    room_id = forms.TypedChoiceField(label="Room", required=False, empty_value=None, coerce=UUID)

    def __init__(self, *args, rooms=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["room_id"].choices = [("", "No room yet"), *((str(room.pk), room.name) for room in rooms)]


class RoomForm(PlainForm):
    name = forms.CharField(label="Name of the room", max_length=60)


class QuestionnairesForm(PlainForm):
    moment = forms.ChoiceField(
        label="When", choices=[("pre", "Before the session"), ("post", "After the session")], widget=forms.RadioSelect
    )
    instruments = questionnaires("Questionnaires")

    def __init__(self, *args, catalogue, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["instruments"].choices = instrument_choices(catalogue)


class CallOffForm(VersionForm):
    """Cancel, no-show or abort: the reason is part of the record."""

    reason = forms.CharField(label="Reason", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
