"""Questionnaires that a practice writes itself, by version, and when one was retired."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models.versions import VersionsQuerySet
from assessments.definitions import Instrument
from assessments.practice_made import instrument_of
from common.records import Privacy, Record, RecordKind


class PracticeQuestionnaireQuerySet(VersionsQuerySet):
    def published(self):
        return self.filter(set_at__isnull=False)

    def with_retirement(self):
        """Each with `is_retired`: retired after this version was published."""
        after = QuestionnaireRetirement.objects.filter(
            practice_id=OuterRef("practice_id"), code=OuterRef("code"), set_at__gte=OuterRef("set_at")
        )
        return self.annotate(is_retired=Exists(after))


class PracticeQuestionnaire(Record):
    """One version of a questionnaire: a draft until it is published (`set_at`), then frozen for good.

    `code` names the questionnaire within its practice; `definition` is described in `assessments.practice_made`.
    `revision` counts changes of the draft, so that two people never overwrite each other.
    """

    kind = RecordKind.SIGNED
    frozen_by = "set_at"
    privacy = Privacy(operational="id practice code version name definition revision drafted_at set_at set_by note")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="questionnaires")
    code = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    definition = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    drafted_at = models.DateTimeField()
    set_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=300, blank=True)

    objects = PracticeQuestionnaireQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "code", "version"], name="questionnaire_version_once"),
            models.UniqueConstraint(
                fields=["practice", "code"], condition=Q(set_at=None), name="questionnaire_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(set_at=None, set_by=None) | Q(set_at__isnull=False, set_by__isnull=False),
                name="questionnaire_published_by_somebody",
            ),
        ]

    @property
    def is_published(self) -> bool:
        return self.set_at is not None

    @property
    def instrument(self) -> Instrument:
        return instrument_of(self.code, self.version, self.name, self.definition)


class QuestionnaireRetirement(Record):
    """From then on the questionnaire is given to nobody; a version published later brings it back."""

    kind = RecordKind.EVENT
    privacy = Privacy(operational="id practice code set_at set_by reason")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["practice", "code"], name="questionnaire_retired")]
