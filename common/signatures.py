"""Every signed row of the project against its signature, in batches (R41)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import models

from common.registry import Registry
from common.sealing import SealBroken

BATCH = 200
# answer() -> SignedRows
signed_rows = Registry("which rows carry a signature, and does it still fit?")


# A row that lost its stamp but not its hash was signed once.
EVER_SIGNED = models.Q(signed_at__isnull=False) | ~models.Q(content_sha256="")


@dataclass(frozen=True)
class SignedRows:
    """All rows of one kind that were ever signed: `name` in words, `fits` works the SHA-256 of one out again."""

    name: str
    rows: Callable[[], models.QuerySet]
    fits: Callable[[models.Model], bool]
    practice_of: Callable[[models.Model], UUID]


def fits(check: Callable[[models.Model], bool], row: models.Model) -> bool:
    """Whether a row is signed and its signature fits; a sealed text that does not open was altered as well."""
    try:
        return row.signed_at is not None and bool(row.content_sha256) and check(row)
    except SealBroken:
        return False


def verify(kind: SignedRows) -> Iterator[tuple[models.Model, bool]]:
    """Each signed row with whether it is what was signed, by id, never more than BATCH in memory."""
    last = None
    while True:
        rows = kind.rows().order_by("pk")
        batch = list((rows.filter(pk__gt=last) if last else rows)[:BATCH])
        for row in batch:
            yield row, fits(kind.fits, row)
        if len(batch) < BATCH:
            return
        last = batch[-1].pk
