"""What people are told by mail: about their own account (R32), and that something on call waits for them (R80)."""

from django.db import models
from django.db.models import Q

from accounts.models.people import Practice, User
from common.records import Privacy, Record, RecordKind

MOST_TRIES = 8


class KnownBrowser(Record):
    """A browser in which somebody signed in before, by the hash of the cookie that it keeps."""

    kind = RecordKind.WORKING
    privacy = Privacy(operational="id user token_hash first_seen_at last_seen_at")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "token_hash"], name="known_browser_once")]


class AccountNoticeQuerySet(models.QuerySet):
    def put_in_post(self, user_id, about: str, at, *, practice_id=None, browser: str = ""):
        """Beside the change that it tells of, in its transaction; a worker mails it."""
        row = {"user_id": user_id, "practice_id": practice_id, "about": about, "browser": browser}
        return self.create(happened_at=at, try_at=at, **row)

    def due(self, at):
        return self.filter(sent_at=None, try_at__lte=at, tries__lt=MOST_TRIES)


class AccountNotice(Record):
    """A mail to somebody with an account, written with the change that it tells of and sent by the worker."""

    class About(models.TextChoices):
        NEW_BROWSER = "new_browser"
        FACTOR = "factor"
        PASSWORD = "password"  # noqa: S105  (a word, not a secret)
        RISK = "risk"

    kind = RecordKind.WORKING
    privacy = Privacy(operational="id user practice about browser happened_at try_at tries sent_at")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Practice, null=True, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=12, choices=About.choices)
    browser = models.CharField(max_length=60, blank=True)
    happened_at = models.DateTimeField()
    try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    objects = AccountNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(about__in=["new_browser", "factor", "password", "risk"]), name="account_notice_about"
            )
        ]
        indexes = [models.Index(fields=["try_at"], condition=Q(sent_at=None), name="account_notice_due")]
