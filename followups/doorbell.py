"""Wakes a worker for one message; nothing depends on it being heard, since every sweep looks again (F3)."""

from celery import current_app
from django.db import transaction

SECONDS = 60  # a ring that nobody answered is forgotten; the sweep rings again


def ring_for(message_id) -> None:
    current_app.send_task("followups.deliver", [str(message_id)], expires=SECONDS, argsrepr="(a message)")


def ring_after_commit(message_id) -> None:
    """Ring once the transaction is over. A queue that is down does not undo or refuse what was just stored."""
    transaction.on_commit(lambda: ring_for(message_id), robust=True)
