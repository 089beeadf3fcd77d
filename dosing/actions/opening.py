"""Opening the dosing sheet of a session under an order that is in force."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, StaleState
from dosing.actions._sheet import claim, keep
from dosing.models import DoseOrder, DosingRecord


def open_dosing_record(*, by: Actor, at: datetime, id: UUID, order: DoseOrder) -> DosingRecord:
    """Open the dosing sheet of the session `id`, or return it; a newer version of the order is taken over.

    Raises Blocked when the order is not signed, was replaced, or has ended.
    """
    role = authorize(by, Permission.GIVE_DOSE, practice_id=order.practice_id, patient=order.patient_id, session=id)
    with transaction.atomic():
        _refuse_order_not_in_force(order, at)
        record = DosingRecord.objects.filter(pk=id).first()
        if record is not None and record.order_id == order.pk:
            return record
        record = _new_record(id, order) if record is None else _follow_order(claim(record), order)
        detail = {"order": str(order.pk), "version": order.version}
        audit.record(by, "dosing.open_dosing_record", at=at, subject=record, role=role, detail=detail)
    return record


def _refuse_order_not_in_force(order, at) -> None:
    found = []
    if order.signed_at is None:
        found.append(Blocker("ORDER_NOT_SIGNED", "The order is not signed yet.", "KAP-DOSE-ORDER"))
    if DoseOrder.objects.filter(replaces_id=order.pk).exists():
        found.append(Blocker("ORDER_REPLACED", "A newer version of this order was signed. Use that.", "KAP-DOSE-ORDER"))
    if order.expires_on < at.astimezone(ZoneInfo(order.practice.time_zone)).date():
        sentence = f"The order ended on {order.expires_on}. Sign a new one."
        found.append(Blocker("ORDER_EXPIRED", sentence, "KAP-DOSE-ORDER"))
    if found:
        raise Blocked(found)


def _new_record(pk, order) -> DosingRecord:
    record = DosingRecord(
        id=pk,
        practice_id=order.practice_id,
        patient_id=order.patient_id,
        order=order,
        route=order.route,
        product_id=order.product_id,
        ordered_mg=order.dose_mg,
        is_limit_overridden=bool(order.overrides),
    )
    record.save(force_insert=True)
    return record


def _follow_order(record, order) -> DosingRecord:
    if record.order.series_id != order.series_id:
        raise StaleState("This session's doses belong to an order of another series.")
    return keep(
        record,
        order=order,
        product_id=order.product_id,
        ordered_mg=order.dose_mg,
        is_limit_overridden=record.is_limit_overridden or bool(order.overrides),
    )
