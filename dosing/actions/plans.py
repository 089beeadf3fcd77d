"""A prescriber goes on with a titration plan after a point of review, with the own password."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from dosing.actions._sheet import event_values
from dosing.amounts import required_text
from dosing.models import DoseOrder, PlanContinuation
from dosing.order_content import continuation_fingerprint
from dosing.ordered_dose import doses_given
from dosing.plan_reviews import reviews_due

LONGEST_NOTE = 1000


def continue_plan(
    *,
    order: DoseOrder,
    by: Actor,
    at: datetime,
    password: str,
    after_dose: int,
    note: str,
    id: UUID | None = None,
) -> PlanContinuation:
    """Sign that the plan goes on after dose `after_dose`, and why; the next dose is then free (KAP-DOSE-PLAN).

    Amend the order instead where the plan shall change. Raises StaleState when the order was replaced, the point is
    not reached, or somebody went on already.
    """
    role = authorize(by, Permission.SIGN_ORDER, practice_id=order.practice_id, patient=order.patient_id)
    words = required_text("note", note, "Write what the review found and why the plan goes on.", 10)
    if len(words) > LONGEST_NOTE:
        raise InvalidInput({"note": f"Use at most {LONGEST_NOTE} characters."})
    reauthenticate(by, password)
    row = PlanContinuation(
        id=id or uuid4(),
        series_id=order.series_id,
        order=order,
        after_dose=after_dose,
        note=words,
        **event_values(by, role, at=at, occurred_at=at, late_reason=""),
    )
    with transaction.atomic():
        earlier = PlanContinuation.objects.filter(pk=row.pk).first()
        if earlier is not None:
            return _replayed(earlier, row)
        row.doses_given = doses_given(order.series_id)
        _expect_due(order, row)
        row.content_sha256 = continuation_fingerprint(row)
        _store(row)
        detail = {"continuation": str(row.pk), "after_dose": after_dose, "version": order.version}
        audit.record(by, "dosing.continue_plan", at=at, subject=order, role=role, detail=detail)
    return row


def _replayed(earlier: PlanContinuation, asked: PlanContinuation) -> PlanContinuation:
    same = ("recorded_by_id", "series_id", "after_dose", "note")
    if any(getattr(earlier, name) != getattr(asked, name) for name in same):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return earlier


def _expect_due(order: DoseOrder, row: PlanContinuation) -> None:
    newest = DoseOrder.objects.newest_of(order.series_id)
    if newest is None or newest.pk != order.pk:
        raise StaleState("A newer version of the order was signed. Nothing was saved; look at that one.")
    if row.after_dose not in reviews_due(order, row.doses_given):
        raise StaleState("This review is not due, or somebody went on with the plan already. Reload to see it.")


def _store(row: PlanContinuation) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState("Somebody went on with the plan in this moment. Reload to see it.") from error
