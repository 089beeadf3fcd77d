"""What happens before the dose: check-in, assessments linked to the session, overridden blockers."""

from django.db import models
from django.db.models import Q

from common.fields import ExactDecimalField
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField
from sessions_app.models.visit import Session


class CheckIn(EventRecord):
    """The arrival checks. Repeated when something changes; the latest counts."""

    frozen_with = ("session",)
    privacy = Privacy(
        identifying="escort_name escort_phone",
        operational=EventRecord.EVENT_FIELDS + " session",
        clinical="identity_confirmed fasting_confirmed escort_confirmed medicines_changed medicines_note weight_kg "
        "note",
    )

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="check_ins")
    identity_confirmed = models.BooleanField()
    fasting_confirmed = models.BooleanField()
    escort_confirmed = models.BooleanField()
    escort_name = SealedTextField(blank=True)
    escort_phone = SealedTextField(blank=True)
    medicines_changed = models.BooleanField()
    medicines_note = SealedTextField(blank=True)
    weight_kg = ExactDecimalField("weight today in kg", places=2)
    note = SealedTextField(blank=True)

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(weight_kg__gte=30, weight_kg__lte=300), name="check_in_weight_30_300"),
        ]


class SessionAssessment(Record):
    """Joins a session to the questionnaires given before or after it: by the practice's protocol, or as chosen."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(operational="id session assessment_set moment by_protocol created_at")

    class Moment(models.TextChoices):
        PRE = "pre", "Before"
        POST = "post", "After"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="assessment_links")
    assessment_set = models.OneToOneField(
        "assessments.AssessmentSet", on_delete=models.PROTECT, related_name="session_link"
    )
    moment = models.CharField(max_length=4, choices=Moment.choices)
    by_protocol = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(moment__in=["pre", "post"]), name="session_assessment_moment_known")
        ]


class BlockerOverride(EventRecord):
    """A blocker that somebody allowed to passed with a typed reason."""

    frozen_with = ("session",)
    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " session gate code", clinical="sentence reason")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="overrides")
    gate = models.CharField(max_length=12)
    code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    reason = SealedTextField()
