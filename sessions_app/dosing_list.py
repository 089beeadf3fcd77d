"""The list of dosing records: one page of rows in a fixed number of queries, however many records there are."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from accounts.actor import Actor
from accounts.models import Membership
from dosing.models import Administration, DosingRecord, Product
from dosing.models.record import EXCEPTION
from sessions_app.dosing_filters import SORTS, chosen
from sessions_app.dosing_scope import dosing_records_of
from sessions_app.keyset import Slice, slice_of
from sessions_app.models import ReviewQuestion

PER_PAGE = 25
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Row:
    record: DosingRecord
    lots: tuple[str, ...]
    givers: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]
    review: tuple[str, str]


@dataclass(frozen=True)
class DosingList:
    rows: list[Row]
    previous_cursor: str
    next_cursor: str
    count_words: str

    @property
    def patient_ids(self) -> list:
        return [row.record.patient_id for row in self.rows]


def choices_for(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """Products and people of the practice to filter by, also those of the past. Two queries."""
    products = Product.objects.filter(practice_id=actor.practice_id).order_by("name")
    people = Membership.objects.of_practice(actor.practice_id).order_by("user__full_name", "pk")
    return {
        "product": [(str(row.pk), row.name) for row in products.only("name")],
        "staff": [(str(row.pk), row.user.full_name) for row in people],
    }


def chosen_records(actor: Actor, wanted: dict) -> QuerySet[DosingRecord]:
    return chosen(dosing_records_of(actor), wanted, actor.practice.time_zone)


def dosing_list(actor: Actor, wanted: dict, cursor: str = "") -> DosingList:
    """One page of 25 in the order asked for; with `exceptions_first` those come before the others."""
    records = chosen_records(actor, wanted)
    page = _page(records, wanted, cursor)
    rows = [_row(record) for record in _whole(page.ids)]
    return DosingList(rows, page.previous_cursor, page.next_cursor, _count_words(records))


def no_records(words: str = "") -> DosingList:
    """What a filter that cannot be read shows."""
    return DosingList([], "", "", words)


def _page(records: QuerySet, wanted: dict, cursor: str) -> Slice:
    _, column, descending = SORTS[wanted.get("sort") or "newest"]
    segments = [records.filter(EXCEPTION), records.exclude(EXCEPTION)] if wanted.get("exceptions_first") else [records]
    return slice_of(segments, column, descending=descending, cursor=cursor, size=PER_PAGE)


def _whole(ids: list) -> list[DosingRecord]:
    """These records with everything a row names, in the same order. Two queries."""
    given = Administration.objects.select_related("given_by__user").order_by("number")
    rows = DosingRecord.objects.select_related("patient", "product", "session").defer("staff_ids", "session__intention")
    asked = ReviewQuestion.objects.open().filter(session__dosing_record_id=OuterRef("pk"))
    rows = rows.with_running().annotate(is_asked=Exists(asked))
    found = rows.prefetch_related(Prefetch("administrations", queryset=given)).in_bulk(ids)
    return [found[pk] for pk in ids]


def _count_words(records: QuerySet) -> str:
    """How many there are; counting stops at 1,000, since nobody pages through more."""
    number = records.order_by()[: MOST_COUNTED + 1].count()
    if number > MOST_COUNTED:
        return f"more than {MOST_COUNTED:,} records"
    return f"{number:,} record{'' if number == 1 else 's'}"


def _row(record: DosingRecord) -> Row:
    givers = dict.fromkeys(given.given_by.user.full_name for given in record.administrations.all())
    return Row(
        record=record,
        lots=tuple(record.lot_numbers.split()),
        givers=tuple(givers),
        flags=flags_of(record),
        review=review_chip(record),
    )


def flags_of(record: DosingRecord) -> tuple[tuple[str, str], ...]:
    """(kind, words) of each mark that a reviewer has to look at; the record is annotated with `is_running`."""
    marks = (
        (record.is_above_order, "critical", "Above order"),
        (record.is_running, "info", "Infusion running"),
        (record.has_open_remainder and not record.is_running, "critical", "Remainder open"),
        (record.has_unwitnessed_waste, "critical", "Witness missing"),
        (record.is_limit_overridden, "caution", "Limit overridden"),
        (record.has_vitals_gap, "caution", "Reading not taken"),
        (record.has_corrected_time, "caution", "Dose time corrected"),
        (record.has_late_entry, "caution", "Late entry"),
    )
    return tuple((kind, words) for is_set, kind, words in marks if is_set)


def review_chip(record: DosingRecord) -> tuple[str, str]:
    """(kind, words): reviewed, waiting for review, or not signed yet."""
    if record.reviewed_at is not None:
        return "done", "Reviewed"
    if getattr(record, "is_asked", False):
        return "info", "Question asked"
    session = getattr(record, "session", None)
    if session is None or session.signed_at is None:
        return "neutral", "Not signed yet"
    return "waiting", "Review due"
