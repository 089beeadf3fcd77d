"""Every address is asked as each kind of person about one world; the sweeps over addresses share how."""

import re
import uuid
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.gatekeeping import LINK_HOLDER, PUBLIC, SIGNED_IN
from accounts.models import Practice, User
from accounts.roles import Permission, Scope, access_table
from assessments.practice_made import is_practice_made
from common.sealed_fields import SealedTextField
from tests.builders import accounts, notes
from tests.builders.matrix import OWNERS, World, sample
from tests.sweeps.project import Route, record_models, routes

ROUTES = list(routes())
ANONYMOUS = "anonymous"
TABLE = re.compile(r'(?:FROM|JOIN|INTO|UPDATE) "(\w+)"')
SHORTEST_CANARY = 10  # shorter words stand on pages by chance
AN_ID = re.compile(r"[0-9a-f-]{36}")  # stands in addresses
A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
PRIVATE = "Only-For-Tessa-9173"
LOADED_TEXTS = "assessments:licensed_preview"


@dataclass(frozen=True)
class Case:
    """One request: who asks which address by which method about which record."""

    route: Route
    method: str
    who: str
    arguments: dict

    @property
    def is_about_a_record(self) -> bool:
        """By its id, as a questionnaire that one practice made, or as the texts that it loaded."""
        named = any(isinstance(value, uuid.UUID) or is_practice_made(str(value)) for value in self.arguments.values())
        return named or self.route.name == LOADED_TEXTS

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
        found = self._by_scope([scope for role, scope in access_table()[Permission(access)].items() if role in roles])
        owner = OWNERS.get(self.route.name)
        return "404" if found == "in" and owner not in (None, self.who) else found

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


def told(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace") + str(response.headers)


def keep_private_notes(world: World) -> None:
    """A draft and a signed note by the therapist about the patient that every address is asked about."""
    words = {"title": f"{PRIVATE}-title", "text": f"{PRIVATE}-text", "tags": [f"{PRIVATE}-tag"]}
    notes.signed_private(world.clinic, world.patient, world.at, **words)
    notes.private(world.clinic, world.patient, world.at, **words)


@dataclass(frozen=True)
class Asked:
    """The world, what each address is asked about, and the cookies of each person's fresh sign-in."""

    world: World
    arguments: dict[str, dict | None]
    people: dict[str, object]
    cookies: dict[str, dict[str, str]]
    canaries: dict[str, str]
    anyway: dict[str, set[str]]

    def case(self, route: Route, method: str, who: str) -> Case:
        return Case(route, method, who, self.arguments[route.name])

    def is_let_in(self, route: Route, method: str, who: str) -> bool:
        actor = self.people[who]
        return self.case(route, method, who).expected(actor.roles if actor else ()) == "in"


def everybody() -> Asked:
    world = World()
    keep_private_notes(world)
    people = {ANONYMOUS: None, **world.principals}
    arguments = {route.name: sample(world, route.name, route.arguments) for route in ROUTES}
    cookies = {who: cookies_of(actor) for who, actor in people.items()}
    anyway = {who: asked_anyway(cookies[who]) for who in people}
    return Asked(world, arguments, people, cookies, canaries_of(world), anyway)


def asked_anyway(cookies: dict[str, str]) -> set[str]:
    """The tables that a page about nothing asks: who this is, what the navigation counts, and the audit log."""
    client = Client(raise_request_exception=False)
    client.cookies.load(cookies)
    with CaptureQueriesContext(connection) as queries:
        client.get("/nowhere/")
    return tables(queries) | {"common_auditevent"}


def tables(queries) -> set[str]:
    return {name for query in queries for name in TABLE.findall(query["sql"])}


def canaries_of(world: World) -> dict[str, str]:
    """Every word that identifies the patient, and every text that is stored encrypted, by what it is (R5)."""
    patient = world.patient
    identifying = {name: getattr(patient, name) for name in patient.privacy.identifying.split() if name != "practice"}
    found = {f"patient's {name}": str(value) for name, value in identifying.items() if value}
    in_clear = {"Female", "Male", *Practice.objects.values_list("name", flat=True)}
    in_clear |= {word for pair in User.objects.values_list("full_name", "email") for word in pair}
    for model in record_models():
        for field in (field for field in model._meta.concrete_fields if isinstance(field, SealedTextField)):
            for row in model._default_manager.all():
                for place, text in enumerate(_texts(getattr(row, field.name))):
                    if not (A_DAY.fullmatch(text) or any(word in text for word in in_clear)):  # forms hold such too
                        found[f"{model.__name__}.{field.name} {place} of {row.pk}"] = text
    return {what: word for what, word in found.items() if len(word) >= SHORTEST_CANARY and not AN_ID.fullmatch(word)}


def _texts(value) -> list[str]:
    """Every text within a stored value."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []
