"""What integration asks before the next dose: that the one before was written up."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from accounts.roles import Permission
from common.blockers import Blocker
from integration_notes.models import IntegrationNote
from integration_notes.worklist import OVERDUE_AFTER, SHOWN_FOR
from sessions_app.models import Session


def dose_blockers(session: Session, at: datetime) -> list[Blocker]:
    """The newest dosed session of the patient whose note is overdue; a prescriber may go on without it."""
    signed = IntegrationNote.objects.signed().about_dose().filter(session=OuterRef("pk"))
    window = {"first_dose_at__lte": at - OVERDUE_AFTER, "first_dose_at__gt": at - SHOWN_FOR}
    earlier = Session.objects.filter(patient_id=session.patient_id, **window).filter(~Exists(signed))
    number = earlier.exclude(pk=session.pk).order_by("-first_dose_at").values_list("number", flat=True).first()
    if number is None:
        return []
    sentence = f"The integration note about session {number} is missing. A prescriber may decide to go on."
    return [Blocker("NOTE_MISSING", sentence, "KAP-INT-WINDOW", override=Permission.OVERRIDE_BLOCKER.value)]
