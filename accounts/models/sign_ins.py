"""Who is signed in, where and since when: Django's session rows, told apart by person (R32)."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from accounts.models.people import Membership, User
from common.records import Privacy, Record, RecordKind


class SignInQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """One's own, in whatever practice."""
        return self.none() if actor is None else self.filter(user_id=actor.user_id, membership__isnull=False)

    def alive(self, at):
        return self.filter(expire_date__gt=at)

    def in_order(self):
        return self.order_by("-active_at", "pk")


class SignIn(AbstractBaseSession, Record):
    """One browser's session. `user` and `membership` are empty until the sign-in is complete.

    The key is made from the session's own, so that a page can name the row without telling the cookie.
    """

    kind = RecordKind.WORKING
    privacy = Privacy(
        operational="id session_key session_data expire_date user membership signed_in_at active_at ip browser"
    )

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    signed_in_at = models.DateTimeField(null=True)
    active_at = models.DateTimeField(null=True)
    ip = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=60, blank=True)

    objects = SignInQuerySet.as_manager()

    @classmethod
    def get_session_store_class(cls):
        from accounts.session_store import SessionStore

        return SessionStore
