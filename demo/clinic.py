"""The made-up practice: people who work there, their sign-ins, products, stock and rooms, made through actions."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounts.actions import add_staff, open_practice
from accounts.actor import Actor, system_actor
from accounts.models import Membership, Practice
from accounts.roles import Role
from assessments.actions import set_on_call
from common.clinical import Route
from dosing.actions import receive_stock
from dosing.models import Product, StockLot
from sessions_app.actions import add_room
from sessions_app.models import Room

PASSWORD = "quiet harbor lantern"  # noqa: S105  (made-up people on this machine only; printed at the start)
STAFF = (
    ("Dr. Helena Marsh", "MD", "HM", "prescriber@demo.invalid", (Role.PRESCRIBER,)),
    ("Dr. Omar Haddad", "MD", "OH", "prescriber2@demo.invalid", (Role.PRESCRIBER,)),
    ("Ruth Calloway", "RN", "RC", "nurse@demo.invalid", (Role.NURSE,)),
    ("Miguel Santos", "RN", "MS", "nurse2@demo.invalid", (Role.NURSE,)),
    ("Tessa Lindholm", "LCSW", "TL", "therapist@demo.invalid", (Role.THERAPIST,)),
    ("Daniel Roth", "PhD", "DR", "therapist2@demo.invalid", (Role.THERAPIST,)),
    ("Grace Oyelaran", "", "GO", "admin@demo.invalid", (Role.ADMIN,)),
    ("Peter Vance", "PharmD", "PV", "compliance@demo.invalid", (Role.COMPLIANCE,)),
)
MORE_ROOMS = ("Alcove", "Cedar", "Garden", "Harbor", "North")
ON_CALL = ((Role.PRESCRIBER, 1), (Role.NURSE, 1), (Role.THERAPIST, 0))
PRODUCT_FOR = {
    Route.IV: "Ketalar 50 mg/mL",
    Route.IM: "Ketalar 50 mg/mL",
    Route.SC: "Ketalar 50 mg/mL",
    Route.IN_RACEMIC: "Compounded ketamine nasal",
    Route.ESK: "Spravato",
    Route.SL: "Compounded ketamine troche",
    Route.PO: "Compounded ketamine capsule",
}


@dataclass
class DemoClinic:
    """The practice and its Actors. `lots` maps a route to the lot in use, `later` holds stories that go on.

    The first waste after `alone_from` has no witness.
    """

    practice: Practice
    people: dict[Role, list[Actor]] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    lots: dict[str, StockLot] = field(default_factory=dict)
    rooms: list[Room] = field(default_factory=list)
    later: list = field(default_factory=list)
    alone_from: datetime | None = None
    departures: int = 0

    def one(self, role: Role, number: int = 0) -> Actor:
        people = self.people[role]
        return people[number % len(people)]

    def day_of(self, moment: datetime) -> date:
        """By the practice's own calendar."""
        return moment.astimezone(ZoneInfo(self.practice.time_zone)).date()


def open_demo_practice(at: datetime) -> DemoClinic:
    """The practice with everybody signed up; all share PASSWORD, which is theirs to keep."""
    practice = open_practice(
        name="Port Alder Ketamine Therapy",
        time_zone="America/New_York",
        at=at,
        phone="555 0100",
        address="12 Harbor Road, Port Alder, ME",
        dea_number="BP1234563",
    )
    clinic = DemoClinic(practice)
    setup = system_actor("load_demo", practice.pk)
    for name, credentials, initials, email, roles in STAFF:
        add_staff(
            by=setup,
            at=at,
            email=email,
            full_name=name,
            credentials=credentials,
            initials=initials,
            roles=roles,
            password=PASSWORD,
        )
    for membership in (
        Membership.objects.of_practice(practice.pk).select_related("practice").order_by("joined_at", "pk")
    ):
        for role in membership.roles:
            clinic.people.setdefault(role, []).append(as_actor(membership))
    for actors in clinic.people.values():
        actors.sort(key=lambda actor: actor.user.email)
    clinic.products = {product.name: product for product in Product.objects.filter(practice=practice)}
    clinic.rooms = list(Room.objects.filter(practice=practice).order_by("name"))
    clinic.rooms += [add_room(by=clinic.one(Role.ADMIN), at=at, name=name) for name in MORE_ROOMS]
    on_call = [clinic.one(role, number).membership_id for role, number in ON_CALL]
    set_on_call(by=clinic.one(Role.ADMIN), at=at, people=on_call, step_minutes=15, contact_minutes=60)
    return clinic


def as_actor(membership: Membership) -> Actor:
    return Actor(
        user_id=membership.user_id,
        membership_id=membership.pk,
        practice_id=membership.practice_id,
        name=membership.user.full_name,
        roles=membership.roles,
        membership=membership,
        user_agent="load_demo",
    )


def product_for(clinic: DemoClinic, route: str) -> Product:
    start = PRODUCT_FOR[Route(route)]
    return next(product for name, product in clinic.products.items() if name.startswith(start))


def fill_the_safe(clinic: DemoClinic, at: datetime, month: int) -> None:
    """A delivery of each product: enough for the months to come; the newest lot is used from then on."""
    amounts = {
        "Ketalar 50": 20000,
        "Spravato": 8400,
        "Compounded ketamine nasal": 6000,
        "troche": 20000,
        "capsule": 12000,
    }
    packs = {"Compounded ketamine nasal": 6, "troche": 10, "capsule": 8}  # of what differs from delivery to delivery
    made: dict[str, StockLot] = {}
    for route in Route:
        product = product_for(clinic, route)
        if product.name not in made:
            amount = next(value for key, value in amounts.items() if key in product.name)
            made[product.name] = receive_stock(
                by=clinic.one(Role.NURSE, month),
                at=at,
                product_id=product.pk,
                lot_number=f"{product.name[:2].upper()}{at:%y%m}{month}A",
                expires_on=_expiry(at, product, month),
                location="Safe A" if month % 2 == 0 else "Safe B",
                amount_mg=_whole(product, amount),
                containers=next((number for key, number in packs.items() if key in product.name), None),
                supplier="Northeast Specialty Pharmacy",
                supplier_dea="RN0123456",
                invoice=f"INV-{at:%Y%m}-{month}",
            )
        clinic.lots[route] = made[product.name]


def _whole(product: Product, amount: int) -> Decimal:
    mg = Decimal(amount)
    return mg - mg % product.unit_mg if product.unit_mg else mg


def _expiry(at: datetime, product: Product, month: int) -> date:
    return (at + timedelta(days=240 if product.is_compounded else 540 + 30 * month)).date()
