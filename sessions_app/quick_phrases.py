"""Phrases that two taps write down, each with the kind of observation it is; a practice may set its own."""

from dataclasses import dataclass

MOST_PHRASES = 12
LONGEST_PHRASE = 80


@dataclass(frozen=True)
class Phrase:
    """`what` is a code of Observation.What."""

    what: str
    text: str


DEFAULTS = (
    Phrase("behaviour", "Calm, eyes closed"),
    Phrase("behaviour", "Talked"),
    Phrase("behaviour", "Tearful, then calm"),
    Phrase("behaviour", "Restless, settled with words"),
    Phrase("music", "Music changed"),
    Phrase("music", "Music off"),
    Phrase("comfort", "Blanket, water or light changed"),
    Phrase("other", "Nausea, none given"),
    Phrase("other", "Bathroom, walked with staff"),
)


def phrases_of(stored: list[dict] | None) -> tuple[Phrase, ...]:
    """The practice's own phrases, or these where it has set none."""
    return tuple(Phrase(one["what"], one["text"]) for one in stored) if stored else DEFAULTS
