"""Signature and addendum."""

from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.gatekeeping import needs
from accounts.roles import Permission
from sessions_app import actions
from sessions_app.forms import AddendumForm, SignForm
from sessions_app.leaving_facts import signature_blockers
from sessions_app.session_facts import load_facts
from sessions_app.views.acting import act_page, posted, session_for

FORM = ["GET", "HEAD", "POST"]


@needs(Permission.SIGN_SESSION)
@require_http_methods(FORM)
def sign(request, pk):
    session = session_for(request.actor, pk, Permission.SIGN_SESSION)
    blockers = signature_blockers(load_facts(session), timezone.now())
    return act_page(
        request,
        session,
        SignForm(posted(request), session=session),
        actions.sign_session,
        template="sessions_app/sign.html",
        done="The session is signed and frozen.",
        context={"blockers": blockers},
    )


@needs(Permission.ADD_ADDENDUM)
@require_http_methods(FORM)
def addendum(request, pk):
    session = session_for(request.actor, pk, Permission.ADD_ADDENDUM)
    asked = session.questions.open().filter(asked_of_id=request.actor.membership_id).with_names()
    return act_page(
        request,
        session,
        AddendumForm(posted(request)),
        actions.add_addendum,
        template="sessions_app/addendum.html",
        done="The addendum is saved.",
        anchor="timeline",
        context={"questions": list(asked)},
    )
