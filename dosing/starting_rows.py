"""What a new practice begins with in this app: products (KAP-PROD-*) and version 1 of every limit (KAP-LIM-*)."""

from decimal import Decimal

from dosing.limit_values import as_values
from dosing.limits import DEFAULTS, GENERAL
from dosing.models import Product, RouteLimit

INJECTION = {"form": Product.Form.SOLUTION, "routes": ["IV", "IM", "SC"]}


def _liquid(name, strength, **more):
    return {"name": name, "concentration_mg_per_ml": Decimal(strength), **more}


def _unit(name, amount, **more):
    return {"name": name, "unit_mg": Decimal(amount), **more}


PRODUCTS = (
    _liquid("Ketalar 10 mg/mL, 20 mL vial", 10, container_amount=Decimal(20), **INJECTION),
    _liquid("Ketalar 50 mg/mL, 10 mL vial", 50, container_amount=Decimal(10), **INJECTION),
    _liquid("Ketalar 100 mg/mL, 5 mL vial", 100, container_amount=Decimal(5), **INJECTION),
    _liquid(
        "Ketamine (generic) 100 mg/mL, 10 mL vial", 100, container_amount=Decimal(10), ndc="67457-108-10", **INJECTION
    ),
    _unit(
        "Spravato 28 mg nasal spray device",
        28,
        container_amount=Decimal(1),
        form=Product.Form.DEVICE,
        routes=["ESK"],
        is_esketamine=True,
        ndc="50458-028-00",
    ),
    _unit("Compounded ketamine troche 100 mg", 100, form=Product.Form.TROCHE, routes=["SL"], is_compounded=True),
    _liquid(
        "Compounded ketamine nasal 100 mg/mL",
        100,
        form=Product.Form.NASAL_SOLUTION,
        routes=["IN_RACEMIC"],
        is_compounded=True,
    ),
    _unit("Compounded ketamine capsule 50 mg", 50, form=Product.Form.CAPSULE, routes=["PO"], is_compounded=True),
)


def make_starting_rows(practice, at) -> list:
    """Store the products and limits of a new practice; returns the rows."""
    products = [Product(practice=practice, **values) for values in PRODUCTS]
    every = [("ALL", as_values(GENERAL), GENERAL.source)]
    every += [(route, as_values(limits), limits.source) for route, limits in DEFAULTS.items()]
    limits = [
        RouteLimit(practice=practice, route=route, version=1, values=values, source=source, set_at=at, set_by=None)
        for route, values, source in every
    ]
    return [*Product.objects.bulk_create(products), *RouteLimit.objects.bulk_create(limits)]
