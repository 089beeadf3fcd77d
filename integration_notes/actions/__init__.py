"""The only writers of integration notes, addenda and homework."""

from integration_notes.actions.drafting import save_draft, start_note
from integration_notes.actions.homework import finish_homework, set_homework
from integration_notes.actions.signing import add_addendum, sign_note

__all__ = ["add_addendum", "finish_homework", "save_draft", "set_homework", "sign_note", "start_note"]
