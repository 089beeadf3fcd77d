"""After the signature: addenda and the administrative review of the dosing record."""

from django.db import models
from django.db.models import F, Q

from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField
from sessions_app.models.visit import Session


class SessionAddendum(EventRecord):
    """A later correction or addition; the signed original stays as it was."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " session", clinical="text reason")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="addenda")
    text = SealedTextField()
    reason = SealedTextField()


class ReviewQuestionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at=None)

    def asked_of_member(self, membership_id):
        return self.open().filter(asked_of_id=membership_id).select_related("session__patient", "asked_by__user")

    def with_names(self):
        return self.select_related("asked_by__user", "asked_of__user", "answer").order_by("asked_at")


class ReviewQuestion(Record):
    """What a reviewer asks of somebody who had a hand in the dose; answered by an addendum, then frozen."""

    kind = RecordKind.SIGNED
    frozen_by = "answered_at"
    privacy = Privacy(operational="id session asked_at asked_by asked_of answered_at answer", clinical="text")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="questions")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    asked_of = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    text = SealedTextField()
    answered_at = models.DateTimeField(null=True)
    answer = models.ForeignKey(SessionAddendum, on_delete=models.PROTECT, related_name="answers", null=True)

    objects = ReviewQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer=None) | Q(answered_at__isnull=False, answer__isnull=False),
                name="question_answered_by_an_addendum",
            ),
            models.CheckConstraint(condition=~Q(asked_by=F("asked_of")), name="question_asked_of_another"),
        ]
        indexes = [
            models.Index(fields=["asked_of"], condition=Q(answered_at=None), name="question_open_of"),
            models.Index(fields=["session", "asked_at"], name="question_of_session"),
        ]


class SessionReview(EventRecord):
    """The review of one dosing record by somebody who did not give it."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " session", clinical="note")

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="review")
    note = SealedTextField()

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(condition=~Q(note=""), name="review_has_note"),
        ]
