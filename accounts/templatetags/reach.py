"""Whether the person who reads a page may open what it leads to."""

from django import template
from django.urls import Resolver404, resolve

from accounts.gatekeeping import SIGNED_IN
from accounts.roles import Permission

register = template.Library()
PERMISSIONS = {permission.value for permission in Permission}


@register.simple_tag(takes_context=True)
def may_open(context: template.Context, path: str) -> bool:
    """Whether a role of the signed-in person holds the permission that this address of the clinic needs.

    False for an empty path. The scope is checked against the record by the page itself; a page that nobody signed
    in for has no link to withhold.
    """
    actor = getattr(getattr(context, "request", None), "actor", None)
    if not path or actor is None:
        return bool(path)
    try:
        access = getattr(resolve(path.partition("#")[0].partition("?")[0]).func, "access", SIGNED_IN)
    except Resolver404:
        return True
    return access not in PERMISSIONS or actor.can(Permission(access))
