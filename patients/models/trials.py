"""What was tried before this treatment, at which dose, for how long, and what came of it."""

from django.db import models
from django.db.models import Q

from common.records import Privacy
from common.sealed_fields import SealedTextField
from patients.models.facts import ChartFact, FactQuerySet

TREATMENTS = ["antidepressant", "medicine", "psychotherapy", "stimulation", "other"]
OUTCOMES = ["none", "partial", "not_tolerated", "response"]
SOURCES = ["patient", "records", "clinician"]


class TrialQuerySet(FactQuerySet):
    def failed(self):
        """Standing trials of adequate dose and duration without a response, or with part of one (KAP-SCR-TRD)."""
        return self.standing().filter(was_adequate=True, outcome__in=["none", "partial"])


class TreatmentTrial(ChartFact):
    """One earlier treatment. `treatment` names the drug, its class or the psychotherapy; `what` says which of them."""

    privacy = Privacy(
        operational=ChartFact.FACT_FIELDS,
        clinical="treatment what dose_text started_on stopped_on was_adequate outcome source note",
    )

    class What(models.TextChoices):
        ANTIDEPRESSANT = "antidepressant", "Antidepressant"
        MEDICINE = "medicine", "Other medicine or class"
        PSYCHOTHERAPY = "psychotherapy", "Psychotherapy"
        STIMULATION = "stimulation", "ECT, TMS or other stimulation"
        OTHER = "other", "Other"

    class Outcome(models.TextChoices):
        NONE = "none", "No response"
        PARTIAL = "partial", "Partial response"
        NOT_TOLERATED = "not_tolerated", "Not tolerated"
        RESPONSE = "response", "Response"

    class Source(models.TextChoices):
        PATIENT = "patient", "Patient's report"
        RECORDS = "records", "Records seen"
        CLINICIAN = "clinician", "Other clinician's report"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="trials")
    treatment = models.CharField(max_length=120)
    what = models.CharField("kind of treatment", max_length=14, choices=What.choices)
    dose_text = SealedTextField("dose or amount", blank=True)
    started_on = models.DateField(null=True, blank=True)
    stopped_on = models.DateField(null=True, blank=True)
    was_adequate = models.BooleanField("adequate dose and duration")
    outcome = models.CharField(max_length=13, choices=Outcome.choices)
    source = models.CharField(max_length=9, choices=Source.choices)
    note = SealedTextField(blank=True)

    objects = TrialQuerySet.as_manager()

    class Meta(ChartFact.Meta):
        constraints = [
            *ChartFact.Meta.constraints,
            models.CheckConstraint(condition=Q(what__in=TREATMENTS), name="trial_what_known"),
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="trial_outcome_known"),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="trial_source_known"),
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(stopped_on=None) | Q(stopped_on__gte=models.F("started_on")),
                name="trial_stops_after_it_starts",
            ),
        ]
