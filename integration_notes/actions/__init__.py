"""The only writers of integration notes, addenda, homework, private notes and their release."""

from integration_notes.actions.drafting import save_draft, start_note
from integration_notes.actions.homework import finish_homework, set_homework
from integration_notes.actions.private import (
    add_private_addendum,
    save_private_note,
    sign_private_note,
    start_private_note,
)
from integration_notes.actions.release import (
    approve_private_release,
    hand_over_private_notes,
    request_private_release,
)
from integration_notes.actions.signing import add_addendum, sign_note

__all__ = [
    "add_addendum",
    "add_private_addendum",
    "approve_private_release",
    "finish_homework",
    "hand_over_private_notes",
    "request_private_release",
    "save_draft",
    "save_private_note",
    "set_homework",
    "sign_note",
    "sign_private_note",
    "start_note",
    "start_private_note",
]
