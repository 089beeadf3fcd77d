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
from dosing.ordered_dose import OrderedDose, dose_of, next_dose


def open_dosing_record(*, by: Actor, at: datetime, id: UUID, order: DoseOrder) -> DosingRecord:
    """Open the dosing sheet of the session `id`, or return it; a newer version of the order is taken over.

    What is ordered is the step for the dose of the series that this session gives; the first dose settles which it is.

    Raises Blocked when the order is not signed, was replaced, or has ended.
    """
    role = authorize(by, Permission.GIVE_DOSE, practice_id=order.practice_id, patient=order.patient_id, session=id)
    with transaction.atomic():
        _refuse_order_not_in_force(order, at)
        record = DosingRecord.objects.filter(pk=id).first()
        dose = _dose_for(order, record, id)
        if record is not None and (record.order_id, record.dose_number) == (order.pk, dose.number):
            return record
        record = _new_record(id, dose) if record is None else _follow_order(claim(record), dose)
        detail = {"order": str(order.pk), "version": order.version, "dose": dose.number}
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


def _dose_for(order: DoseOrder, record: DosingRecord | None, session_id: UUID) -> OrderedDose:
    if record is not None and record.first_dose_at is not None and record.dose_number is not None:
        return dose_of(order, record.dose_number)
    return next_dose(order, session_id=session_id)


def _new_record(pk, dose: OrderedDose) -> DosingRecord:
    order = dose.order
    record = DosingRecord(
        id=pk,
        practice_id=order.practice_id,
        patient_id=order.patient_id,
        order=order,
        route=order.route,
        product_id=order.product_id,
        ordered_mg=dose.dose_mg,
        dose_number=dose.number,
        is_limit_overridden=bool(order.overrides),
    )
    record.save(force_insert=True)
    return record


def _follow_order(record: DosingRecord, dose: OrderedDose) -> DosingRecord:
    order = dose.order
    if record.order.series_id != order.series_id:
        raise StaleState("This session's doses belong to an order of another series.")
    return keep(
        record,
        order=order,
        product_id=order.product_id,
        ordered_mg=dose.dose_mg,
        dose_number=dose.number,
        is_limit_overridden=record.is_limit_overridden or bool(order.overrides),
    )
