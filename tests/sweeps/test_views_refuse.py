"""Views find nothing out of reach by themselves: no action is even called about another practice's record (R2, R7).

Every action asks for the right again; here none is reached, so that a view that leans on it shows.
"""

from importlib import import_module

import pytest

from accounts.gatekeeping import LINK_HOLDER, PUBLIC
from tests.sweeps.asking import ROUTES, ask
from tests.sweeps.project import APPS, ROOT
from tests.sweeps.test_actions_audit import OFFERED

pytestmark = pytest.mark.django_db
STRANGERS = ("elsewhere", "off_team", "no_role")
WRITES = [
    route
    for route in ROUTES
    if route.arguments and route.access not in (PUBLIC, LINK_HOLDER) and (route.access or "POST" in route.needs)
]


class Reached(Exception):
    """An action was called."""


@pytest.fixture(autouse=True)
def no_actions(monkeypatch):
    def trap(*_args, **_kwargs):
        raise Reached

    for app in APPS:
        if (ROOT / app / "actions").exists() or (ROOT / app / "actions.py").exists():
            module = import_module(f"{app}.actions")
            for name in OFFERED[app]:
                if callable(getattr(module, name, None)):
                    monkeypatch.setattr(module, name, trap)


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.name)
def test_no_action_is_reached(asked, route):
    for who in STRANGERS:
        case = asked.case(route, "POST", who)
        if not case.is_about_a_record or case.expected(asked.people[who].roles) == "in":
            continue
        response = ask(case, asked.cookies[who])
        assert response.status_code in (403, 404, 405), f"{case}: {response.status_code}, an action was reached"


def test_the_trap_works(asked):
    """An address that lets somebody in calls its action, and breaks here."""
    route = next(route for route in WRITES if route.name == "accounts:end_staff_sign_ins")
    assert ask(asked.case(route, "POST", "admin"), asked.cookies["admin"]).status_code == 500
