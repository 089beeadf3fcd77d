"""Every address answers every kind of person as access.yml says, and a refusal tells nothing (R2, R5, R9).

The world holds private psychotherapy notes; no answer to anybody but their author holds a word of them (R10). Every
answer, a refusal too, has the strict content policy, denies camera, microphone and place, and is not stored (R83, R85).
"""

import re
import uuid
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.gatekeeping import LINK_HOLDER, PUBLIC, SIGNED_IN
from accounts.roles import Permission, Scope, access_table
from common.models import AuditEvent
from tests import observatory
from tests.builders import accounts, notes
from tests.builders.matrix import CANARY, OWNERS, SAMPLES, World, sample
from tests.sweeps.project import Route, routes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROUTES = list(routes())
ANONYMOUS = "anonymous"
OFF_THE_RECORD = {"off_team", "elsewhere"}
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)
PRIVATE = "Only-For-Tessa-9173"
# What a GET may write: its audit row, and the sign-in's own bookkeeping.
MAY_WRITE = {"common_auditevent", "accounts_signin"}
COUNTED = {"portal:open": {"accounts_signinfailure"}}  # an unknown link is counted (R81)


@dataclass(frozen=True)
class Case:
    """One request: who asks which address by which method about which record."""

    route: Route
    method: str
    who: str
    arguments: dict

    @property
    def is_about_a_record(self) -> bool:
        return any(isinstance(value, uuid.UUID) for value in self.arguments.values())

    @property
    def is_api(self) -> bool:
        return self.route.api_view is not None and self.route.access is None

    @property
    def permission(self) -> str | None:
        return self.route.access or self.route.needs.get(self.method)

    def expected(self, roles) -> str:
        """ "in", "sign in", "403" or "404"."""
        access = self.permission
        if access in (PUBLIC, LINK_HOLDER):
            return "in"
        if self.who == ANONYMOUS:
            return "sign in"
        if access == SIGNED_IN:
            owner = OWNERS.get(self.route.name)
            return "in" if owner in (None, self.who) else "404"
        return self._by_scope([scope for role, scope in access_table()[Permission(access)].items() if role in roles])

    def _by_scope(self, scopes) -> str:
        if not scopes:
            return "403"
        if not self.is_about_a_record:
            return "in"
        if self.who == "elsewhere" or (self.who == "off_team" and Scope.PRACTICE not in scopes):
            return "404"
        return "in"

    def __str__(self):
        return f"{self.method} {self.route.name} as {self.who}"


def cookies_of(actor) -> dict[str, str]:
    """The cookies of a fresh sign-in; every request starts from them, also after one that signed out."""
    client = accounts.sign_in(Client(), actor) if actor else Client()
    return {name: morsel.value for name, morsel in client.cookies.items()}


def ask(case: Case, cookies: dict[str, str]):
    client = Client(raise_request_exception=False)
    client.cookies.load(cookies)
    address = reverse(case.route.name, kwargs=case.arguments)
    if case.method == "GET":
        return client.get(address)
    return client.generic(case.method, address, b"{}" if case.is_api else b"", content_type=_type(case))


def _type(case: Case) -> str:
    return "application/json" if case.is_api else "application/x-www-form-urlencoded"


def answer(response) -> str:
    if response.status_code >= 500:
        return "broken"
    if response.status_code in (403, 404):
        return str(response.status_code)
    to_sign_in = response.status_code == 302 and response["Location"].startswith("/sign-in/?next=")
    return "sign in" if to_sign_in or response.status_code == 401 else "in"


def methods(route: Route) -> list[str]:
    """Both for pages (a wrong method shows 405 only to those who may); for the API what it offers."""
    return sorted(route.needs) if route.access is None else ["GET", "POST"]


def faults(case: Case, cookies: dict[str, str], roles) -> list[str]:
    """What is wrong with one answer; all it did is rolled back."""
    found = []
    audited = AuditEvent.objects.filter(outcome="denied").count()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        mark = transaction.savepoint()
        response = ask(case, cookies)
        denied = AuditEvent.objects.filter(outcome="denied").count() - audited
        transaction.savepoint_rollback(mark)
    expected, got = case.expected(roles), answer(response)
    if case.permission == LINK_HOLDER:
        got = "in" if got == "404" else got
    if response.status_code == 405 and expected == "404":
        got = "404"  # the method is refused before anybody looks for the record
    if expected != got:
        found.append(f"{case}: {response.status_code}, expected {expected}")
    if got in ("403", "404", "sign in") and CANARY in response.text + str(response.headers):
        found.append(f"{case}: a refusal that tells the patient's name")
    if roles and response.status_code in (403, 404) and denied != 1:
        found.append(f"{case}: {denied} audit rows for a refusal")
    if case.method == "GET" and (written := _written(queries) - MAY_WRITE - COUNTED.get(case.route.name, set())):
        found.append(f"{case}: a GET wrote into {sorted(written)}")
    found += [f"{case}: {fault}" for fault in observatory.page_faults(response.headers)]
    if PRIVATE in _told(response) and not (case.who == "therapist" and case.route.name.startswith("notes:private")):
        found.append(f"{case}: a word of a private note")
    return found


def _told(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace") + str(response.headers)


def keep_private_notes(world: World) -> None:
    """A draft and a signed note by the therapist about the patient that every address is asked about."""
    words = {"title": f"{PRIVATE}-title", "text": f"{PRIVATE}-text", "tags": [f"{PRIVATE}-tag"]}
    notes.signed_private(world.clinic, world.patient, world.at, **words)
    notes.private(world.clinic, world.patient, world.at, **words)


def _written(queries) -> set[str]:
    return {match[1] for query in queries if (match := WRITES.match(query["sql"]))}


@dataclass(frozen=True)
class Asked:
    """The world, what each address is asked about, and the cookies of each person's fresh sign-in."""

    world: World
    arguments: dict[str, dict | None]
    people: dict[str, object]
    cookies: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def asked(shared) -> Asked:
    def make():
        world = World()
        keep_private_notes(world)
        people = {ANONYMOUS: None, **world.principals}
        arguments = {route.name: sample(world, route.name, route.arguments) for route in ROUTES}
        return Asked(world, arguments, people, {who: cookies_of(actor) for who, actor in people.items()})

    return shared(make)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_matrix_holds(asked, route):
    arguments = asked.arguments[route.name]
    assert arguments is not None, "say in tests/builders/matrix.py (SAMPLES) which record to ask about"
    wrong, cells = [], 0
    for who, actor in asked.people.items():
        for method in methods(route):
            cells += 1
            wrong += faults(Case(route, method, who, arguments), asked.cookies[who], actor.roles if actor else ())
    assert not wrong, f"{len(wrong)} faults, {cells} cells asked:\n" + "\n".join(wrong)


def test_samples_name_real_addresses():
    assert set(SAMPLES) <= {route.name for route in ROUTES}


def test_unknown_record_answers_like_one_out_of_reach(asked):
    """The same status and the same page, so that nobody learns what exists (R2)."""
    client = accounts.sign_in(Client(), asked.world.principals["off_team"])
    mine = client.get(reverse("patients:overview", kwargs={"pk": asked.world.patient.pk}))
    nobody = client.get(reverse("patients:overview", kwargs={"pk": uuid.uuid4()}))
    assert mine.status_code == nobody.status_code == 404
    assert _without_tokens(mine.text) == _without_tokens(nobody.text)
    assert set(mine.headers) == set(nobody.headers)


def _without_tokens(text: str) -> str:
    return re.sub(r'(csrf[^"]*" (?:value|content)=")[^"]+|content="\d{4}-[^"]+"', r"\1", text)
