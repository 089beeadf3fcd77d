"""A risk item in full: the answer that raised it, how that answer went over time, the last dose, what was done.

Whoever was let in to the item, by care team or by a turn on call, sees all of this and no more of the chart (R80).
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.roles import Permission
from assessments.answers_page import AnswerLine, answer_line
from assessments.definitions import answers_by_question
from assessments.escalation import Standing, Turn
from assessments.models import Assessment, RiskContact, RiskItem
from assessments.on_call import risk_rows
from assessments.practice_catalogue import catalogue_of
from assessments.trend import Mark, every_dose
from common.blockers import Blocker
from patients.scope import Reach

SHOWN = 12
ON_CALL = "on call"


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
    standing: Standing
    may_handle: bool
    is_on_team: bool
    told: frozenset

    @property
    def turns_backwards(self) -> tuple[Turn, ...]:
        """To whom it went, the latest first, as the list of what was done has it."""
        return self.standing.turns[::-1]

    @property
    def closing_blockers(self) -> list[Blocker]:
        """What still stands before closing; the action refuses for the same reasons."""
        found = []
        if self.item.acknowledged_at is None:
            found.append(Blocker("RISK_NOT_ACKNOWLEDGED", "Acknowledge it: say that you act on it.", "KAP-RISK"))
        if not self.contacts:
            found.append(Blocker("RISK_NO_CONTACT", "Record a contact with the patient.", "KAP-RISK"))
        return found


def risk_page(item: RiskItem, actor, at: datetime) -> RiskPage:
    """`item` comes from `visible_to(actor)` and `with_people()`."""
    instrument = catalogue_of(item.patient.practice_id).of(item.assessment)
    answered = item.patient.assessments.submitted().filter(instrument=item.assessment.instrument)
    rows = answered.order_by("-answered_at", "-id")[:SHOWN]
    doses = sorted(every_dose.collect(patient_id=item.patient_id), key=lambda mark: mark.at)
    before = [mark for mark in doses if mark.at <= at]
    (row,) = risk_rows([item], item.patient.practice_id, at)
    return RiskPage(
        item=item,
        instrument=instrument,
        lines=_risk_lines(instrument, item.assessment),
        earlier=tuple(Earlier(row, _risk_lines(instrument, row), row.pk == item.assessment_id) for row in rows),
        last_dose=before[-1] if before else None,
        contacts=list(item.contacts.select_related("recorded_by__user").order_by("-occurred_at", "-recorded_at")),
        standing=row.standing,
        may_handle=RiskItem.objects.visible_to(actor, Permission.HANDLE_RISK).filter(pk=item.pk).exists(),
        is_on_team=Reach.of(actor, item.patient).may(Permission.VIEW_ASSESSMENTS),
        told=frozenset(item.escalations.filter(is_mailed=True).values_list("place_id", flat=True)),
    )


def purpose_of(item: RiskItem, actor) -> str:
    """What the audit row of a look says of somebody who sees the item only because its turn came."""
    return "" if Reach.of(actor, item.patient).may(Permission.VIEW_RISK) else ON_CALL


def _risk_lines(instrument, row: Assessment) -> tuple[AnswerLine, ...]:
    told = answers_by_question(instrument.items, row.answers)
    return tuple(
        answer_line(one, number, told[one.key])
        for number, one in enumerate(instrument.questions, start=1)
        if one.is_risk
    )
