"""The discharge, and a prescriber's waiver of one criterion."""

from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.gatekeeping import needs
from accounts.roles import Permission
from common.errors import StaleState
from sessions_app import actions
from sessions_app.forms import DischargeForm, WaiverForm
from sessions_app.leaving_facts import leaving_criteria, waivable_criteria
from sessions_app.session_facts import load_facts
from sessions_app.session_reach import SessionReach
from sessions_app.views.acting import act_page, posted, session_for

FORM = ["GET", "HEAD", "POST"]


@needs(Permission.DISCHARGE_PATIENT)
@require_http_methods(FORM)
def discharge(request, pk):
    """Each criterion met, waived or not, those a person decides as questions."""
    session = session_for(request.actor, pk, Permission.DISCHARGE_PATIENT)
    facts, at = load_facts(session), timezone.now()
    reach = SessionReach.of(request.actor, session)
    against = reach.may(Permission.DISCHARGE_AGAINST_ADVICE)
    shown = {"criteria": leaving_criteria(facts, at), "facts": facts, "may_against_advice": against}
    shown |= {"waivable": waivable_criteria(facts, at), "may_waive": reach.may(Permission.WAIVE_CRITERION)}
    return act_page(
        request,
        session,
        DischargeForm(posted(request), session=session, may_against_advice=against),
        actions.discharge_patient,
        template="sessions_app/discharge.html",
        done=f"{session.patient.name} has left.",
        context=shown,
    )


@needs(Permission.WAIVE_CRITERION)
@require_http_methods(FORM)
def waive(request, pk, code):
    """The prescriber reads what is not met and lets the patient leave without it, with a reason."""
    session = session_for(request.actor, pk, Permission.WAIVE_CRITERION)
    standing = {one.code: one for one in waivable_criteria(load_facts(session), timezone.now())}
    if code not in standing:
        raise StaleState("This no longer stands in the way, or nobody may waive it. Go back to the session.")
    return act_page(
        request,
        session,
        WaiverForm(posted(request)),
        actions.waive_criterion,
        template="sessions_app/waive.html",
        done="Your decision is recorded. It holds for one hour.",
        context={"criterion": standing[code]},
        code=code,
    )
