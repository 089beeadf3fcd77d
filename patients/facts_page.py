"""Facts of the chart as one page shows them, kind by kind: what stands, what has ended, and a form for each."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.forms.base import PlainForm
from patients import actions
from patients.forms import AllergyForm, DiagnosisForm, MedicineForm, TrialForm
from patients.models import Patient


@dataclass(frozen=True)
class FactKind:
    """One kind of fact: where its rows are, how it is called, how it is added."""

    key: str
    name: str
    one: str
    many: str
    form: type[PlainForm]
    add: Callable
    title: str
    icon: str

    def title_of(self, fact) -> str:
        return getattr(fact, self.title)


KINDS = {
    kind.key: kind
    for kind in (
        FactKind(
            "allergy", "allergies", "Allergy", "Allergies", AllergyForm, actions.add_allergy, "substance", "flower"
        ),
        FactKind("medicine", "medicines", "Medicine", "Medicines", MedicineForm, actions.add_medicine, "name", "pill"),
        FactKind(
            "diagnosis",
            "diagnoses",
            "Diagnosis",
            "Diagnoses",
            DiagnosisForm,
            actions.add_diagnosis,
            "code",
            "stethoscope",
        ),
        FactKind(
            "trial",
            "trials",
            "Earlier treatment",
            "Earlier treatments",
            TrialForm,
            actions.add_trial,
            "treatment",
            "history",
        ),
    )
}


@dataclass(frozen=True)
class FactSection:
    kind: FactKind
    standing: list
    ended: list
    form: PlainForm
    is_open: bool


def facts_page(patient: Patient, refused_kind: str, form: PlainForm | None) -> list[FactSection]:
    """One section for each kind, one query each; the form that was refused comes back open with what was typed."""
    return [_section(patient, kind, form if kind.key == refused_kind else None) for kind in KINDS.values()]


def _section(patient: Patient, kind: FactKind, refused: PlainForm | None) -> FactSection:
    rows = getattr(patient, kind.name).select_related("recorded_by__user", "ended_by__user").order_by("recorded_at")
    rows = list(rows)
    return FactSection(
        kind=kind,
        standing=[row for row in rows if row.ended_on is None],
        ended=[row for row in rows if row.ended_on],
        form=refused or kind.form(prefix=None),
        is_open=refused is not None,
    )
