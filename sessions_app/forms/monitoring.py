"""A new version of a practice's alarm limits of one measure, or of a route's clock; every number is a field."""

from django import forms

from accounts.forms.base import NewVersionForm
from sessions_app.clock_rules import BOUNDS, OBSERVE_LEAST
from sessions_app.forms.fields import whole_number
from sessions_app.monitoring_page import columns
from sessions_app.monitoring_settings import is_clock
from sessions_app.vital_table import BY_NAME

MOST_LETTERS = 120


class MonitoringForm(NewVersionForm):
    """Cleaned data are the keywords of `actions.set_monitoring` except by and at. An empty field means no such rule."""

    def __init__(self, *args, about: str, current: dict, version: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.about = about
        self.initial.setdefault("replaces_version", version)
        for name, (label, unit) in columns(about).items():
            self.fields[name] = self._field(name, label, unit)
            value = current.get(name)
            self.initial.setdefault(name, ", ".join(map(str, value)) if isinstance(value, list) else value)
        self.order_fields([*columns(about), "source", "note", "replaces_version"])

    def _field(self, name: str, label: str, unit: str) -> forms.Field:
        if name == "due_after":
            return forms.RegexField(
                label=f"{label} ({unit})",
                required=False,
                max_length=MOST_LETTERS,
                regex=r"^\s*\d{1,3}(\s*,\s*\d{1,3})*\s*$",
                error_messages={"invalid": "Write minutes with commas between, such as 10, 20, 30."},
                help_text="Minutes with commas between.",
            )
        least, most, optional = self._bounds(name)
        words = f"{least} to {most}{'; empty: no such rule' if optional else ''}"
        return whole_number(label, least, most, unit, help_text=words)

    def _bounds(self, name: str) -> tuple[int, int, bool]:
        if is_clock(self.about):
            least, most = BOUNDS[name]
            return (OBSERVE_LEAST.get(self.about, least) if name == "observe_min" else least), most, False
        limit = BY_NAME[name]
        return limit.least, limit.most, not limit.is_required

    def clean(self):
        typed = super().clean()
        values = {name: typed.get(name) for name in columns(self.about)}
        if due := values.get("due_after"):
            values["due_after"] = [int(one) for one in due.split(",")]
        return {
            "about": self.about,
            "values": values,
            "source": typed.get("source", ""),
            "note": typed.get("note", ""),
            "replaces_version": typed.get("replaces_version"),
        }

    @property
    def number_fields(self):
        return [self[name] for name in columns(self.about)]
