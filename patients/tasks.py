"""The doorbell of this app: tells reviewers of emergency accesses, and looks for unusual looks (R13, R14)."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from accounts.actor import system_actor
from accounts.models import Membership, Practice
from patients import actions
from patients.models import EmergencyAccess

log = logging.getLogger("clinic.access")
TEXT = """Somebody opened a chart by emergency access.

Please review it by {due}: {address}

This mail names nobody on purpose. Sign in to see who, whose chart and why.
"""


@shared_task(name="patients.announce_emergencies")
def announce_emergencies() -> None:
    """Mail the reviewers of each access that nobody was told of; their home pages show it without any mail."""
    for access in EmergencyAccess.objects.unannounced().select_related("patient").order_by("opened_at")[:50]:
        by = system_actor("access-watch", access.patient.practice_id)
        if not actions.claim_announcement(access=access, by=by, at=timezone.now()):
            continue
        try:
            _mail(access).send()
        except OSError as error:
            log.error("emergency access %s was not announced: %s", access.pk, type(error).__name__)
            actions.release_announcement(access=access, by=by, at=timezone.now())


@shared_task(name="patients.find_unusual_looks")
def find_unusual_looks() -> None:
    """Each practice's looks of the last day against the rule (R14)."""
    for practice_id in Practice.objects.values_list("pk", flat=True):
        by = system_actor("access-watch", practice_id)
        actions.find_unusual_looks(by=by, at=timezone.now(), practice_id=practice_id)


def _mail(access: EmergencyAccess) -> EmailMessage:
    reviewers = Membership.objects.active().filter(practice_id=access.patient.practice_id, is_compliance=True)
    address = settings.PUBLIC_URL.rstrip("/") + reverse("patients:emergency_access", args=[access.pk])
    text = TEXT.format(due=access.review_due_on.isoformat(), address=address)
    to = list(reviewers.values_list("user__email", flat=True))
    return EmailMessage("An access waits for your review", text, settings.DEFAULT_FROM_EMAIL, to)
