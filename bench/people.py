"""The staff of the large clinic, its stock, and a token for each person that the measurements use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from accounts import actions
from accounts.actor import Actor, system_actor
from accounts.middleware import actor_of
from accounts.models import Membership, Practice, User
from accounts.roles import Role
from dosing.models import Product, StockContainer, StockLot, StockMovement

PASSWORD = "a large clinic to measure"  # noqa: S105 (opens made-up data only)
STAFF = {Role.ADMIN: 1, Role.COMPLIANCE: 1, Role.PRESCRIBER: 4, Role.NURSE: 8, Role.THERAPIST: 4}
LOTS_PER_PRODUCT = 40
ROUTES = ("IV", "IM", "IM", "ESK", "ESK", "SL", "IN_RACEMIC", "SC", "PO")
DOSES = {
    "IV": "35",
    "IM": "35",
    "SC": "35",
    "IN_RACEMIC": "50",
    "ESK": "56",
    "SL": "200",
    "PO": "100",
}
SPARE = 24  # containers of each lot beyond what its doses need on average, and a third more


@dataclass(frozen=True)
class Clinic:
    practice: Practice
    members: dict[Role, list[Membership]]
    lots: dict[str, list[StockLot]]
    containers: dict[UUID, list[StockContainer]]

    def one(self, role: Role, number: int) -> Membership:
        return self.members[role][number % len(self.members[role])]

    def lot(self, route: str, number: int) -> StockLot:
        return self.lots[route][number % len(self.lots[route])]


def open_clinic(at: datetime, sessions: int) -> Clinic:
    """The practice with enough in stock for so many sessions."""
    practice = actions.open_practice(name="Large Practice", time_zone="America/New_York", at=at, dea_number="FL1234567")
    by = system_actor("bench", practice.pk)
    members = {}
    for role, number in STAFF.items():
        members[role] = [_hire(by, at, role, place) for place in range(number)]
    return Clinic(practice, members, *_stock(practice, members[Role.NURSE][0], at, sessions))


def _hire(by: Actor, at: datetime, role: Role, place: int) -> Membership:
    member, _ = actions.add_staff(
        by=by,
        at=at,
        email=f"{role.value}{place}@large.invalid",
        full_name=f"{role.label.split()[0]} Large{place:02}",
        credentials="",
        initials=f"{role.value[0]}{place:02}".upper(),
        roles=[role],
        password=PASSWORD,
    )
    User.objects.filter(pk=member.user_id).update(has_second_factor=True)  # measured are signed-in people
    return Membership.objects.select_related("user", "practice").get(pk=member.pk)


def _stock(practice: Practice, nurse: Membership, at: datetime, sessions: int) -> tuple[dict, dict]:
    lots: dict[str, list[StockLot]] = {}
    containers: dict[UUID, list[StockContainer]] = {}
    for product in Product.objects.filter(practice=practice).order_by("name"):
        doses = [Decimal(DOSES[route]) + 5 for route in ROUTES if route in product.routes and route not in lots]
        each = product.container_mg or 30 * product.mg_in_one
        needed = sum(doses, Decimal(0)) * sessions / len(ROUTES) / LOTS_PER_PRODUCT
        number = int(needed / each * 4 / 3) + (SPARE if doses else 1)
        made = [_lot(product, place, at, each * number) for place in range(LOTS_PER_PRODUCT)]
        receipts = [_received(lot, nurse, at, number) for lot in made]
        with transaction.atomic():  # a container names its receipt, which is written after it
            StockLot.objects.bulk_create(made)
            for lot, receipt in zip(made, receipts, strict=True):
                containers[lot.pk] = [_container(lot, receipt, each, place) for place in range(1, number + 1)]
                StockContainer.objects.bulk_create(containers[lot.pk], batch_size=500)
            StockMovement.objects.bulk_create(receipts)
        for route in product.routes:
            lots.setdefault(route, made)
    return lots, containers


def _lot(product: Product, number: int, at: datetime, balance_mg: Decimal) -> StockLot:
    return StockLot(
        practice_id=product.practice_id,
        product=product,
        lot_number=f"{product.name[:3].upper()}{number:04}",
        expires_on=(at + timedelta(days=3000)).date(),
        location="Safe A",
        balance_mg=balance_mg,
        movements=1,
        received_at=at,
    )


def _container(lot: StockLot, receipt: StockMovement, full_mg: Decimal, number: int) -> StockContainer:
    held = dict.fromkeys(("full_mg", "received_mg", "balance_mg"), full_mg)
    label = {"practice_id": lot.practice_id, "product_id": lot.product_id, "lot_number": lot.lot_number}
    return StockContainer(lot=lot, number=number, receipt=receipt, **label, **held)


def _received(lot: StockLot, nurse: Membership, at: datetime, number: int) -> StockMovement:
    return StockMovement(
        lot=lot,
        number=1,
        what=StockMovement.What.RECEIVE,
        change_mg=lot.balance_mg,
        before_mg=Decimal(0),
        after_mg=lot.balance_mg,
        containers=number,
        supplier="Wholesale Pharmacy",
        occurred_at=at,
        recorded_at=at,
        recorded_by=nurse,
        recorded_as=Role.NURSE.value,
    )


def acting(member: Membership) -> Actor:
    """This person as signed in on this machine; `member` comes with its user and practice."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    return actor_of(member, request)


def token_for(member: Membership, at: datetime) -> str:
    """The secret of a token of this person."""
    member = Membership.objects.select_related("user", "practice").get(pk=member.pk)
    _, secret = actions.issue_token(by=acting(member), at=at, name="bench")
    return secret
