"""The second factor of a person: an authenticator app, and recovery codes for the day it is lost (R22)."""

from django.db import models
from django.db.models import Q

from accounts.models.people import User
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField


class FactorQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own, and nobody else's."""
        return self.none() if actor is None else self.filter(user_id=actor.user_id, ended_at=None)

    def in_use(self):
        return self.filter(ended_at=None, confirmed_at__isnull=False)

    def waiting(self):
        """Made, and no code of it shown yet."""
        return self.filter(ended_at=None, confirmed_at=None)


class Authenticator(Record):
    """A secret shared with somebody's authenticator app; it counts once a code of it was shown.

    `last_step` is the newest half minute whose code was used, so that no code is taken twice.
    """

    kind = RecordKind.EDITABLE
    privacy = Privacy(operational="id user secret made_at confirmed_at ended_at last_step")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="authenticators")
    secret = SealedTextField()
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)

    objects = FactorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed_at__isnull=False, ended_at=None),
                name="one_authenticator_in_use",
            )
        ]


class RecoveryCode(Record):
    """A code that stands in for the authenticator once; only its hash is kept."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(operational="id user code_hash made_at used_at ended_at")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = FactorQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once")]
