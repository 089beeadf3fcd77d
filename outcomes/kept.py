"""How long a response lasts: from the score after the last session to the first later one that is no response any more.

Who is asked no more, or gets a further dose, is counted until the last score (KAP-OUT-KEPT).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from assessments.change import ChangeRule
from outcomes.arithmetic import Step, kaplan_meier
from outcomes.cohort import scores_of
from outcomes.measured import Measured
from outcomes.privacy import shown_steps
from sessions_app.models import Session

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Kept:
    """`steps` by week; `is_hidden` where too few people had a response for a report.

    `is_cut` where the last weeks are left out of a report, since fewer people were followed in them.
    """

    responders: int
    steps: tuple[Step, ...]
    is_hidden: bool
    is_cut: bool = False


def kept_of(scored: QuerySet[Session], measure: Measured, least: int, at: datetime) -> Kept | None:
    """Of every series whose last session ended in a response; None where response is not defined as a fall.

    One query, read row by row into a count by week.
    """
    limit = _limit(measure.rule)
    if limit is None:
        return None
    rows = (
        scored.filter(is_last=True, before__gt=0, after__isnull=False)
        .annotate(limit=limit)
        .filter(after__lte=F("limit"))
    )
    later = scores_of(measure).filter(
        patient_id=OuterRef("patient_id"),
        answered_at__gt=OuterRef("after_at"),
        answered_at__lt=OuterRef("ends_at"),
    )
    rows = rows.annotate(ends_at=Coalesce(F("next_at"), Value(at), output_field=DateTimeField())).annotate(
        lost_at=Subquery(later.filter(total__gt=OuterRef("limit")).order_by("answered_at").values("answered_at")[:1]),
        seen_at=Subquery(later.order_by("-answered_at").values("answered_at")[:1]),
    )
    followed: Counter = Counter()
    for after_at, lost_at, seen_at in rows.values_list("after_at", "lost_at", "seen_at").iterator():
        followed[_weeks(after_at, lost_at or seen_at or after_at), lost_at is not None] += 1
    number = followed.total()
    steps = tuple(kaplan_meier(followed.elements()))
    shown = shown_steps(steps, least)
    return Kept(number, shown, 0 < number < least, len(shown) < len(steps))


def _limit(rule: ChangeRule):
    """The highest score that is still a response, as the database works it out."""
    if not rule.lower_is_better:
        return None
    if rule.response_pct is not None:
        return F("before") * (100 - Decimal(rule.response_pct)) / 100
    return F("before") - rule.response_points if rule.response_points is not None else None


def _weeks(since: datetime, until: datetime) -> int:
    """Weeks begun: a score six days later belongs to week 1."""
    return -((since - until) // WEEK)
