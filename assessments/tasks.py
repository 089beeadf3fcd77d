"""The doorbell of this app: writes down to whom unacknowledged risk answers went, and has each person mailed (R80).

Nothing waits for it: whose turn it is, and what that person may see, follows from the clock and the list.
"""

import logging

from celery import shared_task
from django.utils import timezone

from accounts.actor import system_actor
from assessments import actions
from assessments.models import OnCallPlace, RiskItem

log = logging.getLogger("clinic.risk")
BATCH = 200


@shared_task(name="assessments.escalate_risk")
def escalate_risk() -> None:
    by, at = system_actor("risk-watch"), timezone.now()
    for practice_id in OnCallPlace.objects.unable().order_by().values_list("practice_id", flat=True).distinct():
        actions.close_ranks(practice_id=practice_id, by=by, at=at)
    waiting = RiskItem.objects.unacknowledged().select_related("patient").order_by("raised_at")
    for item in waiting[:BATCH]:
        try:
            actions.escalate_risk(item=item, by=by, at=at)
        except Exception:
            log.exception("risk item %s could not be passed on", item.pk)  # the next sweep tries again
