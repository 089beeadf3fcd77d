"""What else happens in the room: scales, who is there, rescue drugs, agreement to touch and music."""

from django.db import models
from django.db.models import F, Q

from common.fields import ExactDecimalField
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField
from sessions_app.models.correctable import CorrectableRecord
from sessions_app.models.visit import Session

ALDRETE_ITEMS = ("activity", "respiration", "circulation", "consciousness", "oxygen")
_OPERATIONAL = EventRecord.EVENT_FIELDS + CorrectableRecord.CORRECTION_FIELDS
_NO_ITEMS = Q(**dict.fromkeys(ALDRETE_ITEMS))


class ScaleScore(CorrectableRecord):
    """A rating scale taken once, in one version of the scale (clinical.md 2.2, 2.3).

    RASS -5 to +4; modified Aldrete 0-10 as the sum of its five items, 0-2 each; CADSS-6 0-24, the total only, where
    the practice holds the licence. MOAA/S is part of a reading.
    """

    privacy = Privacy(
        operational=_OPERATIONAL + " instrument instrument_version",
        clinical="total activity respiration circulation consciousness oxygen note correction_reason",
    )
    told = ("instrument", "instrument_version", "total", *ALDRETE_ITEMS, "note")

    class Instrument(models.TextChoices):
        RASS = "RASS", "RASS"
        ALDRETE = "ALDRETE", "Modified Aldrete"
        CADSS6 = "CADSS6", "CADSS-6"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="scales")
    instrument = models.CharField(max_length=8, choices=Instrument.choices)
    instrument_version = models.CharField(max_length=60)
    total = models.SmallIntegerField()
    activity = models.PositiveSmallIntegerField(null=True)
    respiration = models.PositiveSmallIntegerField(null=True)
    circulation = models.PositiveSmallIntegerField(null=True)
    consciousness = models.PositiveSmallIntegerField(null=True)
    oxygen = models.PositiveSmallIntegerField(null=True)
    note = SealedTextField(blank=True)

    class Meta(CorrectableRecord.Meta):
        abstract = False
        constraints = [
            *CorrectableRecord.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(instrument="RASS", total__range=(-5, 4)) & _NO_ITEMS)
                | (Q(instrument="CADSS6", total__range=(0, 24)) & _NO_ITEMS)
                | Q(
                    instrument="ALDRETE",
                    total=F("activity") + F("respiration") + F("circulation") + F("consciousness") + F("oxygen"),
                    **{f"{item}__range": (0, 2) for item in ALDRETE_ITEMS},
                ),
                name="scale_total_fits_its_instrument",
            ),
        ]
        indexes = [models.Index(fields=["session", "occurred_at"], name="scale_timeline")]


class RoomEntry(CorrectableRecord):
    """Somebody of the staff came into the room or left it."""

    privacy = Privacy(operational=_OPERATIONAL + " membership went", clinical="correction_reason")
    told = ("membership_id", "went")

    class Went(models.TextChoices):
        IN = "in", "Came in"
        OUT = "out", "Went out"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="room_entries")
    membership = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    went = models.CharField(max_length=3, choices=Went.choices)

    class Meta(CorrectableRecord.Meta):
        abstract = False
        constraints = [
            *CorrectableRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(went__in=["in", "out"]), name="room_entry_in_or_out"),
        ]
        indexes = [models.Index(fields=["session", "occurred_at"], name="room_entry_timeline")]


class RescueDrug(CorrectableRecord):
    """A drug given for something that happened in the session, not the treatment. Dose to 0.001 of its unit."""

    privacy = Privacy(
        operational=_OPERATIONAL + " ordered_by given_by",
        clinical="drug name dose unit route reason correction_reason",
    )
    told = ("drug", "name", "dose", "unit", "route", "ordered_by_id", "given_by_id", "reason")

    class Unit(models.TextChoices):
        MG = "mg", "mg"
        MCG = "mcg", "micrograms"
        G = "g", "g"
        ML = "mL", "mL"
        L_PER_MIN = "L/min", "L/min"
        UNITS = "units", "units"

    class Route(models.TextChoices):
        PO = "PO", "By mouth"
        SL = "SL", "Under the tongue"
        IV = "IV", "Intravenous"
        IM = "IM", "Intramuscular"
        SC = "SC", "Subcutaneous"
        IN = "IN", "In the nose"
        INH = "INH", "Inhaled"
        OTHER = "other", "Other"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="rescue_drugs")
    drug = models.CharField(max_length=20)
    name = SealedTextField()
    dose = ExactDecimalField(places=3)
    unit = models.CharField(max_length=6, choices=Unit.choices)
    route = models.CharField(max_length=6, choices=Route.choices)
    ordered_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    reason = SealedTextField()

    class Meta(CorrectableRecord.Meta):
        abstract = False
        constraints = [
            *CorrectableRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(dose__gt=0, dose__lte=100_000), name="rescue_dose_positive"),
            models.CheckConstraint(
                condition=Q(
                    unit__in=["mg", "mcg", "g", "mL", "L/min", "units"],
                    route__in=["PO", "SL", "IV", "IM", "SC", "IN", "INH", "other"],
                ),
                name="rescue_words_known",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(reason=""), name="rescue_named_with_reason"),
        ]
        indexes = [models.Index(fields=["session", "occurred_at"], name="rescue_timeline")]


class RoomConsent(CorrectableRecord):
    """The patient agreed to comforting touch or to music, or took it back. The last one counts."""

    privacy = Privacy(operational=_OPERATIONAL, clinical="about is_given words correction_reason")
    told = ("about", "is_given", "words")

    class About(models.TextChoices):
        TOUCH = "touch", "Comforting touch"
        MUSIC = "music", "Music"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="room_consents")
    about = models.CharField(max_length=5, choices=About.choices)
    is_given = models.BooleanField()
    words = SealedTextField(blank=True)

    class Meta(CorrectableRecord.Meta):
        abstract = False
        constraints = [
            *CorrectableRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(about__in=["touch", "music"]), name="room_consent_about_known"),
        ]
        indexes = [models.Index(fields=["session", "occurred_at"], name="room_consent_timeline")]


class SessionSettings(Record):
    """What a practice chose for its cockpit: phrases for quick entry, and the licence of CADSS-6 when it holds one."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(operational="id practice phrases cadss6_licence changed_at changed_by")

    practice = models.OneToOneField("accounts.Practice", on_delete=models.PROTECT, related_name="session_settings")
    phrases = models.JSONField(default=list)
    cadss6_licence = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
