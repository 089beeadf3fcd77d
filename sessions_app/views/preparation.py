"""Check-in, roster, ready, and a prescriber's decision about a blocker."""

from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gatekeeping import needs
from accounts.models import Membership
from accounts.roles import Permission
from common.errors import StaleState
from sessions_app import actions
from sessions_app.before_dose import dose_blockers, split
from sessions_app.forms import CheckInForm, OverrideForm, RosterForm
from sessions_app.roster import roster_mark
from sessions_app.session_facts import load_facts
from sessions_app.views.acting import act_now, act_page, posted, session_for

FORM = ["GET", "HEAD", "POST"]


@needs(Permission.CHECK_IN_PATIENT)
@require_http_methods(FORM)
def check_in(request, pk):
    session = session_for(request.actor, pk, Permission.CHECK_IN_PATIENT)
    return act_page(
        request,
        session,
        CheckInForm(posted(request), session=session),
        actions.check_in_patient,
        template="sessions_app/check_in.html",
        done=f"{session.patient.name} is checked in.",
    )


@needs(Permission.SCHEDULE_SESSION)
@require_http_methods(FORM)
def roster(request, pk):
    session = session_for(request.actor, pk, Permission.SCHEDULE_SESSION)
    members = Membership.objects.visible_to(request.actor).active().order_by("user__full_name")
    standing = list(session.roster.filter(left_at=None).select_related("membership__user"))
    now = {f"{entry.duty}_id": str(entry.membership_id) for entry in standing}
    now["seen"] = roster_mark(standing)
    return act_page(
        request,
        session,
        RosterForm(posted(request), members=members, initial=now),
        actions.name_roster,
        template="sessions_app/roster.html",
        done="The roster is set.",
        context={"standing": standing},
        renewed={"seen": now["seen"]},
    )


@needs(Permission.CHECK_IN_PATIENT)
@require_POST
def ready(request, pk):
    session = session_for(request.actor, pk, Permission.CHECK_IN_PATIENT)
    return act_now(request, session, actions.set_ready, done="Ready: nothing stands between the patient and the dose.")


@needs(Permission.OVERRIDE_BLOCKER)
@require_http_methods(FORM)
def override(request, pk, code):
    """A prescriber reads the sentence and goes on with a reason."""
    session = session_for(request.actor, pk, Permission.OVERRIDE_BLOCKER)
    facts = load_facts(session)
    standing, _ = split(dose_blockers(facts, timezone.now()), facts.overrides)
    blocker = next((one for one in standing if one.code == code and one.override), None)
    if blocker is None:
        raise StaleState("This no longer stands in the way, or nobody may pass it. Go back to the session.")
    return act_page(
        request,
        session,
        OverrideForm(posted(request)),
        actions.override_blocker,
        template="sessions_app/override.html",
        done="Your decision is recorded.",
        context={"blocker": blocker},
        code=code,
    )
