"""A risk item in full: the answer that raised it, how that answer went over time, the last dose, what was done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from assessments.answers_page import AnswerLine, answer_line
from assessments.catalogue import get_instrument
from assessments.models import Assessment, RiskContact, RiskItem
from assessments.trend import Mark, doses_of
from common.blockers import Blocker

LONG_UNSEEN = timedelta(minutes=15)  # KAP-RISK-UNSEEN
SHOWN = 12


@dataclass(frozen=True)
class Earlier:
    """The same questions answered at another time; `is_this` marks the one that raised the item."""

    row: Assessment
    lines: tuple[AnswerLine, ...]
    is_this: bool


@dataclass(frozen=True)
class RiskPage:
    item: RiskItem
    instrument: object
    lines: tuple[AnswerLine, ...]
    earlier: tuple[Earlier, ...]
    last_dose: Mark | None
    contacts: list[RiskContact]
    is_long_unseen: bool

    @property
    def closing_blockers(self) -> list[Blocker]:
        """What still stands before closing; the action refuses for the same reasons."""
        found = []
        if self.item.acknowledged_at is None:
            found.append(Blocker("RISK_NOT_ACKNOWLEDGED", "Acknowledge it: say that you act on it.", "KAP-RISK"))
        if not self.contacts:
            found.append(Blocker("RISK_NO_CONTACT", "Record a contact with the patient.", "KAP-RISK"))
        return found


def is_long_unseen(item: RiskItem, at: datetime) -> bool:
    return item.acknowledged_at is None and item.closed_at is None and at - item.raised_at >= LONG_UNSEEN


def risk_page(item: RiskItem, actor, at: datetime) -> RiskPage:
    instrument = get_instrument(item.assessment.instrument)
    rows = (
        Assessment.objects.visible_to(actor)
        .submitted()
        .filter(patient_id=item.patient_id, instrument=item.assessment.instrument)
        .order_by("-answered_at", "-id")[:SHOWN]
    )
    doses = [mark for mark in doses_of(item.patient_id, actor) if mark.at <= at]
    return RiskPage(
        item=item,
        instrument=instrument,
        lines=_risk_lines(instrument, item.assessment),
        earlier=tuple(Earlier(row, _risk_lines(instrument, row), row.pk == item.assessment_id) for row in rows),
        last_dose=doses[-1] if doses else None,
        contacts=list(item.contacts.select_related("recorded_by__user").order_by("-occurred_at", "-recorded_at")),
        is_long_unseen=is_long_unseen(item, at),
    )


def _risk_lines(instrument, row: Assessment) -> tuple[AnswerLine, ...]:
    return tuple(
        answer_line(item, number, row) for number, item in enumerate(instrument.items, start=1) if item.is_risk
    )
