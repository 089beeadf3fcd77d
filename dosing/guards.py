"""What the database itself sees to in doses and stock: it refuses a wrong giver, lot, draw or time, whoever writes it
(R43, KAP-DOSE-*), or a step that was not signed with its order, and links every row of the register (R47)."""

from common.chain import Chained
from common.guards import Guard

TABLE = "dosing_administration"
GIVER_WORKS_HERE = """NOT EXISTS (SELECT 1 FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
JOIN dosing_dosingrecord r ON r.practice_id = m.practice_id
WHERE r.id = NEW.dosing_record_id AND m.id = NEW.given_by_id AND m.is_active AND u.is_active)"""
EXPIRED = """EXISTS (SELECT 1 FROM dosing_draw d JOIN dosing_stocklot l ON l.id = d.lot_id
JOIN accounts_practice p ON p.id = l.practice_id
WHERE d.id = NEW.draw_id AND l.expires_on < (NEW.occurred_at AT TIME ZONE p.time_zone)::date)"""
# SQLite knows no time zones: no practice is more than 12 hours behind UTC, so what it refuses is expired everywhere.
EXPIRED_EVERYWHERE = """EXISTS (SELECT 1 FROM dosing_draw d JOIN dosing_stocklot l ON l.id = d.lot_id
WHERE d.id = NEW.draw_id AND l.expires_on < date(NEW.occurred_at, '-12 hours'))"""
DRAWN_LATER = "EXISTS (SELECT 1 FROM dosing_draw d WHERE d.id = NEW.draw_id AND d.drawn_at > NEW.occurred_at)"
NOT_OF_THIS_DRAW = """NOT EXISTS (SELECT 1 FROM dosing_draw d WHERE d.id = NEW.draw_id
AND d.dosing_record_id = NEW.dosing_record_id AND d.drawn_mg >= NEW.planned_mg)"""


# A movement is the next one of its lot and starts from where the one before ended, whoever writes it (R60, R61).
NOT_NEXT = """NEW.number <> (SELECT coalesce(max(m.number), 0) + 1 FROM dosing_stockmovement m
WHERE m.lot_id = NEW.lot_id) OR NEW.before_mg <> coalesce((SELECT m.after_mg FROM dosing_stockmovement m
WHERE m.lot_id = NEW.lot_id ORDER BY m.number DESC LIMIT 1), 0)"""
BALANCE_DIFFERS = """NEW.after_mg <> (SELECT l.balance_mg FROM dosing_stocklot l WHERE l.id = NEW.lot_id)"""
# The same for its container: it lies in this lot, holds this much, and starts from where its last movement ended; and
# the lot holds what its containers hold together.
NO_CONTAINER = "NEW.what <> 'receive' AND NEW.container_id IS NULL"
CONTAINER_DIFFERS = """NEW.container_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM dosing_stockcontainer c
WHERE c.id = NEW.container_id AND c.lot_id = NEW.lot_id AND c.movements = NEW.container_number
AND c.balance_mg = NEW.container_after_mg)"""
CONTAINER_NOT_NEXT = """NEW.container_id IS NOT NULL AND (NEW.container_number <> (SELECT
coalesce(max(m.container_number), 0) + 1 FROM dosing_stockmovement m WHERE m.container_id = NEW.container_id)
OR NEW.container_before_mg <> coalesce((SELECT m.container_after_mg FROM dosing_stockmovement m
WHERE m.container_id = NEW.container_id ORDER BY m.container_number DESC LIMIT 1),
(SELECT c.received_mg FROM dosing_stockcontainer c WHERE c.id = NEW.container_id)))"""
SUM_DIFFERS = """NEW.after_mg <> coalesce((SELECT sum(c.balance_mg) FROM dosing_stockcontainer c
WHERE c.lot_id = NEW.lot_id), 0)"""
# A delivery names how many containers came, and they are there; nothing comes into a container without a delivery.
NOT_DELIVERED = """NEW.what = 'receive' AND (NEW.containers IS NULL
OR NEW.containers <> (SELECT count(*) FROM dosing_stockcontainer c WHERE c.receipt_id = NEW.id)
OR NEW.change_mg <> (SELECT coalesce(sum(c.received_mg), 0) FROM dosing_stockcontainer c
WHERE c.receipt_id = NEW.id AND c.lot_id = NEW.lot_id))"""
NOT_OF_ITS_LOT = """NOT EXISTS (SELECT 1 FROM dosing_stocklot l WHERE l.id = NEW.lot_id
AND l.practice_id = NEW.practice_id AND l.product_id = NEW.product_id AND l.lot_number = NEW.lot_number)"""
NOT_NEW = """NEW.balance_mg <> NEW.received_mg OR NEW.movements <> 0 OR NEW.opened_at IS NOT NULL
OR (NEW.receipt_id IS NULL AND NEW.received_mg <> 0)
OR EXISTS (SELECT 1 FROM dosing_stockmovement m WHERE m.id = NEW.receipt_id)"""
MOVEMENT, CONTAINER = "dosing_stockmovement", "dosing_stockcontainer"
# A correction of a dose's time is the next one and takes the place of the time that holds now.
TIME_NOT_NEXT = """NEW.number <> (SELECT count(*) FROM dosing_dosetimecorrection c
WHERE c.administration_id = NEW.administration_id) + 1
OR NEW.was_at <> coalesce((SELECT c.given_at FROM dosing_dosetimecorrection c
WHERE c.administration_id = NEW.administration_id ORDER BY c.number DESC LIMIT 1),
(SELECT a.occurred_at FROM dosing_administration a WHERE a.id = NEW.administration_id))"""
DOSE_TIME = "dosing_dosetimecorrection"
# The signed order says how many rows its plan has; not one can be added to it later.
PLAN_IS_FULL = """NOT EXISTS (SELECT 1 FROM dosing_doseorder o WHERE o.id = NEW.order_id
AND o.{count} > (SELECT count(*) FROM {table} p WHERE p.order_id = o.id))"""
STEP, REVIEW = "dosing_orderstep", "dosing_orderreviewpoint"


def dose_guards() -> list[Guard]:
    return [
        Guard("giver", TABLE, GIVER_WORKS_HERE),
        Guard("lot", TABLE, EXPIRED, on_sqlite=EXPIRED_EVERYWHERE),
        Guard("time", TABLE, DRAWN_LATER),
        Guard("draw", TABLE, NOT_OF_THIS_DRAW),
        Guard("next", MOVEMENT, NOT_NEXT),
        Guard("balance", MOVEMENT, BALANCE_DIFFERS),
        Guard("no_container", MOVEMENT, NO_CONTAINER),
        Guard("container", MOVEMENT, CONTAINER_DIFFERS),
        Guard("container_next", MOVEMENT, CONTAINER_NOT_NEXT),
        Guard("sum", MOVEMENT, SUM_DIFFERS),
        Guard("delivery", MOVEMENT, NOT_DELIVERED),
        Guard("its_lot", CONTAINER, NOT_OF_ITS_LOT),
        Guard("new", CONTAINER, NOT_NEW),
        Guard("next", DOSE_TIME, TIME_NOT_NEXT),
        Guard("step", STEP, PLAN_IS_FULL.format(count="step_count", table=STEP)),
        Guard("review", REVIEW, PLAN_IS_FULL.format(count="review_count", table=REVIEW)),
    ]


EVENT = "id occurred_at recorded_at recorded_by recorded_as"
BEFORE_CONTAINERS = (
    "lot number what change_mg before_mg after_mg draw pair discrepancy witness supplier supplier_dea invoice note"
)
LINE_BEFORE_CONTAINERS = "id count lot counted_mg expected_mg difference_mg"
REGISTER = {
    "dosing.Administration": "dosing_record draw number route planned_mg site diluent final_volume_ml duration_min "
    "pump_ml_per_h given_by verified_by",
    "dosing.AdministrationEnd": "administration how given_mg",
    "dosing.DoseTimeCorrection": "administration number was_at given_at is_after_signature",
    "dosing.InfusionChange": "administration what pump_ml_per_h",
    "dosing.Remainder": "draw what amount_mg method witness witnessed_as discrepancy",
    "dosing.StockCount": "practice location occasion moment second_counter lots differences named found_besides",
    "dosing.DiscrepancyNote": "discrepancy new_owner",
}


def chained_ledger() -> list[Chained]:
    """The second version of a movement and of a count line names the container; a link says which version it is of."""
    events = [Chained(label, f"{EVENT} {names}") for label, names in REGISTER.items()]
    movements = Chained(
        "dosing.StockMovement",
        f"{EVENT} {BEFORE_CONTAINERS} containers container container_number container_before_mg container_after_mg",
        version=2,
        before=((1, f"{EVENT} {BEFORE_CONTAINERS}"),),
    )
    lines = Chained(
        "dosing.StockCountLine",
        f"{LINE_BEFORE_CONTAINERS} container size_mg",
        version=2,
        before=((1, LINE_BEFORE_CONTAINERS),),
        when="count__recorded_at",
    )
    return [*events, movements, lines]
