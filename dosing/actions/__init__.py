"""Everything that may be done with the drug; the only writers of this app."""

from dosing.actions.giving import give_dose
from dosing.actions.infusion import change_infusion, end_administration
from dosing.actions.limits import set_limits
from dosing.actions.opening import open_dosing_record
from dosing.actions.orders import amend_order, sign_order
from dosing.actions.products import add_product, set_product_in_use
from dosing.actions.remainder import dispose_remainder
from dosing.actions.stock import receive_stock

__all__ = [
    "add_product",
    "amend_order",
    "change_infusion",
    "dispose_remainder",
    "end_administration",
    "give_dose",
    "open_dosing_record",
    "receive_stock",
    "set_limits",
    "set_product_in_use",
    "sign_order",
]
