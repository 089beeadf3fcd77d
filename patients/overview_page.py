"""The chart's overview: what of a patient's record this person may see, read once for the page."""

from dataclasses import dataclass, field
from datetime import datetime

from accounts.navigation import Panel
from accounts.roles import Permission
from common.blockers import Blocker
from patients import chart
from patients.contraindications import ITEMS
from patients.models import CareTeamMember, Consent, Diagnosis, Medicine, Patient, TreatmentSeries, TreatmentTrial
from patients.readiness import blockers_of, standing_of
from patients.scope import Reach
from patients.trials import words_of_failed


@dataclass(frozen=True)
class ConsentState:
    """One scope and the consent that counts for it, if there is one."""

    label: str
    consent: Consent | None

    @property
    def word(self) -> str:
        if self.consent is None:
            return "Missing"
        return "Withdrawn" if self.consent.is_withdrawn else "Signed"

    @property
    def kind(self) -> str:
        return {"Missing": "waiting", "Withdrawn": "critical", "Signed": "normal"}[self.word]


@dataclass(frozen=True)
class OverviewPage:
    series: TreatmentSeries | None = None
    given: int = 0
    medicines: list[Medicine] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    trials: list[TreatmentTrial] = field(default_factory=list)
    failed_words: str = ""
    answered: int = 0
    items: int = len(ITEMS)
    blockers: list[Blocker] = field(default_factory=list)
    consents: list[ConsentState] = field(default_factory=list)
    team: list[CareTeamMember] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)


def consent_states(patient: Patient) -> list[ConsentState]:
    """For each scope the consent that was signed last; one query."""
    latest: dict[str, Consent] = {}
    for consent in patient.consents.newest_first():
        latest.setdefault(consent.scope, consent)
    return [ConsentState(scope.label, latest.get(scope.value)) for scope in Consent.Scope]


def overview_page(patient: Patient, reach: Reach, at: datetime) -> OverviewPage:
    """Each section only when this person's permissions reach it on this patient."""
    series = patient.series.open().first() if reach.may(Permission.VIEW_SERIES) else None
    given = chart.given_by_series([series.pk])[series.pk] if series else 0
    panels = chart.summary.collect(actor=reach.actor, patient=patient, at=at)
    return OverviewPage(
        series=series,
        given=given,
        consents=consent_states(patient) if reach.may(Permission.VIEW_CONSENT) else [],
        team=list(patient.team.now().order_by("joined_at")),
        panels=sorted(panels, key=lambda panel: (not panel.urgent, panel.order)),
        **(_clinical(patient, series) if reach.may(Permission.VIEW_CHART) else {}),
    )


def _clinical(patient: Patient, series: TreatmentSeries | None) -> dict:
    standing = standing_of(patient)
    return {
        "medicines": list(patient.medicines.standing().order_by("name")),
        "diagnoses": list(patient.diagnoses.standing().order_by("-is_primary", "code")),
        "answered": sum(standing.answers.get(code) in ("yes", "no") for code in ITEMS),
        "blockers": blockers_of(standing, patient, *((series.route, series.indication) if series else (None, None))),
        "trials": list(patient.trials.standing().order_by("recorded_at")),
        "failed_words": words_of_failed(standing.failed_trials),
    }
