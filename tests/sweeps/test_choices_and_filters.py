"""Forms take no id of something out of reach, and no parameter of an address asks a column that one may not read."""

import re
import uuid
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from tests.builders import accounts
from tests.builders.matrix import World, sample
from tests.sweeps.asking import Case, ask, cookies_of, told
from tests.sweeps.moving import TIME_ALONE
from tests.sweeps.project import record_models
from tests.sweeps.test_two_practices import READ, WORKING, full_world

pytestmark = pytest.mark.django_db
AN_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
CHOICE = re.compile(rf'<select[^>]*name="([^"]+)"[^>]*>.*?<option value="({AN_ID})"', re.DOTALL)
RADIO = re.compile(rf'<input type="(?:radio|checkbox)"[^>]*name="([^"]+)"[^>]*value="({AN_ID})"')
STEADY = re.compile(rf'{TIME_ALONE}|{AN_ID}|"instance":[^,}}]*')


def two_worlds() -> dict:
    first, second = full_world(), full_world()
    tables = {}
    for model in record_models():
        for pk in model._base_manager.values_list("pk", flat=True):
            tables[str(pk)] = model
    arguments = {route.name: sample(second, route.name, route.arguments) for route in READ}
    own = _ids_of(second)
    foreign: dict[type, str] = {}
    for pk, model in tables.items():
        if pk not in own:
            foreign.setdefault(model, pk)
    cookies = {who: cookies_of(second.principals[who]) for who in WORKING}
    return {"tables": tables, "foreign": foreign, "arguments": arguments, "cookies": cookies, "first": first}


def _ids_of(world: World) -> set[str]:
    """Ids of rows of one world's practice, as far as a form could offer them."""
    practice = world.clinic.practice.pk
    found = set()
    for model in record_models():
        names = {field.name for field in model._meta.concrete_fields}
        for path in ("practice", "patient__practice", "session__practice", "lot__practice"):
            if path.partition("__")[0] in names:
                rows = model._base_manager.filter(**{path: practice})
                found |= {str(pk) for pk in rows.values_list("pk", flat=True)}
                break
    return found


@pytest.fixture(scope="module")
def two(shared):
    return shared(two_worlds)


def _posted(two, route, who, name, value):
    client = Client(raise_request_exception=False)
    client.cookies.load(two["cookies"][who])
    response = client.post(reverse(route.name, kwargs=two["arguments"][route.name]), {name: value})
    return response.status_code, STEADY.sub("", told(response))


FORMS = [route for route in READ if route.api_view is None or route.access is not None]
_walked: set[tuple] = set()


@pytest.mark.parametrize("route", FORMS, ids=lambda route: route.name)
def test_an_id_of_another_practice_is_refused_like_one_that_does_not_exist(two, route):
    """R3: for every choice that a form offers by id, the answers to both are the same, and nothing is taken."""
    for who, cookies in two["cookies"].items():
        page = told(ask(Case(route, "GET", who, two["arguments"][route.name]), cookies))
        for name, offered in {*CHOICE.findall(page), *RADIO.findall(page)}:
            model = two["tables"].get(offered)
            if model is None or not two["foreign"].get(model):
                continue
            _walked.add((route.name, name))
            theirs = _posted(two, route, who, name, two["foreign"][model])
            nobodys = _posted(two, route, who, name, str(uuid.uuid4()))
            assert theirs == nobodys, f"{who}: {name} tells that the {model.__name__} exists"
            assert theirs[0] in (403, 405, 422, 400), f"{who}: {name} → {theirs[0]}"


def test_many_choices_were_walked():
    """Runs after the test above, in the same process."""
    assert len(_walked) >= 10, sorted(_walked)


NO_RECORDS = {"accounts:audit_log", "accounts:export_audit", "api_schema", "accounts:style_guide"}
LISTS = [route for route in READ if not route.arguments and route.name not in NO_RECORDS]


def forbidden_parameters() -> list[tuple[str, str]]:
    """Every column that identifies a patient or is clinical, as lookups and as orders."""
    asked = []
    for model in record_models():
        for name in sorted(set(f"{model.privacy.identifying} {model.privacy.clinical}".split()) - OWN_FILTERS):
            asked += [(name, "x"), (f"{name}__startswith", "F"), (f"{name}__gte", "M"), (f"patient__{name}__lt", "M")]
    return [
        *dict(asked).items(),
        *(("order_by", f"patient__{n}") for n in ("family_name", "born_on")),
        ("sort", "phone"),
    ]


# What lists do offer to filter by, by names of their own.
OWN_FILTERS = {"patient", "patient_id", "route", "state", "status", "kind", "product", "what", "code", "instrument"}
PARAMETERS = forbidden_parameters()


@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.name)
def test_no_parameter_reaches_a_column(two, route):
    """R6: a list is the same with a lookup on every column of the record, or it refuses them."""
    assert len(PARAMETERS) > 300
    for who in ("prescriber", "compliance"):
        client = Client(raise_request_exception=False)
        client.cookies.load(two["cookies"][who])
        plain = client.get(reverse(route.name), {"nothing": "1"})
        shown = _body(plain)
        for start in range(0, len(PARAMETERS), 150):
            asked = client.get(f"{reverse(route.name)}?{urlencode(PARAMETERS[start : start + 150])}")
            if asked.status_code in (400, 422):
                continue
            assert asked.status_code == plain.status_code
            assert _body(asked) == shown, f"{who}: {route.name} changes with a parameter"


def _body(response) -> str:
    text = b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()
    return re.sub(r'\?[^"\s]*"', '"', STEADY.sub("", text))


def test_a_search_by_halves_learns_nothing():
    """R6: thirty questions "is it before …?" about a birth date that an admin's list does not show."""
    world = World()
    client = accounts.sign_in(Client(), world.clinic.compliance)
    assert world.patient.pk
    address, low, high, answers = reverse("sessions:dosing_records"), 0, 2**30, set()
    for _ in range(30):
        middle = (low + high) // 2
        half = {"patient__born_on__lt": f"{1900 + middle % 120}-01-01", "order_by": "patient__born_on"}
        answers.add(_body(client.get(address, half)))
        low, high = (low, middle) if middle % 2 else (middle, high)
    assert len(answers) == 1
