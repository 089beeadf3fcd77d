"""Note templates as data: the fields of each therapy modality, versioned so that old notes keep their own."""

from dataclasses import dataclass

from common.clinical import Modality

VERSION = "2026-11"


@dataclass(frozen=True)
class NoteField:
    """One field of a template. `help` says what belongs there; required ones must be filled before signing."""

    key: str
    label: str
    help: str = ""
    is_required: bool = False


@dataclass(frozen=True)
class NoteTemplate:
    modality: str
    title: str
    fields: tuple[NoteField, ...]


SHARED = (
    NoteField("intention", "Intention before the session", "In the patient's own words."),
    NoteField("patient_words", "What the patient said during the session", "Quote; mark your own summary as such."),
    NoteField("imagery", "Imagery and sensations"),
    NoteField("challenge", "Challenging moments", "And what helped."),
    NoteField("breakthrough", "Breakthroughs or turning points"),
    NoteField("meaning", "Meaning the patient makes of it now", is_required=True),
)

_OWN = {
    Modality.CBT: (
        "Cognitive-behavioural",
        (
            NoteField("situation", "Situation", "Where, when, with whom.", is_required=True),
            NoteField("automatic_thought", "Automatic thought", "And how strongly it is believed, 0-100 %.", True),
            NoteField("evidence", "Evidence for and against"),
            NoteField("alternative", "Alternative thought", "And how strongly it is believed now.", True),
            NoteField("behavioural_experiment", "Behavioural experiment", "Prediction, test, what would count."),
        ),
    ),
    Modality.MINDFULNESS: (
        "Mindfulness-based",
        (
            NoteField("practice", "Practice used in the meeting", is_required=True),
            NoteField("attention", "Attention", "Where it went, how it returned."),
            NoteField("body", "Body", "Sensations noticed, where, how they changed."),
            NoteField("attitude", "Attitude", "Acceptance, resistance, curiosity, kindness."),
            NoteField("practice_plan", "Practice plan until the next meeting", is_required=True),
        ),
    ),
    Modality.PSYCHODYNAMIC: (
        "Psychodynamic",
        (
            NoteField("theme", "Central theme", is_required=True),
            NoteField("affect", "Affect"),
            NoteField("defence", "Defence"),
            NoteField("transference", "Transference and countertransference"),
            NoteField("insight", "Insight", is_required=True),
            NoteField("history_link", "Link to history"),
        ),
    ),
    Modality.OPEN: (
        "Open",
        (NoteField("narrative", "Course of the meeting", is_required=True), NoteField("plan", "Plan")),
    ),
}

# A visit before the dose has fields of its own, whatever the modality of the series.
PREPARATION = "PREPARATION"
NOTE_KINDS = [*Modality.choices, (PREPARATION, "Preparation visit")]
_PREPARATION = NoteTemplate(
    PREPARATION,
    "Preparation visit",
    (
        NoteField("intention", "Intention for the session", "In the patient's own words.", is_required=True),
        NoteField("expectations", "Hopes and expectations"),
        NoteField("fears", "Worries", "What would be hard, and what helped before."),
        NoteField("agreements", "Agreements", "Touch, music, eye shades, who is in the room.", is_required=True),
        NoteField("support", "Who and what supports the patient afterwards"),
        NoteField("explained", "What was explained", "Course of the day, effects, monitoring, the way home."),
    ),
)

TEMPLATES = {modality: NoteTemplate(modality, title, (*SHARED, *own)) for modality, (title, own) in _OWN.items()}
TEMPLATES[PREPARATION] = _PREPARATION
# Every version that a stored note may name; a changed template gets a version of its own beside the older ones.
VERSIONS = {VERSION: TEMPLATES}


def template_of(note) -> NoteTemplate:
    """The template a note was begun with."""
    return VERSIONS[note.template_version][note.modality]


def missing_fields(template: NoteTemplate, values: dict[str, str]) -> list[NoteField]:
    """The required fields of the template that are still empty, in template order."""
    return [field for field in template.fields if field.is_required and not values.get(field.key, "").strip()]


def clean_values(template: NoteTemplate, values: dict[str, str]) -> dict[str, str]:
    """Only the template's own fields, trimmed; empty ones are left out."""
    known = {field.key for field in template.fields}
    return {key: text.strip() for key, text in values.items() if key in known and text and text.strip()}
