"""Who calls the API: a signed-in page session, or a token; nobody else (deny by default)."""

from django.utils import timezone
from rest_framework import authentication, exceptions, permissions

from accounts import failures
from accounts.middleware import actor_of
from accounts.origin import client_ip
from accounts.token_lookup import usable_token


class SessionActor(authentication.SessionAuthentication):
    """The person the page session belongs to; unsafe methods need the CSRF token."""

    def authenticate_header(self, request):
        return "Token"

    def authenticate(self, request):
        actor = getattr(request._request, "actor", None)
        if actor is None:
            return None
        self.enforce_csrf(request)
        return actor.user, None


class TokenActor(authentication.BaseAuthentication):
    """`Authorization: Token <secret>`; one query loads the token, the person and the practice.

    Wrong tokens are counted per address and slowed down like wrong passwords; a right one never is.
    """

    ACCOUNT = "an API token"

    def authenticate_header(self, request):
        return "Token"

    def authenticate(self, request):
        header = request.headers.get("Authorization", "")
        if not header.startswith("Token "):
            return None
        at = timezone.now()
        token = usable_token(header[6:], at)
        if token is None:
            self._refuse(request._request, at)
        request._request.actor = actor_of(token.membership, request._request)
        timezone.activate(token.membership.practice.time_zone)  # ActorMiddleware takes it back at the next request
        return token.membership.user, token

    def _refuse(self, request, at):
        if failures.take_try(failures.account_key(self.ACCOUNT), client_ip(request), at) is None:
            raise exceptions.Throttled(detail="Too many wrong tokens from this address. Wait before the next try.")
        raise exceptions.AuthenticationFailed("This token is not valid.")


class DenyUnlessDeclared(permissions.BasePermission):
    """Every API view names its permission per method in `needs = {"GET": Permission.…}`; others are refused."""

    def has_permission(self, request, view):
        actor = getattr(request._request, "actor", None)
        needed = getattr(view, "needs", {}).get("GET" if request.method in ("HEAD", "OPTIONS") else request.method)
        if actor is None:
            return False
        if needed is None:
            raise exceptions.MethodNotAllowed(request.method)
        actor.require(needed)  # raises NotPermitted, which becomes a problem document and an audit row
        return True
