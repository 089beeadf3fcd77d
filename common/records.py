"""Record kinds: what may happen to a row after it was written, in Python and in the database (R40, R44, R45)."""

import enum
import uuid
from dataclasses import dataclass

from django.db import models

from common.sealed_fields import SealedTextField


class RecordKind(enum.Enum):
    """REFERENCE: settings and catalogues. EDITABLE: may change through audited actions, never be deleted.

    EVENT: append-only. SIGNED: a draft until its `frozen_by` column is set, then frozen for good.
    WORKING: technical rows (sign-in counters, tokens) that may be removed.
    """

    REFERENCE = "reference"
    EDITABLE = "editable"
    EVENT = "event"
    SIGNED = "signed"
    WORKING = "working"


@dataclass(frozen=True)
class Privacy:
    """The privacy class of every field of a model, as space-separated names."""

    identifying: str = ""
    clinical: str = ""
    operational: str = ""

    def classified(self) -> set[str]:
        return set(f"{self.identifying} {self.clinical} {self.operational}".split())


@dataclass(frozen=True)
class Follows:
    """One column of a signed row that goes on following rows which may still be added beside it.

    The database lets it take the value that `newest` gives (a subselect over OLD), and nothing else change with it.
    """

    column: str
    newest: str


class RecordFrozen(Exception):
    """An append-only or signed row was asked to change."""


class Record(models.Model):
    """Base of every stored row: a UUID key that a client may make, and a declared kind."""

    kind: RecordKind
    privacy: Privacy
    frozen_by: str | None = None
    frozen_with: tuple[str, ...] = ()
    follows: Follows | None = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True

    _loaded_frozen = False

    def save(self, *args, **kwargs):
        if self.is_frozen():
            raise RecordFrozen(f"{self._meta.verbose_name} cannot change any more; add a correction instead.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if self.kind not in (RecordKind.WORKING, RecordKind.REFERENCE):
            raise RecordFrozen(f"{self._meta.verbose_name} cannot be deleted.")
        return super().delete(*args, **kwargs)

    def is_frozen(self) -> bool:
        """Whether the stored row may no longer change (asked of the row as it was loaded)."""
        if self._state.adding:
            return False
        if self.kind is RecordKind.EVENT:
            return True
        return self.kind is RecordKind.SIGNED and self._loaded_frozen

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        if cls.frozen_by and cls.frozen_by in field_names:
            row._loaded_frozen = row.__dict__.get(cls.frozen_by) is not None
        return row


class EventRecord(Record):
    """An append-only clinical fact: when it happened, when the server heard of it, and from whom.

    A gap above 15 minutes is a late entry and carries a reason (R42). `recorded_as` is the role of the act.
    """

    kind = RecordKind.EVENT

    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    recorded_as = models.CharField(max_length=12)
    late_reason = SealedTextField(blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_at__gte=models.F("occurred_at")),
                name="%(app_label)s_%(class)s_not_future",
            ),
        ]

    EVENT_FIELDS = "id occurred_at recorded_at recorded_by recorded_as late_reason"

    @property
    def is_late(self) -> bool:
        from common.occurrence import is_late

        return is_late(self.occurred_at, self.recorded_at)

    @property
    def was_sent_later(self) -> bool:
        """Whether it waited on a device without network."""
        from common.occurrence import was_sent_later

        return was_sent_later(self.late_reason)
