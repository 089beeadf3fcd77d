"""Loads the signed-in person in one query and ends sign-ins that are idle, too old or revoked (R8, R28, R29)."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_htmx.http import HttpResponseClientRedirect

from accounts import failures
from accounts.actor import Actor
from accounts.gatekeeping import PUBLIC
from accounts.models import Membership
from accounts.origin import where
from accounts.session_store import ACTIVE_KEY, MEMBERSHIP_KEY, SINCE_KEY

FACTOR_KEY = "factor_shown"
TOUCH_EVERY = timedelta(seconds=60)


class ActorMiddleware(AuthenticationMiddleware):
    """Sets `request.user` and `request.actor` (None when nobody is signed in)."""

    def process_request(self, request):
        failures.begin_request()
        membership = self._membership(request)
        request.user = membership.user if membership else AnonymousUser()
        request.actor = actor_of(membership, request) if membership else None
        if membership:
            timezone.activate(membership.practice.time_zone)
        else:
            timezone.deactivate()

    def process_view(self, request, view, args, kwargs):
        """A fragment is never answered with the sign-in page; a temporary password or a missing factor opens little."""
        if request.actor is None:
            return _answer_fragment(request, view)
        if getattr(view, "access", None) == PUBLIC:
            return None
        if request.actor.user.must_change_password:
            return None if getattr(view, "before_own_password", False) else _send_first(request, *OWN_PASSWORD)
        if not request.actor.user.has_second_factor:
            return None if getattr(view, "before_factor", False) else _send_first(request, *SECOND_FACTOR)
        return None

    def process_response(self, request, response):
        failures.end_request()
        return response

    def _membership(self, request) -> Membership | None:
        session = request.session
        if SESSION_KEY not in session or MEMBERSHIP_KEY not in session:
            return None
        membership = (
            Membership.objects.active()
            .filter(pk=session[MEMBERSHIP_KEY], user_id=session[SESSION_KEY])
            .select_related("user", "practice")
            .first()
        )
        if membership is None or not self._still_valid(request, membership):
            session.flush()
            return None
        return membership

    def _still_valid(self, request, membership) -> bool:
        session, now = request.session, timezone.now().timestamp()
        expected = membership.user.get_session_auth_hash()
        if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), expected):
            return False
        if membership.user.has_second_factor and not session.get(FACTOR_KEY):
            return False
        if now - session.get(SINCE_KEY, 0) > settings.SESSION_COOKIE_AGE:
            return False
        if now - session.get(ACTIVE_KEY, 0) > settings.SESSION_IDLE_SECONDS:
            return False
        if now - session[ACTIVE_KEY] > TOUCH_EVERY.total_seconds() and not polls(request):
            session[ACTIVE_KEY] = now
        return True


def _answer_fragment(request, view):
    """401 for a request by htmx after the sign-in ended: the page stays and keeps what was typed (R29)."""
    if request.headers.get("HX-Request") and getattr(view, "login_required", True):
        return HttpResponse("Your sign-in has ended. Sign in again in another tab, then repeat this.", status=401)
    return None


OWN_PASSWORD = ("accounts:change_password", "PASSWORD_CHANGE", "Choose a password of your own first")
SECOND_FACTOR = ("accounts:factor", "SECOND_FACTOR", "Set up a second factor first")


def _send_first(request, route: str, code: str, title: str):
    """A redirect for pages, also when htmx asked; a problem document for the API."""
    address = reverse(route)
    if request.path_info.startswith("/api/"):
        body = {"type": f"urn:clinic:problem:{code.lower()}", "status": 403, "code": code, "title": title}
        return JsonResponse(body, status=403, content_type="application/problem+json")
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(address)
    return redirect(address)


def polls(request) -> bool:
    """Whether the address is one that pages fetch by themselves (declared on the view, not asked of the client)."""
    try:
        return getattr(resolve(request.path_info).func, "polls", False)
    except Resolver404:
        return False


def actor_of(membership: Membership, request) -> Actor:
    return Actor(
        user_id=membership.user_id,
        membership_id=membership.pk,
        practice_id=membership.practice_id,
        name=membership.user.full_name,
        roles=membership.roles,
        membership=membership,
        **where(request),
    )
