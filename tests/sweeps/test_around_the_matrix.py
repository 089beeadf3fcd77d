"""Around each address: other methods and spellings, broken scopes, a broken audit log (R7, R17, R51).

A page that may be seen by somebody is asked as the first who may; a page that is refused to somebody, as those.
"""

import sys

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.access import scope_tests
from common.models import AuditEvent
from common.statements import Statement
from patients.models.person import on_team
from patients.scope import is_on_team
from sessions_app.roster import is_on_roster
from tests.sweeps.asking import ROUTES, Asked, ask, told
from tests.sweeps.project import Route, record_models

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
ASKED_BY_NAME = {"is_on_team": is_on_team, "on_team": on_team, "is_on_roster": is_on_roster}
ADDRESSED = [model for model in record_models() if hasattr(model._default_manager, "visible_to")]


def seen(response, asked: Asked) -> list[str]:
    text = told(response)
    return [what for what, word in asked.canaries.items() if word in text]


def who_may(asked: Asked, route: Route, method: str = "GET") -> str | None:
    is_offered = route.access or method in route.needs
    return next((who for who in asked.people if asked.is_let_in(route, method, who)), None) if is_offered else None


def first_look(asked: Asked, route: Route, method: str = "GET"):
    """What somebody who may gets, with the audit rows it wrote; None where nobody may ask so. All is rolled back."""
    who = who_may(asked, route, method)
    if who is None:
        return None
    before = AuditEvent.objects.count()
    mark = transaction.savepoint()
    response = ask(asked.case(route, method, who), asked.cookies[who])
    rows = AuditEvent.objects.count() - before
    transaction.savepoint_rollback(mark)
    return who, response, rows


def _no_audit_row(execute, sql, params, many, context):
    if sql.startswith('INSERT INTO "common_auditevent"'):
        raise OperationalError("the audit table is gone")
    return execute(sql, params, many, context)


@each_route
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_is_shown_without_its_audit_row(asked, route, method):
    """R51: whatever shows words of a record, an empty form sent included, writes a row; else 503 and no word."""
    look = first_look(asked, route, method)
    if look is None:
        return
    who, shown, rows = look
    if not seen(shown, asked):
        return
    assert rows, f"{route.name} shows {seen(shown, asked)} and writes no audit row"
    mark = transaction.savepoint()
    with connection.execute_wrapper(_no_audit_row):
        broken = ask(asked.case(route, method, who), asked.cookies[who])
    connection.needs_rollback = False
    transaction.savepoint_rollback(mark)
    assert broken.status_code == 503, f"{route.name} as {who}"
    assert not seen(broken, asked)


def _refuse(*arguments, **words):
    raise RuntimeError("the scope cannot be told")


def _say_nothing(*arguments, **words):
    return None


@each_route
@pytest.mark.parametrize("broken", [_refuse, _say_nothing], ids=["raises", "says nothing"])
def test_a_broken_scope_shows_nothing(asked, route, broken, monkeypatch):
    """R7: every `visible_to` and the question for the care team fail, for each address and whoever may see it."""
    who = who_may(asked, route)
    if who is None:
        return
    for model in ADDRESSED:
        rows = model._default_manager.all()
        monkeypatch.setattr(type(rows), "visible_to", broken)
    for name, function in ASKED_BY_NAME.items():
        for module in [module for module in sys.modules.values() if getattr(module, name, None) is function]:
            monkeypatch.setattr(module, name, broken)
    monkeypatch.setattr(scope_tests, "_answers", {"team": broken, "roster": broken})
    monkeypatch.setattr(Statement, "_for_engine", Statement._compile)  # also those made before
    mark = transaction.savepoint()
    response = ask(asked.case(route, "GET", who), asked.cookies[who])
    connection.needs_rollback = False
    transaction.savepoint_rollback(mark)
    assert not seen(response, asked), f"{route.name} as {who}: {response.status_code}"


def _spellings(path: str) -> list[str]:
    """Other ways to write an address, which some servers and proxies take for the same."""
    bare = path.rstrip("/")
    head, _, last = bare.rpartition("/")
    ways = [bare, f"{bare}.json", f"{path}.json", f"{bare}//", f"/.{path}", f"{bare}/%2e/", f"{bare}%2f"]
    return [*ways, f"{head}%2f{last}/", path.upper(), f"{path};x=/", f"{path}?format=json", f"{path}?_method=GET"]


HEADERS = ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method")
PATH_HEADERS = ("X-Original-URL", "X-Rewrite-URL")
METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


def _tricks(path: str):
    """Method, address, body and headers of each attempt to get around a refusal."""
    for method in METHODS:
        yield method, path, b"", {}
    for way in _spellings(path):
        yield "GET", way, b"", {}
    for name in HEADERS:
        yield "POST", path, b"_method=GET", {name: "GET"}
    for name in PATH_HEADERS:
        yield "GET", "/healthz", b"", {name: path}


@each_route
def test_no_way_around_a_refusal(asked, route):
    """R17: whoever is refused stays refused and is told nothing, however the request is made."""
    refused = [who for who in asked.people if route.access and not asked.is_let_in(route, "GET", who)]
    if not refused:
        return
    who = refused[-1]  # signed in where any is refused who is
    path = reverse(route.name, kwargs=asked.arguments[route.name])
    assert _asked_by(asked, who, "GET", path, b"", {}).status_code >= 300
    for method, address, body, headers in _tricks(path):
        mark = transaction.savepoint()
        response = _asked_by(asked, who, method, address, body, headers)
        transaction.savepoint_rollback(mark)
        told_of = f"{method} {address} {headers} as {who}: {response.status_code}"
        assert response.status_code < 500, told_of
        assert not seen(response, asked), told_of
        assert address == "/healthz" or response.status_code >= 300, told_of


@each_route
def test_head_is_answered_like_get(asked, route):
    """R17: the same person gets the same answer, without its body."""
    look = first_look(asked, route)
    if look is None or route.api_view:
        return
    who, shown, _ = look
    path = reverse(route.name, kwargs=asked.arguments[route.name])
    head = _asked_by(asked, who, "HEAD", path, b"", {})
    assert head.status_code == shown.status_code
    assert (b"".join(head.streaming_content) if head.streaming else head.content) == b""


def _asked_by(asked: Asked, who: str, method: str, path: str, body: bytes, headers: dict):
    client = Client(raise_request_exception=False)
    client.cookies.load(asked.cookies[who])
    return client.generic(method, path, body, content_type="application/x-www-form-urlencoded", headers=headers)


def test_no_audit_row_holds_words_of_a_record(asked):
    """R52: of everything that was done to make this world, and of one look at every page."""
    for route in ROUTES:
        if who := who_may(asked, route):
            ask(asked.case(route, "GET", who), asked.cookies[who])
    rows = list(AuditEvent.objects.values())
    assert len({row["action"] for row in rows}) > 60
    told_of = [f"{row['action']}: {what}" for row in rows for what, word in asked.canaries.items() if word in str(row)]
    assert not told_of
