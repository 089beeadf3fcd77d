"""Measures inside one process: statements of each API call, and server time of the pages that grow with the clinic."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from accounts.sessions import open_session
from bench.load import BODIES

YARDSTICK_MS = 200
TRANSACTION = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
REPEATS = 7
LIST, HOME = "sessions:dosing_records", "accounts:home"


@dataclass(frozen=True)
class Page:
    name: str
    milliseconds: float
    slowest: float
    statements: int

    @property
    def is_within(self) -> bool:
        return self.milliseconds <= YARDSTICK_MS


def statements_of(facts: dict) -> dict[str, int]:
    """SQL statements of each measured API call, without the marks of a transaction."""
    nurse, admin = _token(facts, Role.NURSE), _token(facts, Role.ADMIN)
    calls: dict[str, Callable] = {
        "list of 20": lambda: admin.get("/api/v1/patients?page_size=20"),
        "name search": lambda: admin.get("/api/v1/patients?page_size=20&search=moss"),
        "session timeline": lambda: nurse.get(f"/api/v1/sessions/{facts['recent'][0]}/timeline"),
        "reading create": lambda: _post(nurse, f"/api/v1/sessions/{facts['live'][0]}/readings", "reading"),
        "questionnaire submit": lambda: _post(nurse, _submit(facts["sets"][-1]), "answers"),
    }
    return {name: _count(call) for name, call in calls.items()}


def events_in(facts: dict) -> int:
    """How many events the measured timelines have."""
    answer = _token(facts, Role.NURSE).get(f"/api/v1/sessions/{facts['recent'][0]}/timeline")
    return len(answer.json()["events"])


def _submit(set_id: str) -> str:
    return f"/api/v1/assessment-sets/{set_id}/assessments/PHQ9/submit"


def _token(facts: dict, role: Role) -> Client:
    return Client(headers={"Authorization": f"Token {facts['tokens'][role.value]}"})


def _post(client: Client, address: str, body: str):
    return client.post(address, BODIES[body](), content_type="application/json")


def _count(call: Callable) -> int:
    call()
    with CaptureQueriesContext(connection) as queries:
        answer = call()
    if answer.status_code not in (200, 201):
        raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")
    return len([one for one in queries if not one["sql"].startswith(TRANSACTION)])


def page_times() -> list[Page]:
    """Server time of the patient list, the dosing list and the home pages, each for the roles that see most."""
    admin, nurse = _signed_in(Role.ADMIN), _signed_in(Role.NURSE)
    lot = _first_lot()
    cases = [
        ("patient list, admin", admin, reverse("patients:list")),
        ("patient list by name, admin", admin, reverse("patients:list") + "?search=moss"),
        ("patient list, nurse", nurse, reverse("patients:list")),
        ("dosing list, admin", admin, reverse(LIST)),
        ("dosing list, exceptions first", admin, reverse(LIST) + "?exceptions_first=on"),
        ("dosing list, not reviewed", admin, reverse(LIST) + "?marks=not_reviewed&sort=oldest"),
        ("dosing list, late and overridden", admin, reverse(LIST) + "?marks=late&marks=overridden"),
        ("dosing list, one route", admin, reverse(LIST) + "?route=PO"),
        ("dosing list, one lot", admin, reverse(LIST) + f"?lot={lot}"),
        ("dosing list, unknown lot", admin, reverse(LIST) + "?lot=nosuchlot"),
        ("dosing list, most given first", admin, reverse(LIST) + "?sort=given"),
        ("dosing list, nurse", nurse, reverse(LIST)),
        ("dosing list, therapist", _signed_in(Role.THERAPIST), reverse(LIST)),
        *((f"home, {role.value}", _signed_in(role), reverse(HOME)) for role in Role),
    ]
    return [_page(name, client, address) for name, client, address in cases]


def _page(name: str, client: Client, address: str) -> Page:
    client.get(address)
    times = []
    for _ in range(REPEATS):
        before = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - before) * 1000)
    if answer.status_code != 200:
        raise RuntimeError(f"{name}: {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return Page(name, statistics.median(times), max(times), len(queries))


def _signed_in(role: Role) -> Client:
    member = Membership.objects.select_related("user", "practice").with_role(role).order_by("user__email").first()
    client, request = Client(), HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = client.session
    open_session(request, member, timezone.now(), factor_shown=True)
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


def _first_lot() -> str:
    from dosing.models import StockLot

    return StockLot.objects.order_by("lot_number").values_list("lot_number", flat=True)[0]
