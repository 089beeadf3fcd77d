"""The parts of the pack and their rows, read in chunks so that ten years need no more memory than a day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet

from common.chunks import by_the_chunk
from dosing.containers import labels_of
from dosing.models import Discrepancy, DosingRecord, Draw, Remainder, StockCountLine, StockMovement
from sessions_app.dosing_filters import midnight
from sessions_app.dosing_log import HEADINGS, LogFile

RECEIPTS = ("Date", "Time", "Product", "Lot", "Expires", "Place", "Supplier", "Supplier DEA number", "Invoice")
RECEIPTS += ("Containers", "Received mg", "Balance before mg", "Balance after mg", "Received by", "Late entry", "Row")
GONE = ("Date", "Time", "What", "Product", "Lot", "Place", "Container", "Amount mg", "Method, or taken by")
GONE += ("Form number", "Reason", "Recorded by", "Witness", "Late entry", "Row")
OTHER = ("Date", "Time", "What", "Product", "Lot", "Place", "Container", "Change mg", "Balance before mg")
OTHER += ("Balance after mg", "Container before mg", "Container after mg", "To or from", "Reason", "Recorded by", "Row")
COUNTS = ("Date", "Time", "Kind", "Business", "Place", "Product", "Lot", "Container", "Counted mg", "By the ledger mg")
COUNTS += ("Difference mg", "Counted by", "Second counter", "Row")
CASES = ("Opened", "What", "Place", "Product", "Lot", "Container", "Difference mg", "Opened by", "Due", "Closed")
CASES += ("Outcome", "Reason", "Closed by", "Row")


@dataclass(frozen=True)
class Wanted:
    """What the pack is about: a period (days of the practice, both included) and what it is narrowed to."""

    date_from: date
    date_to: date
    product: str = ""
    lot: str = ""
    location: str = ""
    staff: str = ""
    patient: str = ""


@dataclass(frozen=True)
class Section:
    """One part: `rows` are tuples of the headings' values; `short` are the columns that the PDF prints."""

    name: str
    title: str
    headings: tuple[str, ...]
    rows: Callable[[], Iterator[tuple]]
    count: int
    short: tuple[str, ...] = field(default=())


def sections_of(practice, wanted: Wanted) -> list[Section]:
    """Receipts, administration, waste and destruction, other movements, inventory, discrepancies."""
    read = _Reader(practice, wanted)
    log = LogFile(read.records(), practice, read.draws())
    short = ("Date", "Time", "Patient", "MRN", "Product", "Lot", "Drawn mg", "Given mg", "Wasted mg", "Given by")
    return [
        read.movements("receipts", "Receipts", ["receive"], RECEIPTS, read.receipt),
        Section("administration", "Administration", HEADINGS, log.rows, log.count(), (*short, "Witness")),
        read.wastes(),
        read.movements("other", "Other movements", ["return", "out", "in", "adjust", "loss"], OTHER, read.other),
        read.counts(),
        read.cases(),
    ]


def patients_in(practice, wanted: Wanted) -> int:
    """How many patients the pack names."""
    return _Reader(practice, wanted).draws().values("dosing_record__patient").distinct().count()


class _Reader:
    def __init__(self, practice, wanted: Wanted):
        self.practice, self.wanted = practice, wanted
        self.zone = ZoneInfo(practice.time_zone)
        self.since = midnight(wanted.date_from, self.zone)
        self.until = midnight(wanted.date_to + timedelta(days=1), self.zone)

    # Scopes

    def _of_lot(self, path: str) -> Q:
        asked = Q(**{f"{path}practice": self.practice})
        if self.wanted.product:
            asked &= Q(**{f"{path}product_id": self.wanted.product})
        if self.wanted.lot:
            asked &= Q(**{f"{path}lot_number__iexact": self.wanted.lot})
        if self.wanted.location:
            asked &= Q(**{f"{path}location": self.wanted.location})
        return asked

    def records(self) -> QuerySet[DosingRecord]:
        rows = DosingRecord.objects.filter(practice=self.practice)
        if self.wanted.staff:
            rows = rows.filter(staff_ids__contains=f" {self.wanted.staff} ")
        return rows.filter(patient_id=self.wanted.patient) if self.wanted.patient else rows

    def draws(self) -> QuerySet[Draw]:
        rows = Draw.objects.filter(self._of_lot("lot__"), drawn_at__gte=self.since, drawn_at__lt=self.until)
        return rows.filter(dosing_record__in=self.records().values("pk"))

    def _movements(self, kinds: list[str]) -> QuerySet[StockMovement]:
        rows = StockMovement.objects.filter(self._of_lot("lot__"), what__in=kinds)
        rows = rows.filter(occurred_at__gte=self.since, occurred_at__lt=self.until)
        if self.wanted.staff:
            rows = rows.filter(Q(recorded_by_id=self.wanted.staff) | Q(witness_id=self.wanted.staff))
        if self.wanted.patient:
            rows = rows.filter(draw__dosing_record__patient_id=self.wanted.patient)
        joined = ("lot__product", "container__product", "recorded_by__user", "witness__user")
        return rows.select_related(*joined, "pair__lot", "arrival__lot")

    # Parts

    def movements(self, name, title, kinds, headings, line) -> Section:
        rows = self._movements(kinds)
        return Section(name, title, headings, _reader(line, rows, "occurred_at"), rows.count(), headings[:-1])

    def receipt(self, row: StockMovement) -> tuple:
        lot = row.lot
        return (
            *self._moment(row.occurred_at),
            lot.product.name,
            lot.lot_number,
            lot.expires_on.isoformat(),
            lot.location,
            row.supplier,
            row.supplier_dea,
            row.invoice,
            row.containers,
            row.change_mg,
            row.before_mg,
            row.after_mg,
            row.recorded_by.user.full_name,
            row.late_reason,
            str(row.pk),
        )

    def other(self, row: StockMovement) -> tuple:
        beyond = row.pair or getattr(row, "arrival", None)
        return (
            *self._moment(row.occurred_at),
            row.get_what_display(),
            row.lot.product.name,
            row.lot.lot_number,
            row.lot.location,
            row.container.label if row.container else "",
            row.change_mg,
            row.before_mg,
            row.after_mg,
            row.container_before_mg,
            row.container_after_mg,
            beyond.lot.location if beyond else "",
            row.note,
            row.recorded_by.user.full_name,
            str(row.pk),
        )

    def wastes(self) -> Section:
        """What was left of doses, and what was wasted or handed over from stock."""
        left = Remainder.objects.filter(self._of_lot("draw__lot__"))
        left = left.filter(occurred_at__gte=self.since, occurred_at__lt=self.until)
        left = left.exclude(what=Remainder.What.RETURN).filter(draw__dosing_record__in=self.records().values("pk"))
        left = left.select_related("draw__lot__product", "recorded_by__user", "witness__user")
        drawn = StockMovement.objects.filter(what=StockMovement.What.DRAW).select_related("container__product")
        left = left.prefetch_related(Prefetch("draw__movements", queryset=drawn))
        stock = self._movements(["waste", "destroy"])

        of_doses, of_stock = (
            _reader(self._remainder, left, "occurred_at"),
            _reader(self._disposed, stock, "occurred_at"),
        )

        def read() -> Iterator[tuple]:
            return chain(of_doses(), of_stock())

        return Section("waste", "Waste and destruction", GONE, read, left.count() + stock.count(), GONE[:-1])

    def _remainder(self, row: Remainder) -> tuple:
        return (
            *self._moment(row.occurred_at),
            row.get_what_display(),
            *self._lot(row.draw.lot),
            labels_of(row.draw.movements.all()),
            row.amount_mg,
            row.method,
            "",
            row.reason,
            row.recorded_by.user.full_name,
            row.witness.user.full_name if row.witness_id else "NOBODY",
            row.late_reason,
            str(row.pk),
        )

    def _disposed(self, row: StockMovement) -> tuple:
        return (
            *self._moment(row.occurred_at),
            row.get_what_display(),
            *self._lot(row.lot),
            row.container.label if row.container else "",
            -row.change_mg,
            row.supplier,
            row.invoice,
            row.note,
            row.recorded_by.user.full_name,
            row.witness.user.full_name,
            row.late_reason,
            str(row.pk),
        )

    def counts(self) -> Section:
        rows = StockCountLine.objects.filter(
            self._of_lot("lot__"), count__occurred_at__gte=self.since, count__occurred_at__lt=self.until
        )
        if self.wanted.staff:
            rows = rows.filter(Q(count__recorded_by=self.wanted.staff) | Q(count__second_counter=self.wanted.staff))
        rows = rows.none() if self.wanted.patient else rows
        people = ("count__recorded_by__user", "count__second_counter__user")
        rows = rows.select_related("lot__product", "container__product", *people)
        read = _reader(self._counted, rows, "count__occurred_at")
        return Section("inventory", "Counts and inventories", COUNTS, read, rows.count(), COUNTS[:-1])

    def _counted(self, row: StockCountLine) -> tuple:
        count = row.count
        return (
            *self._moment(count.occurred_at),
            count.get_occasion_display(),
            count.get_moment_display() if count.moment else "",
            count.location,
            row.lot.product.name,
            row.lot.lot_number,
            row.what,
            row.counted_mg,
            row.expected_mg,
            row.difference_mg,
            count.recorded_by.user.full_name,
            count.second_counter.user.full_name if count.second_counter else "",
            str(row.pk),
        )

    def cases(self) -> Section:
        rows = Discrepancy.objects.filter(practice=self.practice, opened_at__gte=self.since, opened_at__lt=self.until)
        if self.wanted.product or self.wanted.lot:
            rows = rows.filter(self._of_lot("lot__"))
        if self.wanted.location:
            rows = rows.filter(location=self.wanted.location)
        if self.wanted.staff:
            rows = rows.filter(Q(opened_by=self.wanted.staff) | Q(closed_by=self.wanted.staff))
        if self.wanted.patient:
            rows = rows.filter(draw__dosing_record__patient_id=self.wanted.patient)
        rows = rows.with_names()
        read = _reader(self._case, rows, "opened_at")
        return Section("discrepancies", "Discrepancies", CASES, read, rows.count(), CASES[:-1])

    def _case(self, row: Discrepancy) -> tuple:
        return (
            " ".join(self._moment(row.opened_at)),
            row.get_what_display(),
            row.location,
            row.lot.product.name if row.lot else "",
            row.lot.lot_number if row.lot else "",
            row.about,
            row.difference_mg,
            row.opened_by.user.full_name,
            row.due_on.isoformat(),
            " ".join(self._moment(row.closed_at)) if row.closed_at else "OPEN",
            row.get_outcome_display() if row.outcome else "",
            row.closing_reason,
            row.closed_by.user.full_name if row.closed_by else "",
            str(row.pk),
        )

    def _lot(self, lot) -> tuple[str, str, str]:
        return lot.product.name, lot.lot_number, lot.location

    def _moment(self, moment: datetime) -> tuple[str, str]:
        local = moment.astimezone(self.zone)
        return f"{local:%Y-%m-%d}", f"{local:%H:%M}"


def _reader(line: Callable, rows: QuerySet, when: str) -> Callable[[], Iterator[tuple]]:
    """Reads the rows by time and makes a line of each."""
    return lambda: map(line, by_the_chunk(rows.order_by(when, "pk"), rows))


def words_of(wanted: Wanted, names: dict[str, str]) -> str:
    """The period and what it is narrowed to, in one line for the head of each page."""
    told = [f"{wanted.date_from.isoformat()} to {wanted.date_to.isoformat()}"]
    for name, label in LABELS.items():
        if value := getattr(wanted, name):
            told.append(f"{label}: {names.get(name) or value}")
    return " · ".join(told)


LABELS = {"product": "product", "lot": "lot", "location": "place", "staff": "staff", "patient": "patient"}
