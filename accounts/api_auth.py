"""Who calls the API: a signed-in page session, or a token; nobody else (deny by default)."""

import hashlib

from django.utils import timezone
from rest_framework import authentication, exceptions, permissions

from accounts.middleware import actor_of
from accounts.models import ApiToken


class SessionActor(authentication.SessionAuthentication):
    """The person the page session belongs to; unsafe methods need the CSRF token."""

    def authenticate(self, request):
        actor = getattr(request._request, "actor", None)
        if actor is None:
            return None
        self.enforce_csrf(request)
        return actor.user, None


class TokenActor(authentication.BaseAuthentication):
    """`Authorization: Token <secret>`; one query loads the token, the person and the practice."""

    def authenticate_header(self, request):
        return "Token"

    def authenticate(self, request):
        header = request.headers.get("Authorization", "")
        if not header.startswith("Token "):
            return None
        digest = hashlib.sha256(header[6:].strip().encode()).hexdigest()
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("membership__user", "membership__practice")
            .filter(token_hash=digest, revoked_at=None, expires_at__gt=now)
            .filter(membership__is_active=True, membership__user__is_active=True)
            .first()
        )
        if token is None:
            raise exceptions.AuthenticationFailed("This token is not valid.")
        request._request.actor = actor_of(token.membership, request._request)
        return token.membership.user, token


class DenyUnlessDeclared(permissions.BasePermission):
    """Every API view names its permission per method in `needs = {"GET": Permission.…}`; others are refused."""

    def has_permission(self, request, view):
        actor = getattr(request._request, "actor", None)
        needed = getattr(view, "needs", {}).get("GET" if request.method in ("HEAD", "OPTIONS") else request.method)
        if actor is None:
            return False
        if needed is None:
            raise exceptions.MethodNotAllowed(request.method)
        return actor.can(needed)
