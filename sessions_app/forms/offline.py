"""What comes with an entry that was kept on a device, besides what was typed."""

from django import forms

from accounts.forms.base import PlainForm
from common.occurrence import KeptOffline
from sessions_app.models import Session

KINDS = {"reading": "Reading", "observation": "Observation", "adverse_event": "Adverse event"}


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


class DiscardForm(PlainForm):
    """An entry that its person gives up; ids only, nothing of what it said."""

    id = forms.UUIDField()
    owner = forms.CharField(max_length=64)
    session_id = forms.UUIDField()
    what = forms.ChoiceField(choices=list(KINDS.items()))
    device = forms.UUIDField()
    seq = forms.IntegerField(min_value=1)

    def session(self, actor) -> Session | None:
        """The session if the person still sees it; an entry may be given up after that was taken away."""
        return Session.objects.visible_to(actor).filter(pk=self.cleaned_data["session_id"]).first()
