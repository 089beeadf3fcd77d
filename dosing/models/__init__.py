"""The drug: products, limits, stock and its movements, orders, and what was given from them."""

from dosing.models.containers import StockContainer
from dosing.models.counts import Discrepancy, DiscrepancyNote, StockCount, StockCountLine
from dosing.models.diversion import DiversionFinding, DiversionReport
from dosing.models.dose_times import DoseTimeCorrection
from dosing.models.formulary import Product, RouteLimit
from dosing.models.giving import Administration, AdministrationEnd, Draw, InfusionChange, Remainder
from dosing.models.orders import DoseOrder
from dosing.models.plan import OrderReviewPoint, OrderStep, PlanContinuation
from dosing.models.record import DosingRecord
from dosing.models.stock import StockLot, StockMovement

__all__ = [
    "Administration",
    "AdministrationEnd",
    "Discrepancy",
    "DiscrepancyNote",
    "DiversionFinding",
    "DiversionReport",
    "DoseOrder",
    "DoseTimeCorrection",
    "DosingRecord",
    "Draw",
    "InfusionChange",
    "OrderReviewPoint",
    "OrderStep",
    "PlanContinuation",
    "Product",
    "Remainder",
    "RouteLimit",
    "StockContainer",
    "StockCount",
    "StockCountLine",
    "StockLot",
    "StockMovement",
]
