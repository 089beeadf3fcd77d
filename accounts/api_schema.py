"""Describes the two ways into the API for its OpenAPI document."""

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class SessionActorScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api_auth.SessionActor"
    name = "page_session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class TokenActorScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.api_auth.TokenActor"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token <secret>`"}
