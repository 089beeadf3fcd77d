"""Notes of the whole care team, and those that are their author's alone."""

from integration_notes.models.notes import Homework, IntegrationNote, NoteAddendum

__all__ = ["Homework", "IntegrationNote", "NoteAddendum"]
