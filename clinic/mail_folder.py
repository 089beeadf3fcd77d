"""Mail of a clinic on one machine: each message a private file of its own, there whole or not at all.

Django's file backend appends to a file named by the second and an address in memory, which two worker processes may
share; a message half written by a process that was killed then swallows the next one.
"""

from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from common.whole_files import write_whole


class EmailBackend(BaseEmailBackend):
    """Writes to the folder EMAIL_FILE_PATH; names sort by time."""

    def send_messages(self, email_messages) -> int:
        for message in email_messages:
            write_whole(Path(settings.EMAIL_FILE_PATH), "eml", message.message().as_bytes())
        return len(email_messages)
