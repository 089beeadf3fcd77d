"""Forms of the integration pages; the editor's fields come from the note's template."""

from uuid import uuid4

from django import forms

from accounts.forms.base import PlainForm
from common.clinical import Modality
from integration_notes.models import Homework, IntegrationNote
from integration_notes.private_content import LONGEST_TITLE
from integration_notes.templates_data import NOTE_KINDS, PREPARATION, template_of
from patients.forms.fields import day_field

PREFIX = "field_"


def version_to_send(form) -> int:
    """The version that a draft's next save names: after a conflict the stored one, since the writer has seen it now."""
    is_refused = form.is_bound and form.errors and not getattr(form, "stale", False)
    return form["version"].value() if is_refused else form.note.version


class StartNoteForm(PlainForm):
    id = forms.UUIDField(widget=forms.HiddenInput)
    modality = forms.ChoiceField(
        label="Fields of the note",
        choices=NOTE_KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the modalities."},
    )

    def __init__(self, data=None, *, session):
        is_dosed = session.first_dose_at is not None
        super().__init__(
            data, initial={"id": uuid4(), "modality": session.series.modality if is_dosed else PREPARATION}
        )
        self.fields["modality"].choices = Modality.choices if is_dosed else NOTE_KINDS[-1:]


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
        return version_to_send(self)

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
    done_how = forms.ChoiceField(
        label="Who did it",
        choices=Homework.DoneHow.choices,
        error_messages={"required": "Choose who did it.", "invalid_choice": "Choose who did it."},
    )
    outcome = forms.CharField(label="How it went (optional)", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class StartPrivateNoteForm(PlainForm):
    id = forms.UUIDField(widget=forms.HiddenInput)
    session = forms.ModelChoiceField(
        label="About",
        queryset=None,
        required=False,
        empty_label="No session in particular",
        error_messages={"invalid_choice": "Choose a session of this patient."},
    )

    def __init__(self, data=None, *, sessions):
        super().__init__(data, initial={"id": uuid4()})
        self.fields["session"].queryset = sessions
        self.fields["session"].label_from_instance = lambda row: f"Session {row.number}"


class PrivateDraftForm(PlainForm):
    """A private note's fields; `cleaned_data` is what `save_private_note` takes."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label="Title", required=False, max_length=LONGEST_TITLE)
    text = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 14}))
    tags = forms.CharField(
        label="Tags", required=False, max_length=1000, help_text="A few words each, separated by commas."
    )

    def __init__(self, data=None, *, note):
        self.note = note
        kept = {"version": note.version, "title": note.title, "text": note.text, "tags": ", ".join(note.tags)}
        super().__init__(data, initial=kept)

    def clean_tags(self):
        return self.cleaned_data["tags"].split(",")

    def version_to_send(self) -> int:
        return version_to_send(self)

    def overwritten(self) -> list[tuple[str, str]]:
        stored = (("title", self.note.title), ("text", self.note.text), ("tags", ", ".join(self.note.tags)))
        typed = {name: (self[name].value() or "").strip() for name, _ in stored}
        return [(self.fields[name].label, text) for name, text in stored if text.strip() != typed[name]]


class SearchForm(PlainForm):
    q = forms.CharField(label="Words in a note", required=False, max_length=80)


class PasswordForm(PlainForm):
    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password."},
    )


class HandOverForm(PasswordForm):
    """A therapist opens all own private notes for a successor."""

    reader = forms.ModelChoiceField(
        label="Who may read them", queryset=None, error_messages={"required": "Choose the therapist who goes on."}
    )
    reason = forms.CharField(
        label="Why",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why, such as: I leave the practice at the end of June."},
    )
    field_order = ("reader", "reason", "password")

    def __init__(self, data=None, *, therapists):
        super().__init__(data)
        self.fields["reader"].queryset = therapists
        self.fields["reader"].label_from_instance = lambda row: str(row.user)


class ReleaseForm(HandOverForm):
    """Asking for an author's notes to be opened on a court's order."""

    author = forms.ModelChoiceField(
        label="Whose notes", queryset=None, error_messages={"required": "Choose whose notes the order is about."}
    )
    field_order = ("author", "reader", "reason", "password")

    def __init__(self, data=None, *, therapists, authors):
        super().__init__(data, therapists=therapists)
        self.fields["author"].queryset = authors
        self.fields["author"].label_from_instance = lambda row: str(row.user)
        self.fields["reason"].label = "The order: court, number, date, and what it covers"
        self.fields["reason"].error_messages["required"] = "Name the order."
