"""Products a practice uses, and its own dose limits per route."""

from django.db import models
from django.db.models import Q

from accounts.models.versions import SettingVersion
from common.clinical import Route
from common.fields import ExactDecimalField
from common.records import Privacy, Record, RecordKind

MEASURES = {"device": "devices", "troche": "troches", "capsule": "capsules"}
CONTAINERS = {
    "solution": "vial",
    "nasal": "bottle",
    "device": "device",
    "troche": "pack",
    "capsule": "bottle",
    "oral": "bottle",
}


class PracticeScoped(models.QuerySet):
    """Rows of the actor's practice, when the actor may see stock."""

    def visible_to(self, actor):
        from accounts.roles import Permission

        if actor is None or not actor.can(Permission.VIEW_STOCK):
            return self.none()
        return self.filter(practice_id=actor.practice_id)


class ProductQuerySet(PracticeScoped):
    def in_use(self):
        return self.filter(is_active=True).order_by("name")

    def for_route(self, route: str) -> list:
        """Products in use for a route, by name (the routes are a short JSON list, so Python sorts them out)."""
        return [product for product in self.in_use() if route in product.routes]


class Product(Record):
    """A ketamine or esketamine product. Strengths are of base. Liquids have mg/mL, others mg per unit (KAP-PROD)."""

    kind = RecordKind.REFERENCE
    privacy = Privacy(
        operational="id practice name form concentration_mg_per_ml unit_mg pack container_amount ndc is_compounded "
        "pharmacy is_esketamine schedule routes is_active"
    )

    class Form(models.TextChoices):
        SOLUTION = "solution", "Solution for injection"
        NASAL_SOLUTION = "nasal", "Nasal solution"
        DEVICE = "device", "Nasal spray device"
        TROCHE = "troche", "Troche or dissolving tablet"
        CAPSULE = "capsule", "Capsule"
        ORAL_SOLUTION = "oral", "Oral solution"

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="products")
    name = models.CharField(max_length=120)
    form = models.CharField(max_length=10, choices=Form.choices)
    concentration_mg_per_ml = ExactDecimalField("concentration in mg/mL", places=3, null=True, blank=True)
    unit_mg = ExactDecimalField("mg in one unit", places=3, null=True, blank=True)
    pack = models.CharField(max_length=60, blank=True, help_text="Such as: 10 mL vial, 10 in a carton.")
    container_amount = ExactDecimalField(
        "one container holds",
        places=3,
        null=True,
        blank=True,
        help_text="mL or units in one vial, bottle, pack or device; empty where it differs from delivery to delivery.",
    )
    ndc = models.CharField("NDC", max_length=13, blank=True)
    is_compounded = models.BooleanField(default=False)
    pharmacy = models.CharField("compounding pharmacy", max_length=120, blank=True)
    is_esketamine = models.BooleanField(default=False)
    schedule = models.CharField(max_length=5, default="CIII")
    routes = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(concentration_mg_per_ml__gt=0, unit_mg=None)
                | Q(concentration_mg_per_ml=None, unit_mg__gt=0),
                name="product_has_one_strength",
            ),
            models.CheckConstraint(
                condition=Q(container_amount=None) | Q(container_amount__gt=0), name="product_container_holds_something"
            ),
            models.UniqueConstraint(fields=["practice", "name"], name="product_name_once"),
            models.CheckConstraint(
                condition=Q(form__in=["solution", "nasal", "device", "troche", "capsule", "oral"]),
                name="product_form_known",
            ),
        ]

    @property
    def is_liquid(self) -> bool:
        return self.concentration_mg_per_ml is not None

    @property
    def mg_in_one(self):
        """Mg of base in one mL or one unit."""
        return self.concentration_mg_per_ml if self.is_liquid else self.unit_mg

    @property
    def measure(self) -> str:
        """What an amount of it is counted in: mL, devices, troches, capsules."""
        return "mL" if self.is_liquid else MEASURES.get(self.form, "units")

    @property
    def container_word(self) -> str:
        """What one container of it is called: vial, bottle, pack or device."""
        return CONTAINERS[self.form]

    @property
    def container_mg(self):
        """Mg of base in one container, or None where it differs from delivery to delivery."""
        return None if self.container_amount is None else self.mg_of(self.container_amount)

    def mg_of(self, amount):
        """Mg of base in so many mL or units, exact."""
        return amount * self.mg_in_one

    def amount_of(self, mg):
        """The mL or units that hold so many mg; not rounded."""
        return mg / self.mg_in_one

    def __str__(self):
        return self.name


class RouteLimit(SettingVersion):
    """A practice's limits for one route, one version; the newest version counts, old ones stay (KAP-LIM-*).

    `values` holds the columns of `dosing.limits.RouteLimits` as decimal strings.
    """

    privacy = Privacy(operational="id practice route version values source set_at set_by note")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="limits")
    route = models.CharField(max_length=10, choices=[*Route.choices, ("ALL", "All routes")])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "route", "version"], name="limit_version_once"),
            models.CheckConstraint(condition=Q(route__in=[*Route.values, "ALL"]), name="limit_route_known"),
        ]
