"""The task of a patient who missed two check-ins in a row: which, who has it, what was done, what is still missing."""

from dataclasses import dataclass

from common.blockers import Blocker
from followups.models import CheckIn, MissedCall, MissedInARow

SHOWN = 6


@dataclass(frozen=True)
class MissedPage:
    task: MissedInARow
    recent: list[CheckIn]
    calls: list[MissedCall]

    @property
    def closing_blockers(self) -> list[Blocker]:
        if self.calls:
            return []
        return [Blocker("MISSED_NO_CALL", "Record a call with the patient.", "KAP-FUP-TWICE")]


def missed_page(task: MissedInARow, actor) -> MissedPage:
    ended = CheckIn.objects.visible_to(actor).filter(patient_id=task.patient_id, due_at__lte=task.raised_at)
    heard = ended.filter(occasion="follow_up", state__in=["answered", "expired", "missed"]).select_related(
        "session", "point"
    )
    return MissedPage(
        task=task,
        recent=list(heard.order_by("-due_at", "-pk")[:SHOWN]),
        calls=list(task.calls.select_related("recorded_by__user").order_by("-occurred_at", "-recorded_at")),
    )
