"""Says beside a check-in that was asked already when the dose's time was corrected afterwards, and what it is now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from dosing.models import DoseTimeCorrection
from followups.models import CheckIn


@dataclass(frozen=True)
class Corrected:
    """The newest correction of a session's first dose."""

    recorded_at: datetime
    was_at: datetime
    given_at: datetime


def corrections_of(session_ids: Iterable[UUID]) -> dict[UUID, Corrected]:
    """By session, of those whose first dose got another time. One query."""
    rows = DoseTimeCorrection.objects.filter(
        administration__dosing_record_id__in=set(session_ids), administration__number=1
    )
    columns = ("administration__dosing_record_id", "recorded_at", "was_at", "given_at")
    return {pk: Corrected(*told) for pk, *told in rows.order_by("number").values_list(*columns)}


def since_asked(check_in: CheckIn, corrected: Corrected | None) -> str:
    """A sentence where the check-in was asked before the newest correction, else ''. Days of the practice's zone."""
    if corrected is None or not check_in.is_follow_up:
        return ""
    if check_in.sent_at is None or check_in.sent_at >= corrected.recorded_at:
        return ""
    return (
        f"Asked before the time of the dose was corrected from {_words(corrected.was_at)} to "
        f"{_words(corrected.given_at)}. What was asked keeps its day."
    )


def _words(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b %Y %H:%M}"
