"""What of a patient's record still stands before a dose: the screen, allergies, medicines and the treatment consent.

One query reads all of it. Sources: docs/clinical/sources_screening.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, CharField, F, Value, When
from django.urls import reverse

from accounts.roles import Permission
from common.blockers import Blocker
from patients.contraindications import ITEMS
from patients.interactions import names_ketamine
from patients.models import Allergy, Consent, ContraindicationAnswer, Medicine, Patient, TreatmentTrial
from patients.trials import TRD_TRIALS, trials_missing

PRESCRIBER = {"override": Permission.OVERRIDE_BLOCKER.value, "override_label": "a prescriber"}
NEVER_WITH = {Medicine.Interaction.THEOPHYLLINE: "It lowers the seizure threshold; do not combine."}


@dataclass
class Standing:
    """What the record says now: the latest answer of each item, standing allergies and medicines, consents, earlier
    treatments that were adequate and failed."""

    answers: dict[str, str] = field(default_factory=dict)
    allergies: list[str] = field(default_factory=list)
    medicines: dict[str, list[str]] = field(default_factory=dict)
    consents: dict[str, str] = field(default_factory=dict)
    failed_trials: dict[str, list[str]] = field(default_factory=dict)

    def take(self, kind: str, code: str, value: str) -> None:
        """Add one row; rows come oldest first, so a later answer or consent takes the place of an earlier one.

        The last answer written counts, also when it is a late entry; of consents the last one signed.
        """
        if kind == "answer":
            self.answers[code] = value
        elif kind == "consent":
            self.consents[code] = value
        elif kind == "allergy":
            self.allergies.append(value)
        elif kind == "trial":
            self.failed_trials.setdefault(code, []).append(value)
        else:
            self.medicines.setdefault(code, []).append(value)


def standing_of(patient: Patient) -> Standing:
    """The patient's record in the form the rules read, in one query."""
    rows = _rows(ContraindicationAnswer.objects, patient, "answer", F("item"), F("answer"), F("recorded_at"))
    withdrawn = Case(When(withdrawal=None, then=Value("signed")), default=Value("withdrawn"), output_field=CharField())
    rows = rows.union(
        _rows(Consent.objects, patient, "consent", F("scope"), withdrawn, F("occurred_at")),
        _rows(Allergy.objects.standing(), patient, "allergy", F("severity"), F("substance"), F("recorded_at")),
        _rows(TreatmentTrial.objects.failed(), patient, "trial", F("what"), F("treatment"), F("recorded_at")),
        _rows(Medicine.objects.standing(), patient, "medicine", F("interaction"), F("name"), F("recorded_at")),
        all=True,
    )
    standing = Standing()
    for kind, code, value, _, _ in sorted(rows, key=lambda row: row[3:]):
        standing.take(kind, code, value)
    return standing


def _rows(queryset, patient: Patient, kind: str, code, value, moment):
    named = {
        "row_kind": Value(kind, output_field=CharField()),
        "row_code": code,
        "row_value": value,
        "row_at": moment,
        "row_recorded_at": F("recorded_at"),
    }
    return queryset.filter(patient=patient).order_by().annotate(**named).values_list(*named)


def dose_blockers(
    patient: Patient, at: datetime, *, route: str | None = None, indication: str | None = None
) -> list[Blocker]:
    """Everything of this app that stands between the patient and a dose by this route; one query.

    Without a `route` the strictest reading counts. An unanswered or unknown item can only be answered; a caution may
    be overridden by a prescriber with a reason, and so may fewer failed trials than the `indication` names; nobody
    overrides an absolute contraindication for the route, a ketamine allergy, theophylline, or a missing treatment
    consent (KAP-SCR-*, KAP-PAT-CONSENT).
    """
    return blockers_of(standing_of(patient), patient, route, indication)


def blockers_of(
    standing: Standing, patient: Patient, route: str | None, indication: str | None = None
) -> list[Blocker]:
    """The same for a record that was already read."""
    return [
        *_consent(standing, patient),
        *_allergies(standing, patient),
        *_unanswered(standing, patient),
        *_contraindications(standing, patient, route),
        *_medicines(standing, patient),
        *_trials(standing, patient, route, indication),
    ]


def _link(name: str, patient: Patient) -> str:
    return reverse(f"patients:{name}", args=[patient.pk])


def withdrawal_blockers(patient: Patient, moment: datetime, consents: Iterable[Consent] | None = None) -> list[Blocker]:
    """What forbids more of the drug to a patient who had a dose already: the treatment consent, withdrawn by `moment`.

    Nobody overrides it. What was given before the withdrawal can still be written down afterwards. `consents` are all
    treatment consents, the newest first, where somebody has them at hand; else one query.
    """
    if consents is None:
        consents = patient.consents.filter(scope=Consent.Scope.TREATMENT).newest_first()
    latest = next((one for one in consents if one.occurred_at <= moment), None)
    if latest is None or not latest.is_withdrawn or latest.withdrawal.occurred_at > moment:
        return []
    return [_withdrawn(patient)]


def _withdrawn(patient: Patient) -> Blocker:
    sentence = "The consent to treatment was withdrawn. Without a new one there is no dose."
    return Blocker("CONSENT_WITHDRAWN", sentence, "KAP-PAT-CONSENT", link=_link("consents", patient))


def _consent(standing: Standing, patient: Patient) -> Iterable[Blocker]:
    state = standing.consents.get(Consent.Scope.TREATMENT)
    if state == "withdrawn":
        yield _withdrawn(patient)
    elif state is None:
        sentence = "Record the patient's consent to ketamine treatment."
        yield Blocker("CONSENT_MISSING", sentence, "KAP-PAT-CONSENT", link=_link("consents", patient))


def _allergies(standing: Standing, patient: Patient) -> Iterable[Blocker]:
    found = [substance for substance in standing.allergies if names_ketamine(substance)]
    if found:
        sentence = f"Allergy on the chart: {', '.join(found)}. Do not give ketamine or esketamine."
        yield Blocker("KETAMINE_ALLERGY", sentence, "KAP-SCR-KET", link=_link("facts", patient))


def _unanswered(standing: Standing, patient: Patient) -> Iterable[Blocker]:
    link = _link("contraindications", patient)
    if not standing.answers:
        sentence = f"Answer the contraindication screen: none of its {len(ITEMS)} items is answered."
        yield Blocker("SCREEN_UNANSWERED", sentence, "KAP-SCR-SCREEN", link=link)
        return
    missing = [item.label for item in ITEMS.values() if item.code not in standing.answers]
    if missing:
        sentence = f"Answer in the contraindication screen: {', '.join(missing)}."
        yield Blocker("SCREEN_UNANSWERED", sentence, "KAP-SCR-SCREEN", link=link)
    unknown = [item.label for item in ITEMS.values() if standing.answers.get(item.code) == "unknown"]
    if unknown:
        sentence = (
            f"Still unknown in the contraindication screen: {', '.join(unknown)}. Find out, then answer yes or no."
        )
        yield Blocker("SCREEN_UNKNOWN", sentence, "KAP-SCR-SCREEN", link=link)


def _contraindications(standing: Standing, patient: Patient, route: str | None) -> Iterable[Blocker]:
    link = _link("contraindications", patient)
    for item in ITEMS.values():
        if standing.answers.get(item.code) != "yes":
            continue
        if item.forbids(route):
            yield Blocker(
                f"CONTRAINDICATED_{item.code.upper()}", f"Contraindicated: {item.label}.", item.source, link=link
            )
        else:
            sentence = f"Caution: {item.label}. The prescriber decides and says why."
            yield Blocker(f"CAUTION_{item.code.upper()}", sentence, item.source, link=link, **PRESCRIBER)


def _medicines(standing: Standing, patient: Patient) -> Iterable[Blocker]:
    for interaction, names in sorted(standing.medicines.items()):
        if interaction == Medicine.Interaction.NONE:
            continue
        word, link = Medicine.Interaction(interaction).label, _link("facts", patient)
        code = f"MEDICINE_{interaction.upper()}"
        if interaction in NEVER_WITH:
            sentence = f"Takes {', '.join(names)}: {word}. {NEVER_WITH[interaction]}"
            yield Blocker(code, sentence, "KAP-SCR-THEO", link=link)
        else:
            sentence = f"Takes {', '.join(names)}: {word}. The prescriber decides and says why."
            yield Blocker(code, sentence, "KAP-SCR-DRUGS", link=link, **PRESCRIBER)


def _trials(standing: Standing, patient: Patient, route: str | None, indication: str | None) -> Iterable[Blocker]:
    missing = trials_missing(standing.failed_trials, route, indication)
    if missing:
        sentence = (
            f"{TRD_TRIALS - missing} of {TRD_TRIALS} failed antidepressants of adequate dose and duration on record. "
            "Record them, or the prescriber says why esketamine is given."
        )
        link = _link("facts", patient)
        yield Blocker("TRIALS_TOO_FEW", sentence, "KAP-SCR-TRD", link=link, **PRESCRIBER)
