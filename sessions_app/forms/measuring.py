"""A new version of what is measured around a session, for every route or for one."""

from django import forms

from accounts.forms.base import NewVersionForm
from assessments.practice_catalogue import Catalogue
from assessments.recall import recall_in_words
from sessions_app.measuring import EVERY_ROUTE, MOST_DAYS_BEFORE, TIMED_SCALES, Protocol
from sessions_app.scales import SCALES

MOST_LETTERS = 60


def given_choices(catalogue: Catalogue, chosen=()) -> list[tuple[str, str]]:
    """What may be given to a patient, with what it asks about; those chosen first, in their order."""
    given = list(catalogue.over_links())
    rank = {code: place for place, code in enumerate(chosen)}
    given.sort(key=lambda each: (rank.get(each.code, len(rank)), each.name))
    return [(each.code, f"{each.name} (asks about: {recall_in_words(each)})") for each in given]


def _questionnaires(label: str, help_text: str, catalogue: Catalogue, chosen) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=given_choices(catalogue, chosen),
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
        error_messages={"invalid_choice": "Choose questionnaires from the list."},
    )


def _minutes(scale: str) -> forms.RegexField:
    return forms.RegexField(
        label=f"{SCALES[scale].name}, minutes after the first dose",
        required=False,
        max_length=MOST_LETTERS,
        regex=r"^\s*\d{1,3}(\s*,\s*\d{1,3})*\s*$",
        error_messages={"invalid": "Write minutes with commas between, such as 40, 90."},
        help_text="With commas between; empty: not at set times.",
    )


class MeasuringForm(NewVersionForm):
    """Cleaned data are the keywords of `actions.set_measuring` except by and at.

    `current` is what holds for this route now, `follows` whether that is the protocol of every route.
    """

    def __init__(
        self, *args, about: str, current: Protocol, version: int, catalogue: Catalogue, follows: bool = False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.about = about
        if about != EVERY_ROUTE:
            self.fields["follows"] = forms.BooleanField(
                label="As for every route", required=False, help_text="Then what is chosen below does not count."
            )
        self.fields["before"] = _questionnaires(
            "Before the session",
            "Asked in this order. One that looks back over weeks is left out while its last answers are too recent.",
            catalogue,
            current.before,
        )
        self.fields["asks_day_before"] = forms.BooleanField(
            label="Also ask about fasting, medicines and the way home", required=False
        )
        self.fields["days_before"] = forms.IntegerField(
            label="Days before the session its link is sent",
            min_value=0,
            max_value=MOST_DAYS_BEFORE,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            help_text=f"0 to {MOST_DAYS_BEFORE}; 0 sends none: staff hand it over. At the practice's time of day.",
            error_messages={
                "required": "Enter a number of days.",
                "invalid": "Enter a whole number of days.",
                "min_value": f"Enter a number from 0 to {MOST_DAYS_BEFORE}.",
                "max_value": f"Enter a number from 0 to {MOST_DAYS_BEFORE}.",
            },
        )
        for scale in TIMED_SCALES:
            self.fields[f"minutes_{scale}"] = _minutes(scale)
        self.fields["after"] = _questionnaires(
            "After the session, when the patient leaves",
            "Empty: the first follow-up point asks next.",
            catalogue,
            current.after,
        )
        self._fill(current, version, follows)
        self.order_fields([*self.own_fields, "source", "note", "replaces_version"])

    def _fill(self, current: Protocol, version: int, follows: bool) -> None:
        now = {name: value for name, value in current.as_values().items() if name != "during"}
        times = {f"minutes_{scale}": ", ".join(map(str, current.minutes_of(scale))) for scale in TIMED_SCALES}
        for name, value in {"replaces_version": version, "follows": follows, **now, **times}.items():
            self.initial.setdefault(name, value)

    @property
    def own_fields(self) -> list[str]:
        names = [name for name in self.fields if name not in ("source", "note", "replaces_version")]
        return sorted(names, key=lambda name: name != "follows")

    @property
    def shown(self):
        return [self[name] for name in self.own_fields]

    def clean(self):
        typed = super().clean()
        return {
            "about": self.about,
            "protocol": None if typed.get("follows") else self._protocol(typed),
            "source": typed.get("source", ""),
            "note": typed.get("note", ""),
            "replaces_version": typed.get("replaces_version"),
        }

    def _protocol(self, typed: dict) -> Protocol:
        during = [
            (scale, int(minutes))
            for scale in TIMED_SCALES
            for minutes in (typed.get(f"minutes_{scale}") or "").split(",")
            if minutes.strip()
        ]
        return Protocol(
            before=self._in_order(typed, "before"),
            asks_day_before=bool(typed.get("asks_day_before")),
            days_before=typed.get("days_before") or 0,
            during=tuple(sorted(set(during), key=lambda one: (one[1], one[0]))),
            after=self._in_order(typed, "after"),
        )

    def _in_order(self, typed: dict, name: str) -> tuple[str, ...]:
        """In the order of the page, whatever order the browser sent."""
        chosen = set(typed.get(name) or ())
        return tuple(code for code, _ in self.fields[name].choices if code in chosen)
