"""Decides at which points of review a series stands, and finds the series that wait there."""

from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from dosing.models import DoseOrder, DosingRecord, OrderReviewPoint


def reviews_due(order: DoseOrder, given: int) -> list[int]:
    """The dose numbers after which a prescriber has not gone on yet, of `given` doses; no query without a point."""
    if not order.review_count or not given:
        return []
    points = OrderReviewPoint.objects.filter(order_id=order.pk, after_dose__lte=given).with_continued()
    return list(points.filter(is_continued=False).order_by("after_dose").values_list("after_dose", flat=True))


def orders_to_review(orders):
    """Of these orders the newest of open series that stand at a point of review; `due_after` is the dose's number.

    One statement, however many series there are; the orders of the longest wait first.
    """
    dosed = DosingRecord.objects.filter(order__series_id=OuterRef("order__series_id")).dosed().order_by()
    count = dosed.values("order__series_id").annotate(number=Count("pk")).values("number")
    given = Coalesce(Subquery(count, output_field=IntegerField()), 0)
    reached = OrderReviewPoint.objects.filter(order_id=OuterRef("pk")).with_continued().annotate(given=given)
    reached = reached.filter(is_continued=False, given__gte=F("after_dose")).order_by("after_dose")
    waiting = orders.filter(review_count__gt=0, replaced_by=None, series__closed_at=None, signed_at__isnull=False)
    due = waiting.annotate(due_after=Subquery(reached.values("after_dose")[:1]))
    return due.filter(due_after__isnull=False).order_by("signed_at", "pk")
