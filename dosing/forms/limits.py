"""A new version of the limits of one route; every column that route can have is a field."""

from django import forms

from accounts.forms.base import NewVersionForm
from dosing.forms.parts import AmountField
from dosing.limit_labels import FIXED, LISTS, columns_of


class LimitsForm(NewVersionForm):
    """Cleaned data are the keywords of `dosing.actions.set_limits` except by and at. An empty field means no limit."""

    def __init__(self, *args, route: str, current: dict, version: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.route, self.current = route, current
        self.initial.setdefault("replaces_version", version)
        for name, (label, unit) in self._columns():
            shown = current.get("unit", "") if unit == "unit" else unit
            self.fields[name] = self._field(name, f"{label}, {shown}")
            value = current.get(name)
            self.initial.setdefault(name, ", ".join(value) if isinstance(value, list) else value)
        self.order_fields([*(name for name, _ in self._columns()), "source", "note", "replaces_version"])

    def _columns(self):
        return [(name, words) for name, words in columns_of(self.route).items() if name not in FIXED]

    def _field(self, name, label):
        if name in LISTS:
            return forms.RegexField(
                label=label,
                required=False,
                regex=r"^\d+(\.\d+)?(\s*,\s*\d+(\.\d+)?)*$",
                error_messages={"invalid": "Write numbers with commas between, such as 56, 84."},
            )
        return AmountField(label=label, least=0, required=self.route == "ALL")

    def clean(self):
        typed = super().clean()
        kept = {name: self.current[name] for name in ("unit", *FIXED) if name in self.current}
        for name, _ in self._columns():
            value = typed.get(name)
            if value in (None, ""):
                continue
            kept[name] = [part.strip() for part in value.split(",")] if name in LISTS else str(value)
        return {
            "route": self.route,
            "values": kept,
            "source": typed.get("source", ""),
            "note": typed.get("note", ""),
            "replaces_version": typed.get("replaces_version"),
        }

    @property
    def limit_fields(self):
        return [self[name] for name, _ in self._columns()]
