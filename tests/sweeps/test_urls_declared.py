"""Every address says who may call it (R1)."""

import pytest

from accounts.gatekeeping import LINK_HOLDER, PUBLIC, SIGNED_IN
from accounts.roles import Permission, access_table
from tests.sweeps.project import Route, routes

ALL = list(routes())
METHODS = ("get", "post", "put", "patch", "delete")
KNOWN = {PUBLIC, SIGNED_IN, LINK_HOLDER, *(permission.value for permission in Permission)}


@pytest.mark.parametrize("route", ALL, ids=lambda route: route.name)
def test_route_is_declared(route: Route):
    if route.access is not None:
        assert route.access in KNOWN
        return
    assert route.api_view is not None, f"{route.name}: wrap the view in needs, signed_in, public or link_holder."
    offered = {name.upper() for name in METHODS if hasattr(route.api_view, name)}
    assert offered <= set(route.needs), (
        f"{route.name}: `needs` says nothing about {sorted(offered - set(route.needs))}."
    )
    assert all(isinstance(permission, Permission) for permission in route.needs.values())


@pytest.mark.parametrize("route", ALL, ids=lambda route: route.name)
def test_only_public_routes_and_links_need_no_sign_in(route: Route):
    if route.access in (PUBLIC, LINK_HOLDER):
        assert not route.view.login_required
    elif route.access is not None:
        assert getattr(route.view, "login_required", True), f"{route.name} is open to everybody."


def test_names_are_unique():
    names = [route.name for route in ALL]
    assert not {name for name in names if names.count(name) > 1}


def test_routes_have_names():
    assert not [route.pattern for route in ALL if not route.is_named]


def test_every_permission_is_in_the_access_table_and_back():
    assert set(access_table()) == {permission.value for permission in Permission}


def test_only_these_are_public():
    """A new public address is a decision: add it here with its reason."""
    public = {route.name for route in ALL if route.access == PUBLIC}
    second = {"accounts:sign_in_code", "accounts:sign_in_passkey"}  # the second step, after a right password
    told_by_the_provider = {"followups:text_status"}  # who signs with the provider's token
    assert (
        public == {"healthz", "readyz", "accounts:sign_in", "accounts:choose_practice"} | second | told_by_the_provider
    )
