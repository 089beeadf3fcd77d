"""Consents with the version and scope that was signed, and their withdrawal."""

from django.db import models

from common.records import EventRecord, Privacy
from common.sealed_fields import SealedTextField


class ConsentQuerySet(models.QuerySet):
    def newest_first(self):
        """Consents with their withdrawals and the people who recorded them."""
        return self.select_related("recorded_by__user", "withdrawal__recorded_by__user").order_by(
            "-occurred_at", "-recorded_at"
        )


class Consent(EventRecord):
    """`occurred_at` is when the patient signed. The text's version and hash are kept with it."""

    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " patient text_sha256",
        clinical="scope version method signed_name",
    )

    class Scope(models.TextChoices):
        TREATMENT = "treatment", "Ketamine treatment"
        THERAPY = "therapy", "Psychotherapy with treatment"
        MESSAGES = "messages", "Questionnaires and messages by e-mail"
        TEXTS = "texts", "Text messages to the mobile phone"
        TOUCH = "touch", "Supportive touch"

    class Method(models.TextChoices):
        PAPER = "paper", "On paper"
        SCREEN = "screen", "On the clinic's screen"

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="consents")
    scope = models.CharField(max_length=10, choices=Scope.choices)
    version = models.CharField(max_length=20)
    method = models.CharField(max_length=8, choices=Method.choices)
    signed_name = models.CharField(max_length=160)
    text_sha256 = models.CharField(max_length=64, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta(EventRecord.Meta):
        indexes = [models.Index(fields=["patient", "scope", "-occurred_at"], name="consent_latest")]
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(scope__in=["treatment", "therapy", "messages", "texts", "touch"]),
                name="consent_scope_known",
            ),
            models.CheckConstraint(condition=models.Q(method__in=["paper", "screen"]), name="consent_method_known"),
        ]

    @property
    def is_withdrawn(self) -> bool:
        return getattr(self, "withdrawal", None) is not None


class ConsentWithdrawal(EventRecord):
    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " consent", clinical="reason")

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    reason = SealedTextField(blank=True)
