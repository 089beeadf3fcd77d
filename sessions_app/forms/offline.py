"""What comes with an entry that was kept on a device, besides what was typed."""

from django import forms

from accounts.forms.base import PlainForm
from common.occurrence import KeptOffline
from sessions_app.models import Session


class KeptForm(PlainForm):
    """Whose it is, and how it waited; `attended` when its person watches it being sent at once."""

    id = forms.UUIDField()
    owner = forms.CharField(max_length=64)
    device = forms.UUIDField()
    seq = forms.IntegerField(min_value=1)
    entered_at = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"])
    attended = forms.BooleanField(required=False)

    @property
    def kept(self) -> KeptOffline | None:
        """None for an entry that did not wait."""
        values = self.cleaned_data
        if values["attended"]:
            return None
        return KeptOffline(device=values["device"], seq=values["seq"], entered_at=values["entered_at"])


class CorrectsForm(PlainForm):
    corrects_id = forms.UUIDField(required=False)

    @property
    def is_given(self) -> bool:
        return self.cleaned_data["corrects_id"] is not None


# Why an entry is given up; the words are in static/js/offline-list.js.
WHY_DISCARDED = ("stored", "wrong", "elsewhere")


class DiscardForm(PlainForm):
    """An entry that its person gives up; ids and a code of why, nothing of what it said."""

    id = forms.UUIDField()
    owner = forms.CharField(max_length=64)
    session_id = forms.UUIDField()
    what = forms.CharField(max_length=20)
    device = forms.UUIDField()
    seq = forms.IntegerField(min_value=1)
    reason = forms.ChoiceField(choices=[(why, why) for why in WHY_DISCARDED])

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = kinds

    def clean_what(self) -> str:
        if self.cleaned_data["what"] not in self.kinds:
            raise forms.ValidationError("This is no kind of entry.")
        return self.cleaned_data["what"]

    def session(self, actor) -> Session | None:
        """The session if the person still sees it; an entry may be given up after that was taken away."""
        return Session.objects.visible_to(actor).filter(pk=self.cleaned_data["session_id"]).first()
