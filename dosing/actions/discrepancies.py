"""Clearing up what does not agree: notes and owner, the correction of the ledger, closing by compliance (R50)."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Permission
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from dosing.actions._balances import found_one, hold, hold_product, move, take
from dosing.actions._sheet import event_values
from dosing.amounts import required_text
from dosing.models import Discrepancy, DiscrepancyNote, StockContainer, StockLot, StockMovement
from dosing.proposed_dose import show

CLOSED = "This discrepancy was closed already. Reload to see how."


def note_discrepancy(
    *, discrepancy: Discrepancy, by: Actor, at: datetime, text: str, owner_id: UUID | None = None
) -> DiscrepancyNote:
    """Write down what was found out; `owner_id` also makes somebody responsible for it."""
    role = authorize(by, Permission.INVESTIGATE_DISCREPANCY, practice_id=discrepancy.practice_id)
    words = required_text("text", text, "Write what was looked at and what was found.", 5)
    owner = _owner(discrepancy, owner_id) if owner_id else None
    with transaction.atomic():
        _claim(discrepancy, **({"owner_id": owner.pk} if owner else {}))
        event = event_values(by, role, at=at, occurred_at=at, late_reason="")
        note = DiscrepancyNote(discrepancy=discrepancy, text=words, new_owner=owner, **event)
        note.save(force_insert=True)
        detail = {"note": str(note.pk), "owner": str(owner.pk) if owner else None}
        audit.record(by, "dosing.note_discrepancy", at=at, subject=discrepancy, role=role, detail=detail)
    return note


def correct_stock(
    *, discrepancy: Discrepancy, by: Actor, at: datetime, what: str, reason: str, password: str
) -> StockMovement:
    """A movement that brings the ledger to what was counted: `adjust`, or `loss` when drug is gone.

    Of the opened container that was counted, or of as many unopened ones as differ, one movement each; the first is
    returned. By somebody who did not count, with the own password; once. Earlier rows stay as they are.
    """
    role = authorize(by, Permission.CORRECT_STOCK, practice_id=discrepancy.practice_id)
    if discrepancy.opened_by_id == by.membership_id:
        raise NotPermitted("Whoever counted does not correct the ledger. Ask somebody else.")
    kinds = {StockMovement.What.ADJUST.value, StockMovement.What.LOSS.value}
    if what not in kinds:
        raise InvalidInput({"what": "Choose a correction or a loss."})
    words = required_text("reason", reason, "Say why the ledger is corrected.", 10)
    reauthenticate(by, password)
    with transaction.atomic():
        row = _claim(discrepancy)
        change = row.difference_mg
        if row.what != Discrepancy.What.COUNT or row.corrections.exists():
            raise StaleState("There is nothing to correct in the ledger any more.")
        if what == StockMovement.What.LOSS and change > 0:
            raise InvalidInput({"what": "More was found than expected; that is no loss."})
        told = {
            "what": what,
            "event": event_values(by, role, at=at, occurred_at=at, late_reason=""),
            "discrepancy": row,
            "note": words[:300],
        }
        movement = _correct(row, change, told)[0]
        detail = {"movement": str(movement.pk), "what": what, "lot": str(row.lot_id)}
        audit.record(by, "dosing.correct_stock", at=at, subject=row, role=role, detail=detail)
    return movement


def _correct(row: Discrepancy, change: Decimal, told: dict) -> list[StockMovement]:
    if row.container_id:
        return [_correct_one(row.container_id, change, told)]
    size = row.size_mg or abs(change)
    if change > 0:
        hold_product(row.lot.product)
        hold(row.lot)
        return [move(row.lot, found_one(row.lot, size), size, **told) for _ in range(int(change / size))]
    if row.size_mg is None:  # of a count from before containers were kept
        return take(row.lot, -change, **told)
    hold(row.lot)
    unopened = StockContainer.objects.unopened().filter(lot=row.lot, full_mg=size).select_related("product")
    gone = list(unopened.order_by("-number")[: int(-change / size)])
    if len(gone) * size != -change:
        raise StaleState("Fewer unopened ones are left than were missing. Count the place again and close this one.")
    return [move(row.lot, container, -size, **told) for container in gone]


def _correct_one(container_id: UUID, change: Decimal, told: dict) -> StockMovement:
    """The container may lie elsewhere by now."""
    lot = StockLot.objects.with_product().get(containers=container_id)
    hold(lot)
    container = StockContainer.objects.select_related("product").get(pk=container_id)
    if container.lot_id != lot.pk:
        raise StaleState("It was moved just now. Try again.")
    if container.balance_mg + change < 0:
        held = f"{container.label.capitalize()} holds {show(container.balance_mg)} mg by the ledger by now."
        raise StaleState(f"{held} Count it again and close this one.")
    return move(lot, container, change, **told)


def close_discrepancy(
    *, discrepancy: Discrepancy, by: Actor, at: datetime, outcome: str, closing_reason: str, password: str
) -> Discrepancy:
    """Compliance closes it, with outcome and reason and the own password; from then on it is frozen.

    Raises Blocked when the outcome needs a correction of the ledger that is not there.
    """
    role = authorize(by, Permission.CLOSE_DISCREPANCY, practice_id=discrepancy.practice_id)
    if discrepancy.opened_by_id == by.membership_id:
        raise NotPermitted("Whoever opened it does not close it. Ask somebody else.")
    if outcome not in Discrepancy.Outcome.values:
        raise InvalidInput({"outcome": "Choose how it was cleared up."})
    words = required_text("closing_reason", closing_reason, "Say how it was cleared up, in 10 characters or more.", 10)
    reauthenticate(by, password)
    with transaction.atomic():
        row = _claim(discrepancy)
        blockers = closing_blockers(row, outcome)
        if blockers:
            raise Blocked(blockers)
        row.closed_at, row.closed_by_id, row.outcome, row.closing_reason = at, by.membership_id, outcome, words
        row.save(update_fields=["closed_at", "closed_by", "outcome", "closing_reason"])
        detail = {"outcome": outcome}
        audit.record(by, "dosing.close_discrepancy", at=at, subject=row, role=role, detail=detail)
    return row


def closing_blockers(row: Discrepancy, outcome: str) -> list[Blocker]:
    """What contradicts this outcome."""
    kinds = set(row.corrections.values_list("what", flat=True))
    found = []
    if outcome == Discrepancy.Outcome.CORRECTED and StockMovement.What.ADJUST not in kinds:
        sentence = "The ledger was not corrected. Somebody who did not count does that first."
        found.append(Blocker("LEDGER_NOT_CORRECTED", sentence, "KAP-STK-COUNT"))
    is_counted = row.what == Discrepancy.What.COUNT
    if outcome == Discrepancy.Outcome.LOST and is_counted and StockMovement.What.LOSS not in kinds:
        sentence = "The loss is not in the ledger. Somebody who did not count enters it first."
        found.append(Blocker("LOSS_NOT_ENTERED", sentence, "KAP-STK-LOSS"))
    if outcome == Discrepancy.Outcome.MISCOUNTED and kinds:
        sentence = "The ledger was corrected because of it, so it was not the count alone."
        found.append(Blocker("LEDGER_WAS_CORRECTED", sentence, "KAP-STK-COUNT"))
    return found


def _claim(discrepancy: Discrepancy, **changes) -> Discrepancy:
    still = Discrepancy.objects.filter(pk=discrepancy.pk, closed_at=None)
    if not still.update(version=F("version") + 1, **changes):
        raise StaleState(CLOSED)
    return Discrepancy.objects.select_related("lot__product").get(pk=discrepancy.pk)


def _owner(discrepancy: Discrepancy, owner_id: UUID) -> Membership:
    owner = Membership.objects.active().filter(pk=owner_id, practice_id=discrepancy.practice_id).first()
    if owner is None:
        raise InvalidInput({"owner_id": "Choose somebody who works here."})
    return owner
