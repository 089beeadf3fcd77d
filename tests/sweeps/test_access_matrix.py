"""Every address answers every kind of person as access.yml says, and a refusal tells nothing (R2, R5, R9).

The world holds private psychotherapy notes; no answer to anybody but their author holds a word of them (R10). Every
answer, a refusal too, has the strict content policy, denies camera, microphone and place, and is not stored (R83, R85).
"""

import re
import uuid

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.gatekeeping import LINK_HOLDER
from common.models import AuditEvent
from tests import observatory
from tests.builders import accounts
from tests.builders.matrix import SAMPLES
from tests.sweeps.asking import PRIVATE, ROUTES, Case, answer, ask, methods, tables, told

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)
# What a GET may write: its audit row, and the sign-in's own bookkeeping.
MAY_WRITE = {"common_auditevent", "accounts_signin"}
COUNTED = {"portal:open": {"accounts_signinfailure"}}  # an unknown link is counted (R81)


def faults(case: Case, cookies: dict[str, str], roles, canaries: dict[str, str], free: set[str]) -> list[str]:
    """What is wrong with one answer; all it did is rolled back. `free` are the tables that any page asks."""
    found = []
    audited = AuditEvent.objects.filter(outcome="denied").count()
    with CaptureQueriesContext(connection) as queries:
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
    if got in ("403", "404", "sign in"):
        text = told(response)
        found += [f"{case}: a refusal that tells the {what}" for what, word in canaries.items() if word in text]
    if expected == "403" and (read := tables(queries) - free):
        found.append(f"{case}: {sorted(read)} were asked before the role was")
    if roles and response.status_code in (403, 404) and denied != 1:
        found.append(f"{case}: {denied} audit rows for a refusal")
    if case.method == "GET" and (written := _written(queries) - MAY_WRITE - COUNTED.get(case.route.name, set())):
        found.append(f"{case}: a GET wrote into {sorted(written)}")
    found += [f"{case}: {fault}" for fault in observatory.page_faults(response.headers)]
    if PRIVATE in told(response) and not (case.who == "therapist" and case.route.name.startswith("notes:private")):
        found.append(f"{case}: a word of a private note")
    return found


def _written(queries) -> set[str]:
    return {match[1] for query in queries if (match := WRITES.match(query["sql"]))}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_matrix_holds(asked, route):
    arguments = asked.arguments[route.name]
    assert arguments is not None, "say in tests/builders/matrix.py (SAMPLES) which record to ask about"
    wrong, cells = [], 0
    for who, actor in asked.people.items():
        for method in methods(route):
            cells += 1
            case, roles = Case(route, method, who, arguments), actor.roles if actor else ()
            wrong += faults(case, asked.cookies[who], roles, asked.canaries, asked.anyway[who])
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
