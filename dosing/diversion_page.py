"""Whether the daily look was made in time, and the signs behind the filter."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from dosing.models import DiversionFinding, DiversionReport

MADE_BY = time(6)  # a report that is not there by then is itself a sign (R49)


@dataclass(frozen=True)
class WatchState:
    """`last` is the newest report or None; `is_late` that yesterday's is missing after six in the morning."""

    last: DiversionReport | None
    yesterday: date
    is_late: bool
    open_signs: int


def watch_state(actor, at: datetime) -> WatchState:
    """Two queries. `at` is shown in the practice's own time."""
    here = timezone.localtime(at)
    yesterday = here.date() - timedelta(days=1)
    last = DiversionReport.objects.visible_to(actor).order_by("-day").first()
    missing = last is None or last.day < yesterday
    return WatchState(
        last=last,
        yesterday=yesterday,
        is_late=missing and here.time() >= MADE_BY,
        open_signs=DiversionFinding.objects.visible_to(actor).open().count(),
    )


def signs_of(rows, wanted: dict):
    """The signs behind the filter; those not settled without a choice."""
    show = wanted.get("show") or "open"
    if show == "open":
        rows = rows.open()
    elif show == "settled":
        rows = rows.filter(settled_at__isnull=False)
    return rows.filter(pattern=wanted["pattern"]) if wanted.get("pattern") else rows
