"""What the signatures of notes cover, and whether the stored ones still fit (R41)."""

from datetime import UTC, datetime

from common.signatures import EVER_SIGNED, SignedRows, fits
from common.signing import content_sha256
from integration_notes.models import IntegrationNote


def signed_content(note: IntegrationNote, signed_at: datetime) -> dict:
    """What the signature of a chart note covers."""
    return {
        "schema": 1,
        "id": note.pk,
        "patient": note.patient_id,
        "session": note.session_id,
        "author": note.author_id,
        "modality": note.modality,
        "template_version": note.template_version,
        "fields": note.fields,
        "themes": note.themes,
        "signed_at": signed_at.astimezone(UTC),
    }


def fingerprint(note: IntegrationNote, signed_at: datetime) -> str:
    return content_sha256(signed_content(note, signed_at))


def is_unaltered(note: IntegrationNote) -> bool:
    """Whether a signed note still says what was signed."""
    return fits(lambda row: fingerprint(row, row.signed_at) == row.content_sha256, note)


def was_altered(note: IntegrationNote) -> bool:
    """A draft may change; whatever was ever signed may not, even when it lost its stamp."""
    return bool(note.signed_at or note.content_sha256) and not is_unaltered(note)


def signed_notes() -> SignedRows:
    rows = IntegrationNote.objects.filter(EVER_SIGNED).select_related("author")
    return SignedRows("note", rows.all, is_unaltered, lambda note: note.author.practice_id)
