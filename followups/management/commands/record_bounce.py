"""Takes one delivery status notification: a mail server pipes them here (docs/operations/messages.md)."""

import sys

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from accounts.actor import system_actor
from followups import actions
from followups.bounces import MOST_BYTES, read_notification
from followups.sent import message_of_mail

TRY_LATER = 75  # EX_TEMPFAIL: the mail server keeps the notification and pipes it again


class Command(BaseCommand):
    help = "Read one delivery status notification (RFC 3464) and note whether the check-in's mail arrived."

    def handle(self, **options):
        """Whatever is no news about a mail of ours is passed over, since a mail server would bounce the bounce."""
        told = read_notification(sys.stdin.buffer.read(MOST_BYTES))
        if told is None or not told.delivery:
            self.stdout.write("Nothing final is told about a mail.")
            return
        try:
            self._note(told)
        except DatabaseError:
            sys.exit(TRY_LATER)

    def _note(self, told) -> None:
        message = message_of_mail(told.message_id)
        if message is None:
            self.stdout.write("It is not about a mail of this clinic.")
            return
        by, at = system_actor("record_bounce", message.practice_id), timezone.now()
        actions.record_delivery(message=message, by=by, at=at, delivery=told.delivery, code=told.code)
        self.stdout.write("Noted.")
