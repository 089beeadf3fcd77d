"""Stock by lot, and the append-only ledger of its movements."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from common.fields import ExactDecimalField
from common.records import EventRecord, Privacy, Record, RecordKind
from dosing.models.formulary import PracticeScoped

SOON = timedelta(days=90)


class LotQuerySet(PracticeScoped):
    def with_product(self):
        return self.select_related("product")

    def in_stock(self):
        return self.filter(balance_mg__gt=0)

    def usable_on(self, day):
        """Lots in stock that have not expired on `day`: those with something open, then the next to expire."""
        from dosing.models.containers import StockContainer

        is_open = models.Exists(StockContainer.objects.opened().filter(lot=models.OuterRef("pk")))
        rows = self.in_stock().filter(expires_on__gte=day).with_product().annotate(is_open=is_open)
        return rows.order_by("-is_open", "expires_on", "lot_number", "id")

    def expiring(self, day):
        """Lots in stock that expire within 90 days of `day`."""
        return self.in_stock().filter(expires_on__gte=day, expires_on__lte=day + SOON)

    def expired(self, day):
        """Lots that are still in stock although they have expired."""
        return self.in_stock().filter(expires_on__lt=day)

    def in_order(self):
        return self.with_product().order_by("product__name", "expires_on", "lot_number", "id")

    def in_stock_by_product(self):
        """Mg in stock of each product, by name: product__name, product__form, mg."""
        sums = self.order_by("product__name").values("product__name", "product__form")
        return list(sums.annotate(mg=models.Sum("balance_mg")))

    def of_kind(self, kind: str, day):
        """The rows behind one choice of the list's filter."""
        choices = {
            "expiring": lambda: self.expiring(day),
            "expired": lambda: self.expired(day),
            "empty": lambda: self.filter(balance_mg=0),
            "all": lambda: self,
        }
        return choices.get(kind, self.in_stock)()


class StockMovementQuerySet(models.QuerySet):
    def visible_to(self, actor):
        from accounts.roles import Permission

        if actor is None or not actor.can(Permission.VIEW_STOCK):
            return self.none()
        return self.filter(lot__practice_id=actor.practice_id)

    def of_lot(self, lot):
        """The ledger of a lot, the latest movement first, with the people it names."""
        return self.filter(lot=lot).with_names().order_by("-number")

    def of_container(self, container):
        """The ledger of one container, the latest movement first, with the doses and remainders behind it."""
        from dosing.models.giving import Remainder

        rests = Remainder.objects.select_related("recorded_by__user", "witness__user").order_by("occurred_at")
        rows = self.filter(container=container).with_names().order_by("-container_number")
        return rows.prefetch_related(models.Prefetch("draw__remainders", queryset=rests))

    def with_names(self):
        people = ("recorded_by__user", "witness__user", "draw__drawn_by__user")
        return self.select_related(*people, "pair__lot", "arrival__lot", "lot", "container__product")


class StockLot(Record):
    """What is left of one lot in one place. Only the ledger's actions change `balance_mg` (R60, R61)."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(operational="id practice product lot_number expires_on location balance_mg movements received_at")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="lots")
    product = models.ForeignKey("dosing.Product", on_delete=models.PROTECT, related_name="lots")
    lot_number = models.CharField(max_length=40)
    expires_on = models.DateField()
    location = models.CharField(max_length=60)
    balance_mg = ExactDecimalField(places=3, default=0)
    movements = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()

    objects = LotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(balance_mg__gte=0), name="stock_never_negative"),
            models.UniqueConstraint(fields=["practice", "product", "lot_number", "location"], name="lot_once"),
        ]
        indexes = [models.Index(fields=["practice", "product", "expires_on"], name="lot_to_use")]

    @property
    def balance_amount(self):
        """The balance in mL or units."""
        return self.product.amount_of(self.balance_mg)

    def expiry_on(self, day) -> str:
        """'expired', 'soon' (within 90 days) or 'good' on that day."""
        if self.expires_on < day:
            return "expired"
        return "soon" if self.expires_on <= day + SOON else "good"

    def __str__(self):
        return f"{self.product} · lot {self.lot_number}"


class StockMovement(EventRecord):
    """One change of one container's and its lot's balance, with both before and after; numbered without gaps for each.

    A delivery is one row for all the containers that came with it: `containers` says how many.
    """

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " lot number what change_mg before_mg after_mg containers container "
        "container_number container_before_mg container_after_mg draw pair discrepancy witness supplier supplier_dea "
        "invoice note"
    )

    class What(models.TextChoices):
        RECEIVE = "receive", "Received"
        DRAW = "draw", "Drawn"
        RETURN = "return", "Returned to stock"
        MOVE_OUT = "out", "Moved to another place"
        MOVE_IN = "in", "Moved here"
        WASTE = "waste", "Wasted from stock"
        DESTROY = "destroy", "Handed over for destruction"
        ADJUST = "adjust", "Corrected after a discrepancy"
        LOSS = "loss", "Lost or stolen"

    lot = models.ForeignKey(StockLot, on_delete=models.PROTECT, related_name="ledger")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=8, choices=What.choices)
    change_mg = ExactDecimalField(places=3)
    before_mg = ExactDecimalField(places=3)
    after_mg = ExactDecimalField(places=3)
    containers = models.PositiveIntegerField("containers received", null=True)
    container = models.ForeignKey("dosing.StockContainer", on_delete=models.PROTECT, related_name="ledger", null=True)
    container_number = models.PositiveIntegerField(null=True)
    container_before_mg = ExactDecimalField(places=3, null=True)
    container_after_mg = ExactDecimalField(places=3, null=True)
    draw = models.ForeignKey("dosing.Draw", on_delete=models.PROTECT, related_name="movements", null=True)
    pair = models.OneToOneField("self", on_delete=models.PROTECT, related_name="arrival", null=True)
    discrepancy = models.ForeignKey(
        "dosing.Discrepancy", on_delete=models.PROTECT, related_name="corrections", null=True
    )
    witness = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    supplier = models.CharField(max_length=120, blank=True)
    supplier_dea = models.CharField("supplier's DEA number", max_length=16, blank=True)
    invoice = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = StockMovementQuerySet.as_manager()

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.UniqueConstraint(fields=["lot", "number"], name="movement_numbered_once"),
            models.CheckConstraint(condition=Q(after_mg=F("before_mg") + F("change_mg")), name="movement_adds_up"),
            models.CheckConstraint(condition=Q(after_mg__gte=0, before_mg__gte=0), name="movement_not_negative"),
            models.UniqueConstraint(fields=["container", "container_number"], name="movement_of_container_once"),
            models.CheckConstraint(
                condition=Q(container=None, container_number=None, container_before_mg=None, container_after_mg=None)
                | Q(
                    container__isnull=False,
                    container_number__gt=0,
                    container_before_mg__gte=0,
                    container_after_mg__gte=0,
                    container_after_mg=F("container_before_mg") + F("change_mg"),
                ),
                name="movement_adds_up_in_its_container",
            ),
            models.CheckConstraint(
                condition=Q(containers=None) | Q(what="receive", container=None, containers__gt=0),
                name="movement_of_a_delivery",
            ),
            models.CheckConstraint(
                condition=Q(what__in=["receive", "return", "in"], change_mg__gt=0)
                | Q(what__in=["draw", "out", "waste", "destroy", "loss"], change_mg__lt=0)
                | (Q(what="adjust") & ~Q(change_mg=0)),
                name="movement_direction",
            ),
            models.CheckConstraint(
                condition=~Q(what__in=["waste", "destroy"]) | Q(witness__isnull=False), name="movement_has_a_witness"
            ),
            models.CheckConstraint(
                condition=Q(witness=None) | ~Q(witness=F("recorded_by")), name="movement_witness_is_another"
            ),
            models.CheckConstraint(
                condition=~Q(what__in=["adjust", "loss"]) | Q(discrepancy__isnull=False),
                name="movement_names_its_discrepancy",
            ),
            models.CheckConstraint(condition=~Q(what="in") | Q(pair__isnull=False), name="movement_names_its_pair"),
            models.CheckConstraint(
                condition=~Q(what__in=["draw", "return"]) | Q(draw__isnull=False),
                name="movement_names_its_draw",
            ),
        ]
