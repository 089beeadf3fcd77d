"""Giving a dose: the lot falls by what was drawn, the patient's sheet grows by what was given, in one transaction."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit, occurrence
from common.blockers import Blocker, refuse_unless_overridden
from common.clinical import INFUSED
from common.errors import InvalidInput, NotPermitted, OutOfScope
from dosing.actions._balances import settle_draw, take
from dosing.actions._entry import DoseEntry, giver_on, infusion_numbers, verifier_id
from dosing.actions._sheet import claim, event_values, keep, running_infusion
from dosing.amounts import MOST_DRAWN_MG, MOST_GIVEN_MG, exact
from dosing.arithmetic import pump_ml_per_h
from dosing.giving_rules import DoseToGive, blockers_for, is_above_order
from dosing.hooks import dose_given
from dosing.models import Administration, AdministrationEnd, DoseOrder, DosingRecord, Draw, StockLot, StockMovement
from dosing.ordered_dose import dose_of_record
from dosing.practice_limits import limits_of_order


def give_dose(
    *,
    dosing_record: DosingRecord,
    by: Actor,
    at: datetime,
    lot_id: UUID,
    drawn_mg: Decimal,
    planned_mg: Decimal,
    given_by_id: UUID,
    verified_email: str = "",
    verified_password: str = "",
    container_id: UUID | None = None,
    site: str = "",
    diluent: str = "",
    final_volume_ml: Decimal | None = None,
    duration_min: int | None = None,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
    overrides: dict[str, str] | None = None,
) -> Administration:
    """Record a dose: `drawn_mg` leaves the lot, `planned_mg` is given (an injection) or starts to run (an infusion).

    `container_id` names the vial or device; left out, what is open is used up first, then the next by number.

    mg of base, exact to 0.001; a liquid to 0.001 mL. An infusion needs its final volume (mL) and duration (min); how
    much the patient received is settled by `end_administration`. `id` is the client's id of the Administration.
    `overrides` maps a blocker's code to a typed reason. Raises Blocked with every blocker (KAP-DOSE-*, KAP-LIM-*).
    """
    where = {"practice_id": dosing_record.practice_id, "patient": dosing_record.patient_id, "session": dosing_record.pk}
    role = authorize(by, Permission.GIVE_DOSE, **where)
    giver = giver_on(dosing_record, given_by_id)
    entry = DoseEntry(
        lot_id=lot_id,
        container_id=container_id,
        drawn_mg=exact("drawn_mg", drawn_mg, most=MOST_DRAWN_MG),
        planned_mg=exact("planned_mg", planned_mg, most=MOST_GIVEN_MG),
        given_by_id=giver.pk,
        verified_by_id=verifier_id(dosing_record, by, giver, verified_email, verified_password),
        site=site.strip(),
        diluent=diluent.strip(),
        occurred_at=occurrence.settle(occurred_at, at, late_reason),
        late_reason=late_reason,
        row_id=id,
        overrides=overrides or {},
        **infusion_numbers(dosing_record.route, final_volume_ml, duration_min),
    )
    with transaction.atomic():
        record = claim(dosing_record)
        administration = _replayed(record, entry, by)
        if administration is None:
            administration = _give(record, entry, by, at, role)
    dosing_record.refresh_from_db()
    return administration


def _replayed(record, entry, by) -> Administration | None:
    row = Administration.objects.select_related("draw").filter(pk=entry.row_id).first() if entry.row_id else None
    if row is None:
        return None
    stored = (row.dosing_record_id, row.recorded_by_id, row.given_by_id, row.planned_mg)
    asked = (record.pk, by.membership_id, entry.given_by_id, entry.planned_mg)
    drawn = (row.draw.lot_id, row.draw.drawn_mg) == (entry.lot_id, entry.drawn_mg)
    if stored != asked or not drawn or _from_another(row, entry):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return row


def _from_another(row, entry) -> bool:
    return entry.container_id is not None and not row.draw.movements.filter(container=entry.container_id).exists()


def _give(record, entry: DoseEntry, by, at, role) -> Administration:
    lot = StockLot.objects.select_related("product").filter(pk=entry.lot_id, practice_id=record.practice_id).first()
    if lot is None:
        raise OutOfScope("lot")
    drawn_ml = _drawn_ml(lot.product, entry)
    passed = _refuse_or_pass(record, entry, lot, by)
    event = event_values(by, role, at=at, occurred_at=entry.occurred_at, late_reason=entry.late_reason)
    draw = _draw(record, entry, lot, drawn_ml, at, event)
    administration = _administration(record, entry, draw, passed, event)
    if record.route not in INFUSED:
        _complete(administration, event)
        settle_draw(draw, "given_mg", entry.planned_mg, at)
    _keep_sheet(record, entry, lot, passed, by, at)
    for answer in dose_given:
        answer(dosing_record=record, administration=administration, by=by, at=at)
    detail = {"administration": str(administration.pk), "number": administration.number, "overridden": sorted(passed)}
    audit.record(by, "dosing.give_dose", at=at, subject=record, role=role, detail=detail)
    return administration


def _drawn_ml(product, entry) -> Decimal | None:
    if entry.planned_mg > entry.drawn_mg:
        raise InvalidInput({"planned_mg": "More cannot be given than was drawn. Check both amounts."})
    if not product.is_liquid:
        return None
    return exact("drawn_mg", entry.drawn_mg / product.concentration_mg_per_ml, most=Decimal(1000), unit="mL")


def _refuse_or_pass(record, entry, lot, by) -> dict[str, str]:
    if record.last_dose_at is not None and entry.occurred_at < record.last_dose_at:
        raise InvalidInput({"occurred_at": "This is before the dose recorded last. Enter doses in their order."})
    if entry.occurred_at < record.order.signed_at:
        raise InvalidInput({"occurred_at": "This is before the order was signed. Enter when the dose was given."})
    limits, general = limits_of_order(record.order)
    ordered = dose_of_record(record)
    dose = DoseToGive(
        drawn_mg=entry.drawn_mg,
        planned_mg=entry.planned_mg,
        occurred_at=entry.occurred_at,
        day=entry.occurred_at.astimezone(ZoneInfo(record.practice.time_zone)).date(),
        given_before_mg=record.given_mg,
        last_dose_at=record.last_dose_at,
        is_running=running_infusion(record.pk) is not None,
        diluent=entry.diluent,
        final_volume_ml=entry.final_volume_ml,
        duration_min=entry.duration_min,
    )
    blockers = blockers_for(dose, order=ordered, lot=lot, product=lot.product, limits=limits, general=general)
    if DoseOrder.objects.filter(replaces_id=record.order_id).exists():
        sentence = "A newer version of the order was signed. Reload and give by that."
        blockers.insert(0, Blocker("ORDER_REPLACED", sentence, "KAP-DOSE-ORDER"))
    passed = refuse_unless_overridden(blockers, overrides=entry.overrides, may=lambda code: _may(by, code, record))
    return {blocker.code: reason for blocker, reason in passed}


def _may(by, permission, record) -> bool:
    try:
        authorize(by, Permission(permission), practice_id=record.practice_id, patient=record.patient_id)
    except NotPermitted:
        return False
    return True


def _draw(record, entry, lot, drawn_ml, at, event) -> Draw:
    draw = Draw(
        dosing_record=record,
        lot=lot,
        drawn_mg=entry.drawn_mg,
        drawn_ml=drawn_ml,
        outstanding_mg=entry.drawn_mg,
        drawn_at=entry.occurred_at,
        recorded_at=at,
        drawn_by_id=entry.given_by_id,
    )
    draw.save(force_insert=True)
    take(lot, entry.drawn_mg, first=entry.container_id, what=StockMovement.What.DRAW, event=event, draw=draw)
    return draw


def _administration(record, entry, draw, passed, event) -> Administration:
    is_infusion = record.route in INFUSED
    row = Administration(
        dosing_record=record,
        draw=draw,
        number=Administration.objects.filter(dosing_record=record).count() + 1,
        route=record.route,
        planned_mg=entry.planned_mg,
        site=entry.site,
        diluent=entry.diluent,
        final_volume_ml=entry.final_volume_ml,
        duration_min=entry.duration_min,
        pump_ml_per_h=pump_ml_per_h(entry.final_volume_ml, Decimal(entry.duration_min)) if is_infusion else None,
        given_by_id=entry.given_by_id,
        verified_by_id=entry.verified_by_id,
        overrides=passed,
        **event,
        **entry.event_id,
    )
    row.save(force_insert=True)
    return row


def _complete(administration, event) -> None:
    how = AdministrationEnd.How.COMPLETED
    given = administration.planned_mg
    AdministrationEnd(administration=administration, how=how, given_mg=given, **event).save(force_insert=True)


def _keep_sheet(record, entry, lot, passed, by, at) -> None:
    is_infusion = record.route in INFUSED
    given = record.given_mg + (Decimal(0) if is_infusion else entry.planned_mg)
    may_reach = record.given_mg + entry.planned_mg
    first = {}
    if record.first_dose_at is None:
        first = {"first_dose_at": entry.occurred_at, "first_dose_mg": entry.planned_mg}
    keep(
        record,
        is_late=occurrence.is_late(entry.occurred_at, at),
        staff=(by.membership_id, entry.given_by_id, entry.verified_by_id),
        lot_number=lot.lot_number,
        last_dose_at=entry.occurred_at,
        dosing_ended_at=None if is_infusion else entry.occurred_at,
        drawn_mg=record.drawn_mg + entry.drawn_mg,
        given_mg=given,
        product_id=lot.product_id if record.first_dose_at is None else record.product_id,
        is_above_order=record.is_above_order or is_above_order(dose_of_record(record), may_reach),
        is_limit_overridden=record.is_limit_overridden or bool(passed),
        **first,
    )
