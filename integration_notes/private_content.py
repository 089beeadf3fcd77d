"""What a private note is bound to and what its signature covers. Pure rules."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.signing import content_sha256
from integration_notes.words import holds_words

LONGEST_TITLE, LONGEST_TEXT = 120, 40_000
MOST_TAGS, LONGEST_TAG = 20, 40
CHART_FACTS = "medicines, start and stop times, kind of therapy, results of tests"


@dataclass(frozen=True)
class About:
    """The patient a private note is about, and the session if it is about one."""

    patient: UUID
    session: UUID | None = None

    @classmethod
    def of(cls, stored: dict) -> "About":
        return cls(UUID(stored["patient"]), UUID(stored["session"]) if stored.get("session") else None)

    def stored(self) -> dict:
        return {"patient": str(self.patient), "session": str(self.session) if self.session else None}


def fingerprint(note, signed_at: datetime) -> str:
    """SHA-256 (hex) of a private note's content with its salt: who has only the hash cannot try texts against it."""
    content = {"schema": 1, "id": note.pk, "author": note.author_id, "about": note.about, "title": note.title}
    return content_sha256(content | {"text": note.text, "tags": note.tags, "salt": note.salt, "signed_at": signed_at})


def problems_of(title: str, text: str, tags: list[str]) -> dict[str, str]:
    """Sentences beside the fields whose content is too long."""
    found = {}
    if len(title) > LONGEST_TITLE:
        found["title"] = f"Shorten the title to {LONGEST_TITLE} characters."
    if len(text) > LONGEST_TEXT:
        found["text"] = f"Shorten the text to {LONGEST_TEXT} characters."
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        found["tags"] = f"Enter at most {MOST_TAGS} tags of at most {LONGEST_TAG} characters each."
    return found


def matches(note, wanted: str) -> bool:
    """Whether every word of `wanted` stands in the note's title, text or tags, in any case."""
    return holds_words([note.title, note.text, *note.tags], wanted)
