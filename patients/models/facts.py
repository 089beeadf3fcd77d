"""Allergies, medicines, diagnoses and the contraindication screen."""

from django.db import models
from django.db.models import Q

from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField


class FactQuerySet(models.QuerySet):
    def standing(self):
        """Facts that nobody has ended."""
        return self.filter(ended_on=None)

    def ended(self):
        return self.exclude(ended_on=None)


class ChartFact(Record):
    """A clinical fact that stands until somebody ends it; ending keeps the row."""

    kind = RecordKind.EDITABLE
    FACT_FIELDS = "id patient recorded_at recorded_by ended_on ended_by"

    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None) | Q(ended_on__isnull=False, ended_by__isnull=False),
                name="%(class)s_ended_on_and_by",
            )
        ]


class Allergy(ChartFact):
    privacy = Privacy(operational=ChartFact.FACT_FIELDS, clinical="substance reaction severity")

    class Severity(models.TextChoices):
        MILD = "mild", "Mild"
        MODERATE = "moderate", "Moderate"
        SEVERE = "severe", "Severe"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="allergies")
    substance = models.CharField(max_length=120)
    reaction = SealedTextField(blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)

    class Meta(ChartFact.Meta):
        constraints = [
            *ChartFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(severity__in=["mild", "moderate", "severe"]), name="allergy_severity_known"
            ),
        ]


INTERACTIONS = [
    "none",
    "benzodiazepine",
    "cns_depressant",
    "stimulant",
    "maoi",
    "theophylline",
    "sympathomimetic",
]


class Medicine(ChartFact):
    """A medicine the patient takes. `interaction` names a class that matters with ketamine (KAP-SCR-DRUGS)."""

    privacy = Privacy(operational=ChartFact.FACT_FIELDS, clinical="name dose_text interaction started_on")

    class Interaction(models.TextChoices):
        NONE = "none", "None known"
        BENZODIAZEPINE = "benzodiazepine", "Benzodiazepine"
        CNS_DEPRESSANT = "cns_depressant", "Other CNS depressant or opioid"
        STIMULANT = "stimulant", "Psychostimulant"
        MAOI = "maoi", "MAO inhibitor"
        THEOPHYLLINE = "theophylline", "Theophylline or aminophylline"
        SYMPATHOMIMETIC = "sympathomimetic", "Sympathomimetic or vasopressin"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="medicines")
    name = models.CharField(max_length=120)
    dose_text = SealedTextField("dose and frequency", blank=True)
    interaction = models.CharField(max_length=16, choices=Interaction.choices, default=Interaction.NONE)
    started_on = models.DateField(null=True, blank=True)

    class Meta(ChartFact.Meta):
        constraints = [
            *ChartFact.Meta.constraints,
            models.CheckConstraint(condition=Q(interaction__in=INTERACTIONS), name="medicine_interaction_known"),
        ]


class Diagnosis(ChartFact):
    privacy = Privacy(operational=ChartFact.FACT_FIELDS, clinical="code label is_primary onset_on")

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="diagnoses")
    code = models.CharField("ICD-10-CM code", max_length=8)
    label = models.CharField(max_length=160)
    is_primary = models.BooleanField(default=False)
    onset_on = models.DateField(null=True, blank=True)


class ContraindicationAnswer(EventRecord):
    """One answer to one item of the screen; the latest answer of an item counts. Unknown blocks a dose."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " patient", clinical="item answer note")

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        UNKNOWN = "unknown", "Unknown"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="contraindications")
    item = models.CharField(max_length=32)
    answer = models.CharField(max_length=8, choices=Answer.choices)
    note = SealedTextField(blank=True)

    class Meta(EventRecord.Meta):
        indexes = [models.Index(fields=["patient", "item", "-recorded_at"], name="contraindication_latest")]
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(answer__in=["yes", "no", "unknown"]), name="contra_answer_known"),
        ]
