"""Into a link and out of it: opening, the birth date, the overview, handing a tablet back."""

from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.failures import too_many_unknown_links
from accounts.origin import client_ip
from assessments import actions
from assessments.links import BIRTH_DATE_TRIES
from common.http import form_status
from portal import kiosk
from portal.forms import BirthDateForm, CallForm
from portal.link_cookie import forget, held, remember
from portal.next_contact import next_contact
from portal.pages import before_check, closed, portal_view, see_other, show, visitor_page
from portal.parts import call_asked, overview
from portal.visits import is_finished, link_of_token

TOO_MANY = 429


@portal_view
@require_safe
def open_link(request, token):
    """Changes nothing about the link, whoever calls and how often (R71): the browser is handed a cookie, no more.

    An address that tried many links which do not exist is told so for every dead one; a living one opens (R81).
    """
    link, holding = link_of_token(token), held(request)
    is_same = link is not None and holding is not None and holding.link_id == link.pk
    at = timezone.now()
    if link is None or not (link.is_answerable(at) or (is_same and is_finished(link))):
        slowed = too_many_unknown_links(client_ip(request), at, is_unknown=link is None)
        return closed(request, TOO_MANY) if slowed else closed(request)
    response = see_other("portal:form")
    on_tablet = link.channel == link.Channel.TABLET
    remember(response, link.pk, at, is_checked=on_tablet or (is_same and holding.is_checked))
    if on_tablet:
        kiosk.begin(response, link.assessment_set.patient.practice_id)
    return response


@visitor_page
@before_check
@require_http_methods(["GET", "HEAD", "POST"])
def birth_date(request, visit, at):
    if visit.is_checked or visit.is_finished:
        return see_other("portal:form")
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["birth_date"]
        if actions.check_birth_date(link=visit.link, by=visit.by, at=at, birth_date=day):
            response = see_other("portal:form")
            remember(response, visit.link.pk, at, is_checked=True)
            return response
        visit.link.refresh_from_db(fields=["birth_date_tries", "locked_at"])
        if visit.link.locked_at:
            return closed(request)
        left = BIRTH_DATE_TRIES - visit.link.birth_date_tries
        form.add_error(None, f"This does not match. {left} {'try' if left == 1 else 'tries'} left.")
    return show(request, "birth_date.html", {"form": form}, status=form_status(form))


@visitor_page
@require_safe
def form(request, visit, at):
    """The overview: what is asked, what was sent already, where to go on."""
    if visit.is_finished:
        return see_other("portal:done")
    return show(request, "overview.html", {"visit": visit, "page": overview(visit)})


@visitor_page
@require_safe
def help_now(request, visit, at):
    """Shown at once after an answer about suicide, before anything else goes on."""
    return show(request, "help_now.html", {"visit": visit, "next_part": visit.next_part})


@visitor_page
@require_safe
def done(request, visit, at):
    if not visit.is_finished:
        return see_other("portal:form")
    return _done(request, visit, at, CallForm())


def _done(request, visit, at, call_form):
    next_on = next_contact(visit.assessment_set.patient, at)
    context = {"visit": visit, "next_on": next_on, "call_form": call_form, "is_call_asked": call_asked(visit)}
    context |= {"lock_after": round(kiosk.LOCK_DONE_AFTER.total_seconds())}
    response = show(request, "done.html", context, status=form_status(call_form))
    if visit.is_tablet:
        forget(response)
    return response


@visitor_page
@require_POST
def call_me(request, visit, at):
    """After everything was sent; while questions are open the wish goes with the answers."""
    if not visit.is_finished:
        return see_other("portal:form")
    form = CallForm(request.POST)
    if form.is_valid():
        words = form.cleaned_data["call_words"]
        actions.ask_for_call(assessment_set=visit.assessment_set, by=visit.by, at=at, link=visit.link, words=words)
        return see_other("portal:done")
    return _done(request, visit, at, form)


@portal_view
@require_POST
def stop(request):
    """The patient hands the tablet back before the end; the answers given so far stay."""
    response = see_other("portal:locked")
    forget(response)
    return response


@portal_view
@require_safe
def locked(request):
    """What a tablet shows in nobody's hands: whose it is and where to get help; nothing about who answered on it."""
    practice = kiosk.practice_of(request)
    if practice is None:
        return closed(request)
    request.link_practice = practice
    response = show(request, "locked.html", {"practice": practice})
    forget(response)
    return response
