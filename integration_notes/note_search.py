"""Finding integration notes by their words, within what the reader may see; private notes are never among them."""

from accounts.actor import Actor
from integration_notes.models import IntegrationNote
from integration_notes.words import holds_words

SEARCHED = 1_000  # the newest notes that a search opens: their words are encrypted, so no index knows them
SHOWN_FOUND = 50


def readable(actor: Actor):
    """Signed notes of the reader's patients and the reader's own drafts, newest first."""
    return IntegrationNote.objects.visible_to(actor).for_list().select_related("patient").order_by("-created_at", "pk")


def found(actor: Actor, wanted: str) -> list[IntegrationNote]:
    """Notes in which every word stands: the newest SEARCHED are opened, SHOWN_FOUND are given."""
    return [note for note in readable(actor)[:SEARCHED] if matches(note, wanted)][:SHOWN_FOUND]


def matches(note: IntegrationNote, wanted: str) -> bool:
    """Whether every word of `wanted` stands in the note's fields or themes, in any case."""
    return holds_words([*note.fields.values(), *note.themes], wanted)
