"""What stands between a private note and its author's signature."""

from common.blockers import Blocker
from integration_notes.models import IntegrationNote, PrivateNote
from integration_notes.private_content import CHART_FACTS, About


def sign_blockers(note: PrivateNote) -> list[Blocker]:
    """What stands between a private note and its signature: something to sign, and the session's note in the chart.

    Facts that belong to the chart by law must not be filed in a private note only (R11).
    """
    found = []
    if not note.text:
        found.append(Blocker("PRIVATE_NOTE_EMPTY", "Write something before you sign.", "KAP-INT-PRIVATE"))
    session = About.of(note.about).session
    if session and not IntegrationNote.objects.signed().filter(session_id=session).exists():
        sentence = f"Sign the session's integration note first: {CHART_FACTS} belong to the chart, not here only."
        found.append(Blocker("CHART_NOTE_MISSING", sentence, "KAP-INT-PRIVATE"))
    return found
