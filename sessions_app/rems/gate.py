"""What the REMS asks for before an esketamine dose: enrolled and counselled, asked on the day (KAP-REMS-CHECK)."""

from datetime import datetime

from django.urls import reverse

from common.blockers import Blocker
from common.clinical import Route
from sessions_app.models import RemsCheck, Session

SOURCE = "KAP-REMS-CHECK"
ESKETAMINE = Route.ESK


def rems_blockers(session: Session, at: datetime) -> list[Blocker]:
    """Empty for other routes. One query for esketamine; nobody may pass these."""
    route = session.order.route if session.order else session.series.route
    if route != ESKETAMINE:
        return []
    link = reverse("sessions:rems_check", args=[session.pk])
    check = _newest_check(session)
    if check is None:
        sentence = "Fill in the REMS check: enrolled, counselled, other medicines."
        return [Blocker("REMS_CHECK_MISSING", sentence, SOURCE, link=link)]
    found = []
    if not check.is_enrolled:
        found.append(Blocker("REMS_NOT_ENROLLED", "Enrol the patient in the REMS first.", SOURCE, link=link))
    if not check.is_counselled:
        found.append(Blocker("REMS_NOT_COUNSELLED", "Counsel the patient on the risks first.", SOURCE, link=link))
    return found


def _newest_check(session: Session) -> RemsCheck | None:
    """Of the rows that were read along with the session's facts, else one query."""
    known = getattr(session, "rems_checks_read", None)
    if known is None:
        return session.rems_checks.order_by("-recorded_at").first()
    return known[-1] if known else None
