"""What was drawn but not given: wasted or returned, with a second person who signs for it in the same act (R48)."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission
from accounts.second_person import confirm
from common import audit, occurrence
from common.errors import InvalidInput, StaleState
from dosing.actions._balances import give_back, settle_draw
from dosing.actions._sheet import claim, event_values, held_by_running_mg, keep
from dosing.actions.counts import open_discrepancy
from dosing.amounts import MOST_DRAWN_MG, exact, required_text
from dosing.models import Administration, Discrepancy, Draw, Remainder, StockMovement

COLUMN = {Remainder.What.WASTE.value: "wasted_mg", Remainder.What.RETURN.value: "returned_mg"}


def dispose_remainder(
    *,
    draw: Draw,
    by: Actor,
    at: datetime,
    what: str,
    amount_mg: Decimal,
    method: str,
    reason: str,
    witness_email: str,
    witness_password: str,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> Remainder:
    """Waste or return part or all of what is left of a draw; the draw closes when nothing is outstanding.

    `amount_mg` is mg of base, exact. The witness signs with an own password, is neither who records nor who drew or
    gave, and holds the permission to witness. Returned means unopened: whole units go back into what they
    came from, the last one taken first.
    Raises InvalidInput, or StaleState when less is left.
    """
    record = draw.dosing_record
    where = {"practice_id": record.practice_id, "patient": record.patient_id, "session": record.pk}
    role = authorize(by, Permission.WASTE_DRUG, **where)
    if what not in COLUMN:
        raise InvalidInput({"what": "Choose wasted or returned."})
    amount = exact("amount_mg", amount_mg, most=MOST_DRAWN_MG)
    method = required_text("method", method, "Say how, for example into the drug buster.")
    reason = required_text("reason", reason, "Say why it was left over.")
    moment = occurrence.settle(occurred_at, at, late_reason)
    witness = _witness(draw, by, witness_email, witness_password)
    with transaction.atomic():
        record = claim(record)
        earlier = _replayed(id, by=by, draw=draw, what=what, amount=amount)
        if earlier is not None:
            return earlier
        stored = _with_enough(draw, amount, what, moment)
        event = event_values(by, role, at=at, occurred_at=moment, late_reason=late_reason)
        remainder = Remainder(
            draw=stored,
            what=what,
            amount_mg=amount,
            method=method[:80],
            reason=reason[:200],
            witness_id=witness.membership_id,
            witnessed_as=_witness_role(witness),
            **event,
            **({"id": id} if id else {}),
        )
        remainder.save(force_insert=True)
        if what == Remainder.What.RETURN:
            back = {"what": StockMovement.What.RETURN, "witness_id": witness.membership_id}
            give_back(stored, amount, event=event, **back)
        settle_draw(stored, COLUMN[what], amount, at)
        totals = {COLUMN[what]: getattr(record, COLUMN[what]) + amount}
        is_late = occurrence.is_late(moment, at)
        keep(record, is_late=is_late, staff=(by.membership_id, witness.membership_id), **totals)
        detail = {"remainder": str(remainder.pk), "what": what, "witness": str(witness.membership_id)}
        audit.record(by, "dosing.dispose_remainder", at=at, subject=record, role=role, detail=detail)
    return remainder


def waste_unwitnessed(
    *,
    draw: Draw,
    by: Actor,
    at: datetime,
    amount_mg: Decimal,
    method: str,
    reason: str,
    password: str,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> Remainder:
    """Record that drug was wasted and nobody could witness it: a discrepancy opens, which compliance closes.

    Signed with the own password. The account of the draw closes; the record keeps the mark for its review.
    """
    record = draw.dosing_record
    where = {"practice_id": record.practice_id, "patient": record.patient_id, "session": record.pk}
    role = authorize(by, Permission.WASTE_DRUG, **where)
    amount = exact("amount_mg", amount_mg, most=MOST_DRAWN_MG)
    method = required_text("method", method, "Say how, for example into the drug buster.")
    reason = required_text("reason", reason, "Say why nobody could witness it.", 10)
    moment = occurrence.settle(occurred_at, at, late_reason)
    reauthenticate(by, password)
    what = Remainder.What.UNWITNESSED.value
    with transaction.atomic():
        record = claim(record)
        earlier = _replayed(id, by=by, draw=draw, what=what, amount=amount)
        if earlier is not None:
            return earlier
        stored = _with_enough(draw, amount, what, moment)
        discrepancy = open_discrepancy(
            by,
            at,
            what=Discrepancy.What.UNWITNESSED,
            location=stored.lot.location,
            lot=stored.lot,
            container_id=_only_container(stored),
            draw=stored,
            expected_mg=amount,
            found_mg=Decimal(0),
            difference_mg=-amount,
        )
        remainder = Remainder(
            draw=stored,
            what=what,
            amount_mg=amount,
            method=method[:80],
            reason=reason[:200],
            discrepancy=discrepancy,
            **event_values(by, role, at=at, occurred_at=moment, late_reason=late_reason),
            **({"id": id} if id else {}),
        )
        remainder.save(force_insert=True)
        settle_draw(stored, "wasted_mg", amount, at)
        totals = {"wasted_mg": record.wasted_mg + amount, "has_unwitnessed_waste": True}
        keep(record, is_late=occurrence.is_late(moment, at), staff=(by.membership_id,), **totals)
        detail = {"remainder": str(remainder.pk), "discrepancy": str(discrepancy.pk)}
        audit.record(by, "dosing.waste_unwitnessed", at=at, subject=record, role=role, detail=detail)
    return remainder


def _only_container(draw) -> UUID | None:
    """The vial that a draw came from; none when there were several, which the draw names."""
    found = set(draw.movements.values_list("container", flat=True))
    return found.pop() if len(found) == 1 else None


def _witness(draw, by, email, password) -> Actor:
    """The second person; refuses whoever drew or gave from this draw, in any sign-in."""
    witness = confirm(
        by=by,
        practice_id=draw.dosing_record.practice_id,
        email=email,
        password=password,
        permission=Permission.WITNESS_WASTE,
        field="witness_email",
    )
    hands = {draw.drawn_by_id, *Administration.objects.filter(draw=draw).values_list("given_by_id", flat=True)}
    if witness.membership_id in hands:
        raise InvalidInput({"witness_email": "Who drew or gave the drug cannot witness its waste. Ask somebody else."})
    return witness


def _witness_role(witness: Actor) -> str:
    return next(iter(witness.require(Permission.WITNESS_WASTE))).value


def _replayed(row_id, *, by, draw, what, amount) -> Remainder | None:
    row = Remainder.objects.filter(pk=row_id).first() if row_id else None
    if row is None:
        return None
    if (row.recorded_by_id, row.draw_id, row.what, row.amount_mg) != (by.membership_id, draw.pk, what, amount):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return row


def _with_enough(draw, amount, what, moment) -> Draw:
    stored = Draw.objects.select_related("lot__product", "dosing_record").get(pk=draw.pk)
    left = stored.outstanding_mg - held_by_running_mg(stored.pk)
    if stored.closed_at is not None or amount > left:
        raise StaleState(f"Only {left} mg of this draw is left over. Reload to see what others have recorded.")
    if moment < stored.drawn_at:
        raise InvalidInput({"occurred_at": "This is before the drug was drawn. Enter when it was disposed of."})
    unit = stored.lot.product.unit_mg
    if what == Remainder.What.RETURN and (unit is None or amount % unit):
        sentence = "Only whole, unopened units can go back to stock. Waste what was drawn up or opened."
        raise InvalidInput({"what": sentence})
    return stored
