"""Everything that may be done with the drug; the only writers of this app."""

from dosing.actions.counts import count_stock
from dosing.actions.discrepancies import close_discrepancy, correct_stock, note_discrepancy
from dosing.actions.diversion import make_diversion_report, settle_finding
from dosing.actions.dose_times import correct_dose_time
from dosing.actions.giving import give_dose
from dosing.actions.infusion import change_infusion, end_administration
from dosing.actions.limits import set_limits
from dosing.actions.marks import mark_vitals_gap
from dosing.actions.moving import dispose_stock, transfer_stock
from dosing.actions.opening import open_dosing_record
from dosing.actions.orders import amend_order, sign_order
from dosing.actions.plans import continue_plan
from dosing.actions.products import add_product, set_product_in_use
from dosing.actions.remainder import dispose_remainder, waste_unwitnessed
from dosing.actions.stock import receive_stock

__all__ = [
    "add_product",
    "amend_order",
    "change_infusion",
    "close_discrepancy",
    "continue_plan",
    "correct_dose_time",
    "correct_stock",
    "count_stock",
    "dispose_remainder",
    "dispose_stock",
    "end_administration",
    "give_dose",
    "make_diversion_report",
    "mark_vitals_gap",
    "note_discrepancy",
    "open_dosing_record",
    "receive_stock",
    "set_limits",
    "set_product_in_use",
    "settle_finding",
    "sign_order",
    "transfer_stock",
    "waste_unwitnessed",
]
