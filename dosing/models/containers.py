"""Every single vial, bottle, pack or device in stock: what it holds, where it lies, since when it is open (R60)."""

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Window
from django.db.models.functions import RowNumber

from common.fields import ExactDecimalField
from common.records import Privacy, Record, RecordKind
from dosing.models.formulary import PracticeScoped

OPENED_FIRST = (F("opened_at").asc(nulls_last=True), "number")


class ContainerQuerySet(PracticeScoped):
    def in_stock(self):
        return self.filter(balance_mg__gt=0)

    def opened(self):
        return self.in_stock().filter(opened_at__isnull=False)

    def unopened(self):
        return self.in_stock().filter(opened_at=None)

    def to_take(self, lot):
        """What is taken from first stands first: what is open, then by number."""
        return self.in_stock().filter(lot=lot).order_by(*OPENED_FIRST)

    def first_of_each_lot(self, lots, most: int):
        """The first `most` of each lot in the order in which they are taken. One query."""
        place = Window(RowNumber(), partition_by=F("lot_id"), order_by=OPENED_FIRST)
        rows = self.in_stock().filter(lot__in=lots).annotate(place=place)
        return rows.filter(place__lte=most).order_by("lot_id", *OPENED_FIRST)

    def in_order(self):
        """What is in stock first, the opened ones before the others; each with what emptied it."""
        from dosing.models.stock import StockMovement

        last = StockMovement.objects.filter(container=OuterRef("pk")).order_by("-container_number").values("what")[:1]
        emptied = models.Case(models.When(balance_mg=0, then=1), default=0)
        return self.annotate(last_what=Subquery(last)).order_by(emptied, *OPENED_FIRST)


class StockContainer(Record):
    """One container of a lot. Only the ledger's actions change it; `lot` is where it lies now.

    `number` counts within the practice's product and lot number, so that the label stays when it is moved.
    `full_mg` is what one like it holds, `received_mg` what it held when it came into the ledger: the same for a
    delivery, 0 for one that a count found. More than `full_mg` may be in it, since vials are overfilled.
    """

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id practice product lot_number lot number full_mg received_mg balance_mg movements opened_at "
        "receipt"
    )

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("dosing.Product", on_delete=models.PROTECT, related_name="+")
    lot_number = models.CharField(max_length=40)
    lot = models.ForeignKey("dosing.StockLot", on_delete=models.PROTECT, related_name="containers", db_index=False)
    number = models.PositiveIntegerField()
    full_mg = ExactDecimalField(places=3)
    received_mg = ExactDecimalField(places=3)
    balance_mg = ExactDecimalField(places=3)
    movements = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    receipt = models.ForeignKey(
        "dosing.StockMovement", on_delete=models.PROTECT, related_name="received_containers", null=True
    )

    objects = ContainerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(balance_mg__gte=0, received_mg__gte=0, full_mg__gt=0), name="container_never_negative"
            ),
            models.UniqueConstraint(
                fields=["practice", "product", "lot_number", "number"], name="container_numbered_once"
            ),
        ]
        indexes = [models.Index(fields=["lot", "balance_mg"], name="container_of_lot")]

    @property
    def is_unopened(self) -> bool:
        return self.opened_at is None and self.balance_mg > 0

    @property
    def label(self) -> str:
        return f"{self.product.container_word} {self.number}"

    def amount(self, mg):
        return self.product.amount_of(mg)

    def __str__(self):
        return f"{self.label} of lot {self.lot_number}"
