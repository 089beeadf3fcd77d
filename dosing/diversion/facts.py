"""What the diversion watch looks at: doses, wastes, corrections, access changes and audit faults, as plain facts.

Amounts are Decimal mg of base, times are aware datetimes, ids are opaque. Nothing here reads a clock or a database.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

ROLE_GRANTED = "role_granted"
ROLE_TAKEN = "role_taken"
FACTOR_RESET = "factor_reset"
PASSWORD_RESET = "password_reset"  # noqa: S105 (the name of an event)
ROSTER_CHANGED = "roster_changed"

CHAIN_BROKEN = "chain_broken"
TRIGGER_MISSING = "trigger_missing"
SIGNATURE_ALTERED = "signature_altered"
ANCHOR_MISSING = "anchor_missing"


@dataclass(frozen=True, kw_only=True)
class DoseFact:
    """One administration with the account of its own draw.

    `ledger_drawn_mg` is what the ledger took from the lot for this draw, as a positive number and before returns.
    `roster_ids` names the session's staff when the dose was given. `first_vitals_at` is the first reading after the
    dose, `vitals_due_min` when the practice's schedule wants it (without grace). Waste is compared within a `route`.
    """

    record_id: Hashable
    session_id: Hashable
    giver_id: Hashable
    verifier_id: Hashable | None
    recorded_by_id: Hashable
    occurred_at: datetime
    recorded_at: datetime
    drawn_at: datetime
    lot_id: Hashable
    planned_mg: Decimal
    given_mg: Decimal
    drawn_mg: Decimal
    wasted_mg: Decimal
    returned_mg: Decimal
    outstanding_mg: Decimal
    ledger_drawn_mg: Decimal
    roster_ids: frozenset
    first_vitals_at: datetime | None
    vitals_due_min: int = 10
    route: str = ""


@dataclass(frozen=True, kw_only=True)
class WasteFact:
    """One wasted remainder. `giver_id` gave the dose it was left from; `witness_id` is the second person."""

    remainder_id: Hashable
    record_id: Hashable
    giver_id: Hashable
    recorded_by_id: Hashable
    witness_id: Hashable | None
    amount_mg: Decimal
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class CorrectionFact:
    """One correction of a stock or a dose; a negative `change_mg` lowers it."""

    row_id: Hashable
    lot_id: Hashable | None
    by_id: Hashable
    change_mg: Decimal
    occurred_at: datetime
    reason_code: str


@dataclass(frozen=True, kw_only=True)
class AccessFact:
    """One change of who may do what. A granted role counts only when it lets its holder give or order."""

    row_id: Hashable
    at: datetime
    by_id: Hashable
    about_id: Hashable
    what: str


@dataclass(frozen=True, kw_only=True)
class AuditFact:
    """One fault of the audit trail; `at` is when it happened or, where that is unknown, when it was found."""

    at: datetime
    what: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything of the report day and of the 90 days before it, in any order."""

    doses: Sequence[DoseFact] = ()
    wastes: Sequence[WasteFact] = ()
    corrections: Sequence[CorrectionFact] = ()
    access: Sequence[AccessFact] = ()
    audit: Sequence[AuditFact] = ()

    def known_by(self, moment: datetime) -> "Facts":
        """Only what was on record before `moment`, so that a report made later says the same."""
        if self._latest is None or self._latest < moment:
            return self
        return Facts(
            doses=[dose for dose in self.doses if dose.recorded_at < moment],
            wastes=[waste for waste in self.wastes if waste.recorded_at < moment],
            corrections=[correction for correction in self.corrections if correction.occurred_at < moment],
            access=[change for change in self.access if change.at < moment],
            audit=[fault for fault in self.audit if fault.at < moment],
        )

    @cached_property
    def _latest(self) -> datetime | None:
        recorded = [row.recorded_at for rows in (self.doses, self.wastes) for row in rows]
        happened = [correction.occurred_at for correction in self.corrections]
        seen = [row.at for rows in (self.access, self.audit) for row in rows]
        return max(recorded + happened + seen, default=None)

    @cached_property
    def doses_of(self) -> dict[Hashable, list[DoseFact]]:
        """Person → the doses that this person gave or recorded, the earliest first."""
        found = defaultdict(list)
        for dose in sorted(self.doses, key=lambda dose: dose.occurred_at):
            for person in {dose.giver_id, dose.recorded_by_id}:
                found[person].append(dose)
        return found
