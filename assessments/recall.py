"""Which questionnaires look back too far to be asked so soon: after a dose, or after they were last answered."""

from assessments.definitions import Instrument

# The instrument's own word for its recall period → in a sentence, and the hours that must lie behind (KAP-FUP-RECALL).
LOOKS_BACK = {"2 weeks": ("2 weeks", 7 * 24), "month": ("a month", 28 * 24)}


def hours_between(recall: str) -> int:
    """How many hours must lie behind a dose, or behind the last answers, before this is asked; 0 for any.

    `recall` is the instrument's own word, such as "2 weeks" or "past month".
    """
    return max((hours for words, (_, hours) in LOOKS_BACK.items() if words in recall), default=0)


def looks_back_too_far(recall: str, offset_hours: int) -> bool:
    """Whether a questionnaire with this recall period would mostly ask about the time before the dose.

    `offset_hours` counts from the dose.
    """
    return offset_hours < hours_between(recall)


def recall_in_words(instrument: Instrument) -> str:
    """How far it looks back, in a sentence: "2 weeks", "a month"; the instrument's own word where nothing waits."""
    return next((told for words, (told, _) in LOOKS_BACK.items() if words in instrument.recall), instrument.recall)


def why_too_early(instrument: Instrument, offset_hours: int) -> str:
    """Why it is not asked this many hours after a dose; empty when it may be."""
    if not looks_back_too_far(instrument.recall, offset_hours):
        return ""
    days = hours_between(instrument.recall) // 24
    return (
        f"{instrument.name} looks back {recall_in_words(instrument)}: so soon after a dose it would mostly ask about "
        f"the time before it. Ask it from {days} days on."
    )
