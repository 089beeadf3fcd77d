"""Forms of the integration pages; the editor's fields come from the note's template."""

from uuid import uuid4

from django import forms

from accounts.forms.base import PlainForm
from common.clinical import Modality
from integration_notes.models import IntegrationNote
from integration_notes.templates_data import template_of
from patients.forms.fields import day_field

PREFIX = "field_"


class StartNoteForm(PlainForm):
    id = forms.UUIDField(widget=forms.HiddenInput)
    modality = forms.ChoiceField(
        label="Fields of the note",
        choices=Modality.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the modalities."},
    )

    def __init__(self, data=None, *, session):
        super().__init__(data, initial={"id": uuid4(), "modality": session.series.modality})


class DraftForm(PlainForm):
    """One area for each field of the template; `cleaned_data` is what `save_draft` takes."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    themes = forms.CharField(
        label="Themes",
        required=False,
        max_length=1000,
        help_text="A few words each, separated by commas, such as: grief, trust, letting go.",
    )

    def __init__(self, data=None, *, note: IntegrationNote):
        self.note = note
        self.template = template_of(note)
        initial = {"version": note.version, "themes": ", ".join(note.themes)}
        initial |= {PREFIX + key: text for key, text in note.fields.items()}
        super().__init__(data, initial=initial)
        for field in self.template.fields:
            self.fields[PREFIX + field.key] = forms.CharField(
                label=field.label + (" (required to sign)" if field.is_required else ""),
                help_text=field.help,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    def clean(self):
        cleaned = super().clean()
        if "version" not in cleaned:
            return cleaned
        return {
            "version": cleaned["version"],
            "values": {field.key: cleaned.get(PREFIX + field.key, "") for field in self.template.fields},
            "themes": cleaned.get("themes", "").split(","),
        }

    def text_fields(self) -> list:
        """The bound fields of the template, in its order."""
        return [self[PREFIX + field.key] for field in self.template.fields]

    def version_to_send(self) -> int:
        """The version that the next save names: after a conflict the stored one, since the writer has seen it now."""
        is_refused = self.is_bound and self.errors and not getattr(self, "stale", False)
        return self["version"].value() if is_refused else self.note.version

    def overwritten(self) -> list[tuple[str, str]]:
        """What the stored note says where the typed text says something else: (label, stored text)."""
        found = []
        for field in self.template.fields:
            stored, typed = self.note.fields.get(field.key, ""), self[PREFIX + field.key].value() or ""
            if stored.strip() != typed.strip():
                found.append((field.label, stored))
        return found


class SignForm(PlainForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password."},
    )


class AddendumForm(PlainForm):
    text = forms.CharField(
        label="What is added",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The signed text stays as it is.",
        error_messages={"required": "Write what is added."},
    )


class HomeworkForm(PlainForm):
    task = forms.CharField(
        label="What to practise",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Describe what to practise."},
    )
    due_on = day_field("Until (optional)")


class FinishForm(PlainForm):
    outcome = forms.CharField(label="How it went (optional)", required=False, widget=forms.Textarea(attrs={"rows": 2}))
