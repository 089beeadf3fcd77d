"""Counting the stock, and what does not agree: blind counts, discrepancies and how each was cleared up (R50)."""

from django.db import models
from django.db.models import F, Q

from common.fields import ExactDecimalField
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField
from dosing.models.formulary import PracticeScoped
from dosing.proposed_dose import show


class CountQuerySet(PracticeScoped):
    def newest_first(self):
        people = ("recorded_by__user", "second_counter__user")
        return self.select_related(*people).order_by("-occurred_at", "-id")


class StockCount(EventRecord):
    """One count of everything in one place, entered before the expected amounts are shown.

    `occurred_at` is when it was counted. An inventory names open or close of business and has two counters
    (21 CFR 1304.11).
    """

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS
        + " practice location occasion moment second_counter lots differences named "
        "found_besides"
    )

    class Occasion(models.TextChoices):
        OPENING = "opening", "Start of shift"
        CLOSING = "closing", "End of shift"
        SPOT = "spot", "Spot check"
        INITIAL = "initial", "Initial inventory"
        BIENNIAL = "biennial", "Biennial inventory"

    class Moment(models.TextChoices):
        OPEN = "open", "Open of business"
        CLOSE = "close", "Close of business"

    INVENTORIES = (Occasion.INITIAL, Occasion.BIENNIAL)

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="stock_counts")
    location = models.CharField(max_length=60)
    occasion = models.CharField(max_length=8, choices=Occasion.choices)
    moment = models.CharField(max_length=5, choices=Moment.choices, blank=True)
    second_counter = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    lots = models.PositiveIntegerField()
    differences = models.PositiveIntegerField()
    named = models.JSONField(default=list, help_text="Ids of open discrepancies that a closing count names.")
    found_besides = models.CharField("found besides", max_length=300, blank=True)

    objects = CountQuerySet.as_manager()

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(occasion__in=["opening", "closing", "spot", "initial", "biennial"]),
                name="count_occasion_known",
            ),
            models.CheckConstraint(
                condition=~Q(occasion__in=["initial", "biennial"])
                | (Q(second_counter__isnull=False) & Q(moment__in=["open", "close"])),
                name="inventory_has_two_counters_and_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(second_counter=None) | ~Q(second_counter=F("recorded_by")), name="counters_are_two_people"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-occurred_at", "-id"], name="count_newest"),
            models.Index(fields=["practice", "location", "-occurred_at"], name="count_of_place"),
        ]

    @property
    def is_inventory(self) -> bool:
        return self.occasion in self.INVENTORIES


class StockCountLine(Record):
    """One line of a count: what was found, what the ledger said at that moment, in mg of base.

    Of a lot there is a line for each opened container, which names it, and one for its unopened containers of each
    size: `size_mg` is what one of them holds.
    """

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id count lot container size_mg counted_mg expected_mg difference_mg")

    count = models.ForeignKey(StockCount, on_delete=models.PROTECT, related_name="lines")
    lot = models.ForeignKey("dosing.StockLot", on_delete=models.PROTECT, related_name="counted")
    container = models.ForeignKey("dosing.StockContainer", on_delete=models.PROTECT, related_name="counted", null=True)
    size_mg = ExactDecimalField(places=3, null=True)
    counted_mg = ExactDecimalField(places=3)
    expected_mg = ExactDecimalField(places=3)
    difference_mg = ExactDecimalField(places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count", "lot", "size_mg"], name="unopened_counted_once"),
            models.UniqueConstraint(fields=["count", "container"], name="container_counted_once"),
            models.CheckConstraint(condition=Q(container=None) | Q(size_mg=None), name="counted_is_opened_or_unopened"),
            models.CheckConstraint(
                condition=Q(counted_mg=F("expected_mg") + F("difference_mg"), counted_mg__gte=0, expected_mg__gte=0),
                name="count_line_adds_up",
            ),
        ]

    @property
    def what(self) -> str:
        """'vial 3' or 'unopened vials of 500 mg'."""
        return what_of(self)

    @property
    def counted_number(self):
        return self.counted_mg / self.size_mg if self.size_mg else None

    @property
    def expected_number(self):
        return self.expected_mg / self.size_mg if self.size_mg else None


def what_of(row) -> str:
    """Which container of the lot a count line or a discrepancy is about; empty for the whole lot."""
    if row.container_id:
        return row.container.label
    return f"unopened {row.lot.product.container_word}s of {show(row.size_mg)} mg" if row.size_mg else ""


class DiscrepancyQuerySet(PracticeScoped):
    def open(self):
        return self.filter(closed_at=None)

    def at_location(self, location: str):
        return self.filter(location=location)

    def overdue(self, day):
        return self.open().filter(due_on__lt=day)

    def with_names(self):
        people = ("opened_by__user", "owner__user", "closed_by__user")
        return self.select_related("lot__product", "container__product", *people)

    def most_pressing_first(self):
        return self.order_by(F("closed_at").desc(nulls_first=True), "due_on", "opened_at", "id")


class Discrepancy(Record):
    """Something about the drug that does not agree, until compliance closes it with a reason; then frozen.

    `difference_mg` is found less expected. Theft and significant loss are reported within one business day of their
    discovery (21 CFR 1301.76(b)): `due_on`.
    """

    kind = RecordKind.SIGNED
    frozen_by = "closed_at"
    privacy = Privacy(
        operational="id practice what location lot container size_mg draw expected_mg found_mg difference_mg opened_at "
        "opened_by owner due_on closed_at closed_by outcome closing_reason version"
    )

    class What(models.TextChoices):
        COUNT = "count", "Count differs"
        UNWITNESSED = "unwitnessed", "Wasted without a witness"
        FOUND = "found", "Found, not on record"

    class Outcome(models.TextChoices):
        MISCOUNTED = "miscounted", "Counted wrongly; the ledger is right"
        CORRECTED = "corrected", "Entered wrongly; the ledger was corrected"
        LOST = "lost", "Lost or stolen; reported to the DEA"
        EXPLAINED = "explained", "Explained otherwise, in the reason"

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="discrepancies")
    what = models.CharField(max_length=12, choices=What.choices)
    location = models.CharField(max_length=60)
    lot = models.ForeignKey("dosing.StockLot", on_delete=models.PROTECT, related_name="discrepancies", null=True)
    container = models.ForeignKey(
        "dosing.StockContainer", on_delete=models.PROTECT, related_name="discrepancies", null=True
    )
    size_mg = ExactDecimalField(places=3, null=True)
    draw = models.ForeignKey("dosing.Draw", on_delete=models.PROTECT, related_name="discrepancies", null=True)
    expected_mg = ExactDecimalField(places=3, null=True)
    found_mg = ExactDecimalField(places=3, null=True)
    difference_mg = ExactDecimalField(places=3, null=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    closing_reason = SealedTextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = DiscrepancyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["count", "unwitnessed", "found"]), name="discrepancy_what_known"
            ),
            models.CheckConstraint(
                condition=Q(difference_mg=None, what="found")
                | (Q(difference_mg=F("found_mg") - F("expected_mg")) & ~Q(difference_mg=0) & Q(lot__isnull=False)),
                name="discrepancy_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="") & ~Q(closed_by=F("opened_by"))),
                name="discrepancy_closed_by_another_with_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "due_on"], condition=Q(closed_at=None), name="discrepancy_open"),
            models.Index(fields=["practice", "-opened_at", "-id"], name="discrepancy_newest"),
            models.Index(fields=["lot", "-opened_at"], name="discrepancy_of_lot"),
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_overdue_on(self, day) -> bool:
        return self.is_open and self.due_on < day

    @property
    def about(self) -> str:
        """'vial 3', 'unopened vials of 500 mg' or nothing."""
        return what_of(self)

    def __str__(self):
        about = f", {self.about}" if self.about else ""
        return f"{self.get_what_display()}: {self.lot or self.location}{about}"


class DiscrepancyNote(EventRecord):
    """One step of looking into a discrepancy: a note, or a new owner."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " discrepancy text new_owner")

    discrepancy = models.ForeignKey(Discrepancy, on_delete=models.PROTECT, related_name="notes")
    text = SealedTextField()
    new_owner = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta(EventRecord.Meta):
        indexes = [models.Index(fields=["discrepancy", "recorded_at"], name="note_of_discrepancy")]
