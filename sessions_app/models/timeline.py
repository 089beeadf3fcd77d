"""What happens during a session: readings, observations, adverse events. Corrections are new rows."""

from django.db import models
from django.db.models import F, Q

from common.fields import ExactDecimalField
from common.records import EventRecord, Privacy
from common.sealed_fields import SealedTextField
from sessions_app.models.correctable import CorrectableRecord
from sessions_app.models.visit import Session

# The columns of a reading that hold a measured value.
MEASURED = (
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_bpm",
    "spo2_pct",
    "respiratory_rate",
    "temperature_c",
    "moaas",
    "dissociation",
)


def _between(column: str, low, high) -> Q:
    return Q(**{column: None}) | Q(**{f"{column}__range": (low, high)})


class VitalReading(EventRecord):
    """A timed set of vital signs and scales. Units are in the names; blank means not taken, and then a note says why.

    MOAA/S 0-5 (5 alert). Dissociation is the clinic's own plain rating, 0 none to 3 severe (clinical.md 2.2).
    A due reading that was not taken has its due time, a coded reason and words, and no value.
    """

    frozen_with = ("session",)
    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " session corrects due_at",
        clinical="phase not_taken systolic_mmhg diastolic_mmhg heart_rate_bpm spo2_pct respiratory_rate temperature_c "
        "moaas dissociation on_oxygen note",
    )

    class Phase(models.TextChoices):
        BASELINE = "baseline", "Baseline"
        MONITORING = "monitoring", "Monitoring"

    class Dissociation(models.IntegerChoices):
        NONE = 0, "None"
        MILD = 1, "Mild"
        MODERATE = 2, "Moderate"
        SEVERE = 3, "Severe"

    class NotTaken(models.TextChoices):
        ASLEEP = "asleep", "Rested, left undisturbed on purpose"
        DECLINED = "declined", "The patient declined"
        AWAY = "away", "The patient was out of the room"
        EQUIPMENT = "equipment", "Equipment failed"
        URGENT = "urgent", "Something more urgent came first"
        NOBODY = "nobody", "Nobody was free to take it"
        OTHER = "other", "Another reason"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="readings")
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.MONITORING)
    systolic_mmhg = models.PositiveSmallIntegerField(null=True, blank=True)
    diastolic_mmhg = models.PositiveSmallIntegerField(null=True, blank=True)
    heart_rate_bpm = models.PositiveSmallIntegerField(null=True, blank=True)
    spo2_pct = models.PositiveSmallIntegerField(null=True, blank=True)
    respiratory_rate = models.PositiveSmallIntegerField(null=True, blank=True)
    temperature_c = ExactDecimalField(places=1, null=True, blank=True)
    moaas = models.PositiveSmallIntegerField("MOAA/S", null=True, blank=True)
    dissociation = models.PositiveSmallIntegerField(choices=Dissociation.choices, null=True, blank=True)
    on_oxygen = models.BooleanField(default=False)
    note = SealedTextField(blank=True)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, related_name="corrected_by", null=True)
    due_at = models.DateTimeField("was due at", null=True, blank=True)
    not_taken = models.CharField("why it was not taken", max_length=10, choices=NotTaken.choices, blank=True)

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(phase__in=["baseline", "monitoring"]), name="reading_phase_known"),
            models.CheckConstraint(
                condition=Q(not_taken="", due_at=None)
                | (
                    Q(
                        not_taken__in=["asleep", "declined", "away", "equipment", "urgent", "nobody", "other"],
                        due_at__isnull=False,
                        on_oxygen=False,
                        **dict.fromkeys(MEASURED),
                    )
                    & ~Q(note="")
                ),
                name="reading_not_taken_has_no_value",
            ),
            models.CheckConstraint(condition=_between("systolic_mmhg", 40, 300), name="reading_systolic_40_300"),
            models.CheckConstraint(condition=_between("diastolic_mmhg", 20, 200), name="reading_diastolic_20_200"),
            models.CheckConstraint(
                condition=Q(systolic_mmhg=None, diastolic_mmhg=None) | Q(diastolic_mmhg__lt=F("systolic_mmhg")),
                name="reading_pressure_pair",
            ),
            models.CheckConstraint(condition=_between("heart_rate_bpm", 20, 250), name="reading_heart_rate_20_250"),
            models.CheckConstraint(condition=_between("spo2_pct", 40, 100), name="reading_spo2_40_100"),
            models.CheckConstraint(condition=_between("respiratory_rate", 0, 60), name="reading_rr_0_60"),
            models.CheckConstraint(condition=_between("moaas", 0, 5), name="reading_moaas_0_5"),
            models.CheckConstraint(condition=_between("dissociation", 0, 3), name="reading_dissociation_0_3"),
        ]
        indexes = [models.Index(fields=["session", "occurred_at"], name="reading_timeline")]


class Observation(CorrectableRecord):
    """Something seen, said or done in the room."""

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + CorrectableRecord.CORRECTION_FIELDS,
        clinical="what text correction_reason",
    )
    told = ("what", "text")

    class What(models.TextChoices):
        PATIENT_WORDS = "words", "Patient's words"
        BEHAVIOUR = "behaviour", "Behaviour"
        COMFORT = "comfort", "Comfort or support"
        TOUCH = "touch", "Comforting touch"
        MUSIC = "music", "Music"
        RESCUE = "rescue", "Rescue drug"
        NOT_TAKEN = "not_taken", "Reading not taken"
        OTHER = "other", "Other"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="observations")
    what = models.CharField(max_length=10, choices=What.choices)
    text = SealedTextField()

    class Meta(CorrectableRecord.Meta):
        abstract = False
        constraints = [
            *CorrectableRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    what__in=["words", "behaviour", "comfort", "touch", "music", "rescue", "not_taken", "other"]
                ),
                name="observation_kind_known",
            ),
        ]
        indexes = [models.Index(fields=["session", "occurred_at"], name="observation_timeline")]


class AdverseEvent(CorrectableRecord):
    """An adverse event with its CTCAE v5 grade 1-5 (clinical.md 2.5). `occurred_at` is the onset."""

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + CorrectableRecord.CORRECTION_FIELDS,
        clinical="category grade is_serious relatedness description action outcome ended_at correction_reason",
    )
    told = ("category", "grade", "is_serious", "relatedness", "description", "action", "outcome", "ended_at")

    class Category(models.TextChoices):
        CARDIOVASCULAR = "cardiovascular", "Cardiovascular"
        RESPIRATORY = "respiratory", "Respiratory"
        SEDATION = "sedation", "Sedation"
        DISSOCIATION = "dissociation", "Dissociation or perceptual"
        PSYCHIATRIC = "psychiatric", "Psychiatric"
        NEUROLOGICAL = "neurological", "Neurological"
        GI = "gi", "Nausea, vomiting, other GI"
        GU = "gu", "Genitourinary"
        HEPATIC = "hepatic", "Hepatic"
        ALLERGIC = "allergic", "Allergic"
        SITE = "site", "Injection site"
        MISUSE = "misuse", "Misuse or diversion"
        FALL = "fall", "Fall or injury"
        OTHER = "other", "Other"

    class Grade(models.IntegerChoices):
        MILD = 1, "1 mild"
        MODERATE = 2, "2 moderate"
        SEVERE = 3, "3 severe"
        LIFE_THREATENING = 4, "4 life-threatening"
        DEATH = 5, "5 death"

    class Relatedness(models.TextChoices):
        UNRELATED = "unrelated", "Unrelated"
        POSSIBLE = "possible", "Possible"
        PROBABLE = "probable", "Probable"
        DEFINITE = "definite", "Definite"

    class Outcome(models.TextChoices):
        RESOLVED = "resolved", "Resolved"
        ONGOING = "ongoing", "Ongoing"
        TRANSFERRED = "transferred", "Transferred to hospital"
        FATAL = "fatal", "Fatal"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="adverse_events")
    category = models.CharField(max_length=16, choices=Category.choices)
    grade = models.PositiveSmallIntegerField("CTCAE grade", choices=Grade.choices)
    is_serious = models.BooleanField(default=False)
    relatedness = models.CharField(max_length=10, choices=Relatedness.choices)
    description = SealedTextField()
    action = SealedTextField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(CorrectableRecord.Meta):
        abstract = False
        constraints = [
            *CorrectableRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(grade__range=(1, 5)), name="adverse_event_grade_1_5"),
            models.CheckConstraint(condition=~Q(action=""), name="adverse_event_has_action"),
            models.CheckConstraint(
                condition=Q(
                    category__in=[
                        "cardiovascular",
                        "respiratory",
                        "sedation",
                        "dissociation",
                        "psychiatric",
                        "neurological",
                        "gi",
                        "gu",
                        "hepatic",
                        "allergic",
                        "site",
                        "misuse",
                        "fall",
                        "other",
                    ]
                ),
                name="adverse_event_category_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    relatedness__in=["unrelated", "possible", "probable", "definite"],
                    outcome__in=["resolved", "ongoing", "transferred", "fatal"],
                ),
                name="adverse_event_words_known",
            ),
        ]
        indexes = [models.Index(fields=["session", "occurred_at"], name="adverse_event_timeline")]
