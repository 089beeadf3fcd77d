"""Notes of the whole care team, and those that are their author's alone."""

from integration_notes.models.notes import Homework, IntegrationNote, NoteAddendum
from integration_notes.models.private import PrivateAddendum, PrivateNote, PrivateRelease

__all__ = ["Homework", "IntegrationNote", "NoteAddendum", "PrivateAddendum", "PrivateNote", "PrivateRelease"]
