"""A running infusion: rate changes, pauses, and its end, which settles how much the patient received."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit, occurrence
from common.blockers import Blocker, refuse_unless_overridden
from common.errors import InvalidInput, NotPermitted, StaleState
from dosing.actions._balances import settle_draw
from dosing.actions._sheet import claim, event_values, keep
from dosing.amounts import MOST_PUMP_ML_PER_H, exact, required_text
from dosing.giving_rules import PRESCRIBER, PRESCRIBER_MAY
from dosing.infusion_history import Change, given_until, minutes_at_start_rate, rate_before_pause, rate_now
from dosing.models import Administration, AdministrationEnd, InfusionChange
from dosing.practice_limits import limits_of_order

WHOLE_BAG_TOLERANCE = Decimal("0.9")


def _started(administration: Administration) -> Administration:
    """The administration as it is now; raises StaleState when it has ended."""
    stored = Administration.objects.select_related("dosing_record__order", "draw").get(pk=administration.pk)
    if AdministrationEnd.objects.filter(administration=stored).exists():
        raise StaleState("This dose has ended already. Reload to see how.")
    return stored


def history_of(administration: Administration) -> list[Change]:
    """The rate after each change, oldest first."""
    found = []
    for row in administration.changes.order_by("occurred_at", "recorded_at"):
        found.append(Change(row.occurred_at, row.pump_ml_per_h or Decimal(0)))
    return found


def change_infusion(
    *,
    administration: Administration,
    by: Actor,
    at: datetime,
    what: str,
    reason: str,
    pump_ml_per_h: Decimal | None = None,
    occurred_at: datetime | None = None,
    late_reason: str = "",
    overrides: dict[str, str] | None = None,
    id: UUID | None = None,
) -> InfusionChange:
    """Change the rate (mL/h), pause, or resume a running infusion; a resumed pump keeps its rate unless one is given.

    `id` is the client's id of the change.
    Raises Blocked for a rate above what the route's hard minimum time allows, and above the ordered one unless a
    prescriber passes it with a reason in `overrides`.
    """
    record = administration.dosing_record
    role = _authorize(by, record)
    reason = required_text("reason", reason, "Say why, in at least 5 characters.", 5)
    moment = occurrence.settle(occurred_at, at, late_reason)
    with transaction.atomic():
        record = claim(record)
        stored = _started(administration)
        changes = _in_order(stored, moment)
        rate = _new_rate(stored, changes, what, pump_ml_per_h)
        passed = refuse_unless_overridden(
            _too_fast(stored, rate), overrides=overrides or {}, may=lambda code: _may(by, code, record)
        )
        row = InfusionChange(
            **({"id": id} if id else {}),
            administration=stored,
            what=what,
            pump_ml_per_h=rate,
            reason="; ".join([reason, *(typed for _, typed in passed)])[:300],
            **event_values(by, role, at=at, occurred_at=moment, late_reason=late_reason),
        )
        row.save(force_insert=True)
        keep(
            record,
            is_late=occurrence.is_late(moment, at),
            staff=(by.membership_id,),
            is_limit_overridden=record.is_limit_overridden or bool(passed),
        )
        detail = {"administration": str(stored.pk), "what": what}
        audit.record(by, "dosing.change_infusion", at=at, subject=record, role=role, detail=detail)
    return row


def _authorize(by, record):
    where = {"practice_id": record.practice_id, "patient": record.patient_id, "session": record.pk}
    return authorize(by, Permission.GIVE_DOSE, **where)


def _may(by, permission, record) -> bool:
    try:
        authorize(by, Permission(permission), practice_id=record.practice_id, patient=record.patient_id)
    except NotPermitted:
        return False
    return True


def _in_order(stored, moment) -> list[Change]:
    if stored.pump_ml_per_h is None:
        raise InvalidInput("This dose is not an infusion, so nothing runs that could change.")
    changes = history_of(stored)
    if moment < (changes[-1].at if changes else stored.occurred_at):
        raise InvalidInput({"occurred_at": "This is before the change recorded last. Enter changes in their order."})
    return changes


def _new_rate(stored, changes, what, pump_ml_per_h) -> Decimal | None:
    is_paused = rate_now(stored.pump_ml_per_h, changes) == 0
    if what not in InfusionChange.What.values:
        raise InvalidInput({"what": "Choose rate, pause or resume."})
    if what == InfusionChange.What.RESUME:
        if not is_paused:
            raise StaleState("The infusion is running. There is nothing to resume.")
        return _rate(pump_ml_per_h) if pump_ml_per_h else rate_before_pause(stored.pump_ml_per_h, changes)
    if is_paused:
        raise StaleState("The infusion is paused. Resume it, with the new rate if it changes.")
    if what == InfusionChange.What.PAUSE:
        if pump_ml_per_h is not None:
            raise InvalidInput({"pump_ml_per_h": "A pause has no rate. Leave it empty."})
        return None
    return _rate(pump_ml_per_h)


def _rate(value) -> Decimal:
    if value is None:
        raise InvalidInput({"pump_ml_per_h": "Enter the new rate in mL/h."})
    return exact("pump_ml_per_h", value, places=1, most=MOST_PUMP_ML_PER_H, unit="mL/h")


def _too_fast(stored, rate):
    """Blockers of a rate that would empty the bag sooner than the limits or the order allow."""
    if rate is None or rate <= stored.pump_ml_per_h:
        return
    limits, _ = limits_of_order(stored.dosing_record.order)
    per_hour = stored.final_volume_ml * 60
    hard = limits.hard_min_duration_min
    if hard is not None and rate * hard > per_hour:
        sentence = f"At {rate} mL/h the whole bag would run in less than the hard minimum of {hard} minutes."
        yield Blocker("INFUSION_TOO_FAST", sentence, limits.source)
        return
    ordered = stored.dosing_record.order.duration_min
    if ordered is not None and rate * ordered > per_hour:
        sentence = f"{rate} mL/h is faster than the order: the whole bag in {ordered} minutes."
        yield Blocker(
            "INFUSION_FASTER_THAN_ORDERED",
            sentence,
            "KAP-DOSE-ORDER",
            override=PRESCRIBER_MAY,
            override_label=PRESCRIBER,
        )


def end_administration(
    *,
    administration: Administration,
    by: Actor,
    at: datetime,
    how: str,
    given_mg: Decimal | None = None,
    reason: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> AdministrationEnd:
    """End an infusion. Completed gives all that was planned; stopped gives planned × the fraction that ran.

    The fraction follows the rate history, pauses excluded, half-up to 0.01 mg (KAP-FORM-STOP). `given_mg`, when it
    is measured, replaces the computed amount of a stopped infusion. Stopping needs a reason. `id` is the client's id of
    the end.
    """
    record = administration.dosing_record
    role = _authorize(by, record)
    if how not in AdministrationEnd.How.values:
        raise InvalidInput({"how": "Choose completed or stopped early."})
    if how == AdministrationEnd.How.STOPPED:
        reason = required_text("reason", reason, "Say why it was stopped, in at least 5 characters.", 5)
    moment = occurrence.settle(occurred_at, at, late_reason)
    with transaction.atomic():
        record = claim(record)
        stored = _started(administration)
        changes = _in_order(stored, moment)
        given = _given(stored, changes, moment, how, given_mg)
        end = AdministrationEnd(
            **({"id": id} if id else {}),
            administration=stored,
            how=how,
            given_mg=given,
            reason=reason.strip(),
            **event_values(by, role, at=at, occurred_at=moment, late_reason=late_reason),
        )
        end.save(force_insert=True)
        settle_draw(stored.draw, "given_mg", given, at)
        keep(
            record,
            is_late=occurrence.is_late(moment, at),
            staff=(by.membership_id,),
            given_mg=record.given_mg + given,
            dosing_ended_at=moment,
        )
        detail = {"administration": str(stored.pk), "how": how, "given_entered": given_mg is not None}
        audit.record(by, "dosing.end_administration", at=at, subject=record, role=role, detail=detail)
    return end


def computed_given_mg(stored: Administration, changes: list[Change], moment: datetime) -> Decimal:
    """What the pump's history says was given by `moment`."""
    ran = minutes_at_start_rate(stored.occurred_at, stored.pump_ml_per_h, changes, moment)
    return given_until(stored.planned_mg, stored.duration_min, ran)


def _given(stored, changes, moment, how, given_mg) -> Decimal:
    computed = computed_given_mg(stored, changes, moment)
    if how == AdministrationEnd.How.COMPLETED:
        _refuse_completed(stored, computed, given_mg)
        return stored.planned_mg
    if given_mg is None:
        return computed
    given = Decimal(0) if given_mg == 0 else exact("given_mg", given_mg, most=stored.planned_mg)
    return given


def _refuse_completed(stored, computed, given_mg) -> None:
    if given_mg is not None and given_mg != stored.planned_mg:
        raise InvalidInput({"given_mg": "Completed means all of it was given. Choose stopped early for less."})
    if computed < stored.planned_mg * WHOLE_BAG_TOLERANCE:
        sentence = (
            f"By the pump's times only about {computed} mg of {stored.planned_mg} mg ran so far. Record the rate "
            "changes that are missing, or choose stopped early and enter what was given."
        )
        raise InvalidInput({"how": sentence})
