"""What stands between a private note and its author's signature, and whether that still fits."""

from common.blockers import Blocker
from common.signatures import EVER_SIGNED, SignedRows, fits
from integration_notes.models import IntegrationNote, PrivateNote
from integration_notes.private_content import CHART_FACTS, About, fingerprint


def sign_blockers(note: PrivateNote) -> list[Blocker]:
    """What stands between a private note and its signature: something to sign, and the session's note in the chart.

    Facts that belong to the chart by law must not be filed in a private note only (R11).
    """
    found = []
    if not note.text:
        found.append(Blocker("PRIVATE_NOTE_EMPTY", "Write something before you sign.", "KAP-INT-PRIVATE"))
    session = About.of(note.about).session
    if session and not IntegrationNote.objects.signed().about_dose().filter(session_id=session).exists():
        sentence = f"Sign the session's integration note first: {CHART_FACTS} belong to the chart, not here only."
        found.append(Blocker("CHART_NOTE_MISSING", sentence, "KAP-INT-PRIVATE"))
    return found


def is_unaltered(note: PrivateNote) -> bool:
    """Whether a signed private note still says what was signed (R41)."""
    return fits(lambda row: fingerprint(row, row.signed_at) == row.content_sha256, note)


def was_altered(note: PrivateNote) -> bool:
    """A draft may change; whatever was ever signed may not, even when it lost its stamp."""
    return bool(note.signed_at or note.content_sha256) and not is_unaltered(note)


def signed_notes() -> SignedRows:
    rows = PrivateNote.objects.filter(EVER_SIGNED)
    return SignedRows("private note", rows.all, is_unaltered, lambda note: note.practice_id)
