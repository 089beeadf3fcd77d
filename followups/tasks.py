"""The doorbell: Celery looks into the tables for what is due; a lost or doubled task changes nothing (F1-F5)."""

import logging

from celery import shared_task
from django.utils import timezone

from accounts.actor import system_actor
from common.errors import StaleState
from followups import actions
from followups.mail import check_in_mail
from followups.models import CheckIn, OutboxMessage

log = logging.getLogger("clinic.followups")
BATCH = 200


def _by(practice_id=None):
    return system_actor("follow-ups", practice_id)


@shared_task(name="followups.sweep")
def sweep() -> None:
    """Open what is due, ring for waiting messages, close what is over."""
    at = timezone.now()
    _each(CheckIn.objects.due(at), actions.open_check_in, at)
    _each(CheckIn.objects.overdue(at), actions.expire_check_in, at)
    actions.release_expired_claims(by=_by(), at=at)
    for message_id in OutboxMessage.objects.waiting(at).values_list("pk", flat=True)[:BATCH]:
        deliver.delay(str(message_id))


def _each(check_ins, action, at) -> None:
    for check_in in check_ins.select_related("patient", "point", "assessment_set").order_by("due_at")[:BATCH]:
        try:
            action(check_in=check_in, by=_by(check_in.patient.practice_id), at=at)
        except StaleState:
            continue  # another worker was first
        except Exception:
            log.exception("check-in %s could not be handled", check_in.pk)


@shared_task(name="followups.deliver", argsrepr="(message)")
def deliver(message_id: str) -> None:
    """Send one outbox message if it is still waiting."""
    at, by = timezone.now(), _by()
    claimed = actions.claim_message(message_id=message_id, by=by, at=at)
    if claimed is None:
        return
    message, token = claimed
    try:
        check_in_mail(message, token).send()
    except OSError as error:
        actions.record_trouble(message=message, by=by, at=timezone.now(), error=type(error).__name__)
        return
    actions.record_sent(message=message, by=by, at=timezone.now())
