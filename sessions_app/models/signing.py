"""After the signature: addenda and the administrative review of the dosing record."""

from django.db import models
from django.db.models import Q

from common.records import EventRecord, Privacy
from common.sealed_fields import SealedTextField
from sessions_app.models.visit import Session


class SessionAddendum(EventRecord):
    """A later correction or addition; the signed original stays as it was."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " session", clinical="text reason")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="addenda")
    text = SealedTextField()
    reason = SealedTextField()


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
