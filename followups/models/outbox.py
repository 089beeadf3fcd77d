"""The messages that carry check-ins: what waits, what is being sent, and what became of it."""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from assessments.models import RiskItem
from common.records import Privacy, Record, RecordKind
from followups.models.sending import ChannelPause


class OutboxQuerySet(models.QuerySet):
    def waiting(self, at):
        """Messages that a worker may take now."""
        return self.filter(state=OutboxMessage.State.PENDING, next_try_at__lte=at).order_by("next_try_at")

    def may_go_out(self, at):
        """Those waiting on a channel that is not paused; patients with an open risk item first (F4)."""
        at_risk = RiskItem.objects.filter(patient__check_ins=OuterRef("check_in"), closed_at=None)
        ready = self.waiting(at).exclude(channel__in=ChannelPause.objects.paused(at).values("channel"))
        return ready.annotate(is_at_risk=Exists(at_risk)).order_by("-is_at_risk", "next_try_at", "pk")

    def unclear(self):
        """Messages that a person must look at: nobody knows whether they went out, or they were given up."""
        return self.filter(
            state__in=[OutboxMessage.State.AMBIGUOUS, OutboxMessage.State.FAILED],
            delivery=OutboxMessage.Delivery.UNKNOWN,
        )

    def undelivered(self):
        """They did not arrive, by what the provider or the other mail server told."""
        return self.filter(delivery=OutboxMessage.Delivery.UNDELIVERED)

    def undelivered_to(self, patient, contact: str):
        """Those of a patient that did not arrive at this address or number, which nobody has checked since."""
        return self.undelivered().filter(sent_to=contact, contact_checked_at=None, check_in__patient=patient)

    def abandoned(self, at):
        """Claimed by a worker that did not report back within its lease."""
        return self.filter(state=OutboxMessage.State.CLAIMED, claimed_until__lte=at)

    def unneeded(self):
        """Still waiting although their check-in is over."""
        asked = OutboxMessage.check_in.get_queryset().filter(pk=OuterRef("check_in"), state="sent")
        return self.filter(~Exists(asked), state=OutboxMessage.State.PENDING)

    def stuck(self, at):
        """Waiting for a worker longer than five minutes after their time (F6, KAP-FUP-SILENCE).

        What waits for a provider that is not reached is told apart (F21).
        """
        late = self.filter(state=OutboxMessage.State.PENDING, next_try_at__lte=at - timedelta(minutes=5))
        return late.exclude(channel__in=ChannelPause.objects.troubled().values("channel"))


class OutboxMessage(Record):
    """A message to be sent once: claimed by compare-and-set with a lease; `ambiguous` is never blindly resent (F1).

    `sent_to` is the address or number that the last try went to, which the patient may have changed since.
    """

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        identifying="sent_to",
        operational="id practice check_in channel purpose state claimed_until attempts next_try_at message_id sent_at "
        "last_error created_at provider_id delivery delivery_at delivery_code contact_checked_at contact_checked_by",
    )

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        CLAIMED = "claimed", "Being sent"
        SENT = "sent", "Sent"
        AMBIGUOUS = "ambiguous", "Unclear whether sent"
        FAILED = "failed", "Not sent"
        DROPPED = "dropped", "Not needed any more"

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        TEXT = "text", "Text message"

    class Delivery(models.TextChoices):
        """What was heard about it after it was sent."""

        UNKNOWN = "", "Accepted"
        DELIVERED = "delivered", "Delivered"
        UNDELIVERED = "undelivered", "Not delivered"

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    check_in = models.ForeignKey("followups.CheckIn", on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.EMAIL)
    purpose = models.CharField(max_length=12, default="invite")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    message_id = models.CharField(max_length=80)
    sent_to = models.CharField(max_length=254, blank=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    provider_id = models.CharField(max_length=64, blank=True)
    delivery = models.CharField(max_length=12, choices=Delivery.choices, blank=True)
    delivery_at = models.DateTimeField(null=True)
    delivery_code = models.CharField(max_length=12, blank=True, help_text="An SMTP status or a provider's error.")
    contact_checked_at = models.DateTimeField(null=True)
    contact_checked_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_in", "channel", "purpose"], name="message_once"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "claimed", "sent", "ambiguous", "failed", "dropped"]),
                name="message_state_known",
            ),
            models.CheckConstraint(condition=Q(channel__in=["email", "text"]), name="message_channel_known"),
            models.CheckConstraint(
                condition=Q(delivery="", delivery_at=None)
                | Q(delivery__in=["delivered", "undelivered"], delivery_at__isnull=False),
                name="message_delivery_known",
            ),
            models.CheckConstraint(
                condition=Q(contact_checked_at=None, contact_checked_by=None)
                | Q(contact_checked_at__isnull=False, contact_checked_by__isnull=False),
                name="contact_checked_at_and_by",
            ),
        ]
        indexes = [
            # One for each state: SQLite sees no more than an equal condition.
            models.Index(fields=["next_try_at"], condition=Q(state="pending"), name="message_pending"),
            models.Index(fields=["claimed_until"], condition=Q(state="claimed"), name="message_claimed"),
            models.Index(fields=["check_in"], condition=Q(state__in=["ambiguous", "failed"]), name="message_unclear"),
            models.Index(fields=["check_in"], condition=Q(delivery="undelivered"), name="message_undelivered"),
            models.Index(fields=["message_id"], name="message_by_id"),
        ]

    @property
    def is_undelivered(self) -> bool:
        return self.delivery == self.Delivery.UNDELIVERED
