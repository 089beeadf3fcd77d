"""The staff of the large clinic, its stock, and a token for each person that the measurements use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.http import HttpRequest

from accounts import actions
from accounts.actor import Actor, system_actor
from accounts.middleware import actor_of
from accounts.models import Membership, Practice, User
from accounts.roles import Role
from dosing.models import Product, StockLot, StockMovement

PASSWORD = "a large clinic to measure"  # noqa: S105 (opens made-up data only)
STAFF = {Role.ADMIN: 1, Role.COMPLIANCE: 1, Role.PRESCRIBER: 4, Role.NURSE: 8, Role.THERAPIST: 4}
LOTS_PER_PRODUCT = 40
RECEIVED_MG = Decimal(2_000_000)


@dataclass(frozen=True)
class Clinic:
    practice: Practice
    members: dict[Role, list[Membership]]
    lots: dict[str, list[StockLot]]

    def one(self, role: Role, number: int) -> Membership:
        return self.members[role][number % len(self.members[role])]

    def lot(self, route: str, number: int) -> StockLot:
        return self.lots[route][number % len(self.lots[route])]


def open_clinic(at: datetime) -> Clinic:
    practice = actions.open_practice(name="Large Practice", time_zone="America/New_York", at=at, dea_number="FL1234567")
    by = system_actor("bench", practice.pk)
    members = {}
    for role, number in STAFF.items():
        members[role] = [_hire(by, at, role, place) for place in range(number)]
    return Clinic(practice, members, _stock(practice, members[Role.NURSE][0], at))


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


def _stock(practice: Practice, nurse: Membership, at: datetime) -> dict[str, list[StockLot]]:
    lots: dict[str, list[StockLot]] = {}
    for product in Product.objects.filter(practice=practice).order_by("name"):
        made = [_lot(product, number, at) for number in range(LOTS_PER_PRODUCT)]
        StockLot.objects.bulk_create(made)
        StockMovement.objects.bulk_create([_received(lot, nurse, at) for lot in made])
        for route in product.routes:
            lots.setdefault(route, made)
    return lots


def _lot(product: Product, number: int, at: datetime) -> StockLot:
    return StockLot(
        practice_id=product.practice_id,
        product=product,
        lot_number=f"{product.name[:3].upper()}{number:04}",
        expires_on=(at + timedelta(days=3000)).date(),
        location="Safe A",
        balance_mg=RECEIVED_MG,
        movements=1,
        received_at=at,
    )


def _received(lot: StockLot, nurse: Membership, at: datetime) -> StockMovement:
    return StockMovement(
        lot=lot,
        number=1,
        what=StockMovement.What.RECEIVE,
        change_mg=RECEIVED_MG,
        before_mg=Decimal(0),
        after_mg=RECEIVED_MG,
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
