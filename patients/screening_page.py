"""The contraindication screen as the page shows it: each item with its field, its last answer and the ones before."""

from dataclasses import dataclass, field

from django.forms import BoundField

from patients.contraindications import GROUPS, ITEMS, Item
from patients.forms.screening import NOTE, ScreeningForm
from patients.models import ContraindicationAnswer, Patient

KINDS = {"yes": "caution", "no": "normal", "unknown": "waiting"}


@dataclass(frozen=True)
class ItemRow:
    item: Item
    answer: BoundField
    note: BoundField
    latest: ContraindicationAnswer | None
    earlier: list[ContraindicationAnswer] = field(default_factory=list)

    @property
    def kind(self) -> str:
        if self.latest.answer == "yes" and self.item.absolute_for:
            return "critical"
        return KINDS[self.latest.answer]


@dataclass(frozen=True)
class ScreeningPage:
    groups: list[tuple[str, list[ItemRow]]]
    answered: int
    total: int = len(ITEMS)


def screening_page(patient: Patient, form: ScreeningForm) -> ScreeningPage:
    """One query reads every answer with the person who wrote it, newest first."""
    history: dict[str, list[ContraindicationAnswer]] = {}
    for row in patient.contraindications.select_related("recorded_by__user").order_by("-recorded_at"):
        history.setdefault(row.item, []).append(row)
    groups = [
        (title, [_row(item, form, history.get(item.code, [])) for item in items]) for title, items in GROUPS.items()
    ]
    answered = sum(bool(rows) and rows[0].answer != "unknown" for code, rows in history.items() if code in ITEMS)
    return ScreeningPage(groups, answered)


def _row(item: Item, form: ScreeningForm, rows: list[ContraindicationAnswer]) -> ItemRow:
    return ItemRow(item, form[item.code], form[item.code + NOTE], rows[0] if rows else None, rows[1:])
