"""The discharge."""

from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.gatekeeping import needs
from accounts.roles import Permission
from sessions_app import actions
from sessions_app.forms import DischargeForm
from sessions_app.leaving_facts import leaving_criteria
from sessions_app.session_facts import load_facts
from sessions_app.session_reach import SessionReach
from sessions_app.views.acting import act_page, posted, session_for


@needs(Permission.DISCHARGE_PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def discharge(request, pk):
    """Each criterion met or not, those a person decides as questions."""
    session = session_for(request.actor, pk, Permission.DISCHARGE_PATIENT)
    facts = load_facts(session)
    against = SessionReach.of(request.actor, session).may(Permission.DISCHARGE_AGAINST_ADVICE)
    return act_page(
        request,
        session,
        DischargeForm(posted(request), session=session, may_against_advice=against),
        actions.discharge_patient,
        template="sessions_app/discharge.html",
        done=f"{session.patient.name} has left.",
        context={"criteria": leaving_criteria(facts, timezone.now()), "facts": facts, "may_against_advice": against},
    )
