"""What every page of a link shares: no staff rights, no referrer, no stored copy, one answer for every dead end."""

from functools import wraps

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.context import crisis_help, crisis_help_of_all
from accounts.gatekeeping import before_own_password, link_holder
from portal.kiosk import practice_id_of
from portal.link_cookie import cookie_name, remember
from portal.visits import visit_of

GONE = 410  # every link that opens nothing, whatever the reason (R70)


class SeeOther(HttpResponseRedirect):
    """303: the next request is a GET, also after a POST (R71)."""

    status_code = 303


def see_other(route: str, *args) -> SeeOther:
    return SeeOther(reverse(route, args=args))


def portal_view(view):
    """A page for whoever holds a link: a staff sign-in of the same browser is ignored and never kept awake (R76)."""

    @wraps(view)
    def page(request, *args, **kwargs):
        request.actor = None
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "no-store"
        return response

    page.polls = True
    return link_holder(before_own_password(page))


def visitor_page(view):
    """The view gets `visit` and `at`; without a link that opens something the visitor sees the one closed page.

    `view.before_check` lets the birth-date step itself be seen before it was passed.
    """

    @portal_view
    @wraps(view)
    def page(request, *args, **kwargs):
        at = timezone.now()
        visit = visit_of(request, at)
        if visit is None:
            return closed(request) if practice_id_of(request) is None else see_other("portal:locked")
        if not visit.is_checked and not visit.is_finished and not getattr(view, "before_check", False):
            return see_other("portal:birth_date")
        response = view(request, visit, at, *args, **kwargs)
        if visit.is_tablet and cookie_name() not in response.cookies:
            remember(response, visit.link.pk, at, is_checked=True)
        return response

    return page


def before_check(view):
    view.before_check = True
    return view


def show(request, template: str, context: dict | None = None, status: int = 200) -> HttpResponse:
    """A patient's page; notes meant for staff in the same browser never appear on it."""
    return render(request, f"portal/{template}", {"messages": (), **(context or {})}, status=status)


def closed(request, status: int = GONE) -> HttpResponse:
    """The one page of every dead end, with numbers to call that tell nothing about the link. Its address may hold a
    token, so Django's own log line is left out (R75)."""
    known = getattr(request, "link_practice", None)
    crisis = crisis_help(known) if known else crisis_help_of_all()
    response = show(request, "closed.html", {"crisis": crisis}, status=status)
    response._has_been_logged = True
    return response
