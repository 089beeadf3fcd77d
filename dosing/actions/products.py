"""The practice's own list of products: adding one, taking one out of use."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.clinical import Route
from common.errors import InvalidInput
from dosing.amounts import exact, required_text
from dosing.models import Product

LIQUID = {Product.Form.SOLUTION, Product.Form.NASAL_SOLUTION, Product.Form.ORAL_SOLUTION}
MOST_STRENGTH = Decimal(1000)
MOST_IN_ONE = Decimal(1000)


def add_product(
    *,
    by: Actor,
    at: datetime,
    name: str,
    form: str,
    strength: Decimal,
    routes: list[str],
    pack: str = "",
    container_amount: Decimal | None = None,
    ndc: str = "",
    is_compounded: bool = False,
    pharmacy: str = "",
    is_esketamine: bool = False,
) -> Product:
    """Add a product. `strength` is mg/mL of base for a liquid, mg of base in one unit for the others (KAP-PROD).

    `container_amount` is how many mL or units one vial, bottle, pack or device holds; left out where deliveries differ.

    Raises InvalidInput for a name in use, an unknown route, or esketamine mixed with racemic routes.
    """
    role = authorize(by, Permission.EDIT_CLINICAL_SETTINGS, practice_id=by.practice_id)
    label = required_text("name", name, "Enter the name and strength as on the package.")
    places = 1 if form in LIQUID else 3  # 0.01 mL of a liquid then always holds whole micrograms
    amount = exact("strength", strength, places=places, most=MOST_STRENGTH, unit="mg or mg/mL")
    if form not in Product.Form.values:
        raise InvalidInput({"form": "Choose one of the forms."})
    _check_routes(routes, is_esketamine)
    if container_amount is not None:
        places = 2 if form in LIQUID else 0
        exact("container_amount", container_amount, places=places, most=MOST_IN_ONE, unit="mL or units")
    if is_compounded and not pharmacy.strip():
        raise InvalidInput({"pharmacy": "Name the pharmacy that makes it."})
    column = "concentration_mg_per_ml" if form in LIQUID else "unit_mg"
    with transaction.atomic():
        if Product.objects.filter(practice_id=by.practice_id, name=label).exists():
            raise InvalidInput({"name": "There is a product with this name. Give this one another name."})
        product = Product(
            practice_id=by.practice_id,
            name=label,
            form=form,
            routes=list(routes),
            pack=pack.strip()[:60],
            container_amount=container_amount,
            ndc=ndc.strip(),
            is_compounded=is_compounded,
            pharmacy=pharmacy.strip()[:120] if is_compounded else "",
            is_esketamine=is_esketamine,
            **{column: amount},
        )
        product.save(force_insert=True)
        audit.record(by, "dosing.add_product", at=at, subject=product, role=role)
    return product


def _check_routes(routes, is_esketamine) -> None:
    if not routes or set(routes) - set(Route.values):
        raise InvalidInput({"routes": "Choose at least one route."})
    if is_esketamine != (list(routes) == [Route.ESK]):
        raise InvalidInput({"routes": "Esketamine spray has its own route, and only it."})


def set_product_in_use(*, product: Product, by: Actor, at: datetime, is_active: bool) -> Product:
    """Take a product out of use for new orders and deliveries, or bring it back; its lots stay in the ledger."""
    role = authorize(by, Permission.EDIT_CLINICAL_SETTINGS, practice_id=product.practice_id)
    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(is_active=is_active)
        detail = {"is_active": is_active}
        audit.record(by, "dosing.set_product_in_use", at=at, subject=product, role=role, detail=detail)
    product.refresh_from_db()
    return product
