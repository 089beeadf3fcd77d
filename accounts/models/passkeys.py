"""Passkeys: keys on a phone, a computer or a security key that prove a person without a secret to type (R22)."""

from django.db import models

from accounts.models.factors import FactorQuerySet
from accounts.models.people import User
from common.records import Privacy, Record, RecordKind


class PasskeyQuerySet(FactorQuerySet):
    def in_use(self):
        return self.filter(ended_at=None)


class Passkey(Record):
    """The public half of a key pair (WebAuthn Level 3); the private half never leaves the person's device.

    `credential_id` and `public_key` are base64url; `last_challenge` keeps one answer from being taken twice.
    """

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id user name credential_id public_key sign_count last_challenge made_at last_used_at ended_at"
    )

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True)
    public_key = models.TextField()
    sign_count = models.BigIntegerField(default=0)
    last_challenge = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = PasskeyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "ended_at"])]
