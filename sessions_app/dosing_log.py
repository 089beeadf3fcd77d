"""The dispensing log an inspector asks for: one line for each amount drawn, by day (clinical.md 5)."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from common.chunks import by_the_chunk
from common.csv_safe import csv_lines
from dosing.containers import labels_of
from dosing.models import Administration, DosingRecord, Draw, Remainder, StockMovement
from dosing.proposed_dose import show

HEADINGS = (
    "Practice",
    "Practice DEA number",
    "Date",
    "Time",
    "Time zone",
    "Patient",
    "MRN",
    "Patient address",
    "Prescriber",
    "Prescriber DEA number",
    "Product",
    "Form",
    "Strength",
    "Schedule",
    "NDC or compounded",
    "Lot",
    "Container",
    "Lot expires",
    "Route",
    "Ordered mg",
    "Drawn mL",
    "Drawn mg",
    "Given mg",
    "Wasted mg",
    "Waste reason",
    "Waste method",
    "Returned mg",
    "Not accounted for mg",
    "Lot balance before mg",
    "Lot balance after mg",
    "Given by",
    "Initials",
    "Verified by",
    "Witness",
    "Late entry",
    "Reviewed by",
    "Reviewed at",
    "Record",
)


class LogFile:
    """The log of these records; read in chunks, so that its size does not matter."""

    def __init__(self, records: QuerySet[DosingRecord], practice, draws: QuerySet[Draw] | None = None):
        self.practice = practice
        self.zone = ZoneInfo(practice.time_zone)
        if draws is None:
            draws = Draw.objects.filter(dosing_record__in=records.order_by().values("pk"))
        self.draws = draws

    def count(self) -> int:
        return self.draws.count()

    def lines(self) -> Iterator[str]:
        return csv_lines(HEADINGS, self.rows())

    def rows(self) -> Iterator[tuple]:
        return map(self._row, by_the_chunk(self.draws.order_by("drawn_at", "id"), _whole_draws()))

    def _row(self, draw: Draw) -> tuple:
        record, product = draw.dosing_record, draw.lot.product
        prescriber = record.order.signed_by
        return (
            self.practice.name,
            self.practice.dea_number,
            *self._moment(draw.drawn_at),
            record.patient.legal_name,
            record.patient.mrn,
            record.patient.address,
            str(prescriber.user),
            prescriber.dea_number,
            product.name,
            product.get_form_display(),
            f"{show(product.mg_in_one)} mg/mL" if product.is_liquid else f"{show(product.mg_in_one)} mg each",
            product.schedule,
            _source(product),
            draw.lot.lot_number,
            labels_of(draw.movements.all()),
            draw.lot.expires_on.isoformat(),
            record.get_route_display(),
            record.ordered_mg,
            draw.drawn_ml,
            draw.drawn_mg,
            draw.given_mg,
            draw.wasted_mg,
            *_waste(draw.remainders.all()),
            draw.returned_mg,
            draw.outstanding_mg,
            *_balance(draw.movements.all()),
            *_people(draw),
            *self._review(record),
            str(record.pk),
        )

    def _moment(self, moment: datetime) -> tuple[str, str, str]:
        local = moment.astimezone(self.zone)
        return f"{local:%Y-%m-%d}", f"{local:%H:%M}", str(local.tzname())

    def _review(self, record: DosingRecord) -> tuple[str, str]:
        review = getattr(getattr(record, "session", None), "review", None)
        if review is None:
            return "", ""
        local = review.recorded_at.astimezone(self.zone)
        return review.recorded_by.user.full_name, f"{local:%Y-%m-%d %H:%M}"


def _whole_draws() -> QuerySet[Draw]:
    """Draws with everything a line tells; four queries for a chunk."""
    rows = Draw.objects.select_related(
        "lot__product",
        "dosing_record__patient",
        "dosing_record__order__signed_by__user",
        "dosing_record__session__review__recorded_by__user",
    ).defer("dosing_record__session__intention", "dosing_record__session__review__note")
    given = Administration.objects.select_related("given_by__user", "verified_by__user")
    drawn = StockMovement.objects.filter(what=StockMovement.What.DRAW).select_related("container__product")
    return rows.prefetch_related(
        Prefetch("administrations", queryset=given.order_by("number")),
        Prefetch("remainders", queryset=Remainder.objects.select_related("witness__user").order_by("occurred_at")),
        Prefetch("movements", queryset=drawn.order_by("number")),
    )


def _source(product) -> str:
    """The NDC, or who compounded it; its lot and beyond-use date are those of the lot."""
    if not product.is_compounded:
        return product.ndc
    return f"compounded by {product.pharmacy}" if product.pharmacy else "compounded"


def _waste(remainders) -> tuple[str, str]:
    wasted = [row for row in remainders if row.what != Remainder.What.RETURN]
    return "; ".join(row.reason for row in wasted), "; ".join(row.method for row in wasted)


def _balance(movements) -> tuple:
    """The lot's balance before the first and after the last of what was drawn together."""
    taken = list(movements)
    return (taken[0].before_mg, taken[-1].after_mg) if taken else (None, None)


def _people(draw: Draw) -> tuple[str, str, str, str, str]:
    """Given by, initials, verified by, witness, why late."""
    given = list(draw.administrations.all())
    remainders = list(draw.remainders.all())
    late = [row.late_reason for row in (*given, *remainders) if row.late_reason]
    return (
        _names(row.given_by for row in given),
        "; ".join(dict.fromkeys(row.given_by.initials for row in given)),
        _names(row.verified_by for row in given if row.verified_by_id),
        _names(row.witness for row in remainders if row.witness_id),
        "; ".join(late),
    )


def _names(members) -> str:
    return "; ".join(dict.fromkeys(member.user.full_name for member in members))
