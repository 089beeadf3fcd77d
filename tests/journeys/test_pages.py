"""Every page that a role can reach: found by its links, free of what axe finds, and fitting desk and phone.

The clinic holds demonstration data. One address per kind of page is looked at closely, whoever reaches it first;
home pages and the session page are looked at for each role, since they differ most (R31, R83).
"""

import json
import os
import re
import time

import pytest
from demo_code import secret_of
from django.urls import resolve, reverse

from accounts.roles import Role, access_table
from demo.clinic import PASSWORD
from tests.journeys.crawling import Reached, crawl
from tests.journeys.pages import Looker
from tests.journeys.people import next_code
from tests.journeys.stack import Stack
from tests.sweeps.project import Route, routes

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="Pages look the same on both engines: looked at once, on SQLite."
)
# How many addresses of a kind are looked at for each role; of other kinds one, by whoever reaches it first.
LOOKED_AT_BY_EACH = {"accounts:home": 1, "sessions:session": 1, "patients:overview": 1}
STATES_OF_A_SESSION = 8  # the board's own, looked at by the nurse
# Rooms of one role are divided between two people; the second walks only the sessions that the first is not part of.
PEOPLE = {
    Role.PRESCRIBER: ("prescriber2", "prescriber"),
    Role.NURSE: ("nurse2", "nurse"),
    Role.THERAPIST: ("therapist2", "therapist"),
    Role.ADMIN: ("admin",),
    Role.COMPLIANCE: ("compliance",),
}
# Addresses that need a state which this clinic does not have, each with the state.
NOT_REACHED = {
    "patients:resume_care": "a discharged patient, whom the list shows when its filter asks for them",
    "dosing:amounts": "a patient who may get a dose this minute: the dose form fetches it",
    "sessions:ready": "a patient who arrived and of whom nothing holds the dose",
    "followups:send_again": "a check-in whose mail failed",
    "followups:confirm_contact": "a message that did not arrive: test_delivery_state.py looks and confirms",
    "accounts:end_sign_in": "a second sign-in of one's own",
    "accounts:new_passkey": "an address with a name: test_passkeys.py opens and looks at it",
    "accounts:add_passkey": "the same",
    "accounts:end_passkey": "a passkey of one's own: test_passkeys.py has one",
    "patients:close_emergency": "an emergency access of one's own that is open: the banner of the nurse who has one",
    "accounts:approve_role": "a role that somebody else asked for: on the page that compliance reaches",
    "accounts:refuse_role": "a role that somebody else asked for: on the page that compliance reaches",
    "notes:approve_release": "a release that somebody else asked for: on the page that admin reaches",
    "followups:confirm_delivery": "a check-in of which nobody knows whether its mail arrived",
}
# What a browser takes as a file.
DOWNLOADS = ("sessions:export_dosing_records", "sessions:summary_pdf", "accounts:export_audit")
# Addresses that scripts ask (static/js/offline-*.js): test_offline.py does.
NOT_REACHED |= dict.fromkeys(
    (
        "sessions:offline_worker",
        "sessions:offline_state",
        "sessions:offline_discard",
        "sessions:offline_choices",
        "sessions:keep",
    ),
    "a script, which the crawl does not run",
)
# Pages that a form of another page leads to.
BEHIND_A_FORM = {"notes:sign": "notes:edit", "notes:private_sign": "notes:private_edit"}


@pytest.fixture(scope="module")
def demonstration():
    """A clinic with demonstration data and the few states it lacks; `links` are patients' links by channel."""
    clinic = Stack("", "")
    try:
        clinic.prepare()
        clinic.manage("load_demo", "--patients", "6")
        told = clinic.manage("shell", "-c", "from tests.journeys.added_states import add; add()")
        clinic.links = json.loads(told.splitlines()[-1])
        clinic.start_web()
        yield clinic
    finally:
        clinic.stop()


def sign_in(looker: Looker, clinic: Stack, name: str) -> None:
    url = clinic.url
    looker.page.goto(f"{url}/sign-in/")
    looker.page.fill("[name=email]", f"{name}@demo.invalid")
    looker.page.fill("[name=password]", PASSWORD)
    looker.page.click("main button[type=submit]")
    looker.page.fill("[name=code]", next_code(url, name, secret_of(clinic.home), time.time))
    looker.page.click("main button[type=submit]")
    looker.page.wait_for_url(f"{url}/")


@pytest.fixture(scope="module")
def walked(demonstration, windowless) -> dict[Role, tuple[Reached, ...]]:
    """What each role reaches from its home page."""
    found = {}
    for role, names in PEOPLE.items():
        ways = []
        for number, name in enumerate(names):
            looker = Looker.open(windowless)
            sign_in(looker, demonstration, name)
            where = {"start": "/sessions/board/", "only": "sessions:"} if number else {}
            ways.append(crawl(looker.page.context.request, demonstration.url, **where))
            looker.page.context.close()
        found[role] = tuple(ways)
    return found


def pages_of(role: Role) -> list[Route]:
    """The addresses outside the API that a role may call, as declared beside the views."""
    permitted = {permission for permission, row in access_table().items() if role in row} | {"signed_in"}
    return [route for route in routes() if route.api_view is None and route.access in permitted]


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_everything_a_role_may_do_is_reached_by_links(walked, role):
    names = set().union(*(way.names for way in walked[role]))
    missing = {route.name for route in pages_of(role)} - names - set(NOT_REACHED) - set(BEHIND_A_FORM)
    assert not missing, f"{role.label} reaches these by no link or form: {sorted(missing)}"


@pytest.mark.parametrize("role", Role)
def test_no_link_leads_nowhere(walked, role):
    for way in walked[role]:
        assert not way.failed
        assert not [name for name in way.names if name.startswith("nowhere")]


def addresses(walked, role: Role, way: int) -> list[str]:
    """What this person looks at closely: what nobody before reached, and what differs by role."""
    before = [each for one in Role for each in walked[one] if list(Role).index(one) < list(Role).index(role)]
    before += walked[role][:way]
    known = set().union(*(each.pages for each in before)) if before else set()
    found = []
    for name, paths in walked[role][way].pages.items():
        number = LOOKED_AT_BY_EACH.get(name, 0 if name in known else 1)
        if role is Role.NURSE and name == "sessions:session":
            number = STATES_OF_A_SESSION
        found += [path for path in paths if not is_download(path)][: number if way == 0 or name not in known else 0]
        if name in BEHIND_A_FORM.values() and number:
            found += [reverse(opened, kwargs=resolve(paths[0]).kwargs) for opened in _opened_by(name)]
    return found


def _opened_by(name: str) -> list[str]:
    return [opened for opened, origin in BEHIND_A_FORM.items() if origin == name]


def is_download(path: str) -> bool:
    return resolve(path.partition("?")[0]).view_name in DOWNLOADS


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_pages_of_a_role_are_sound(demonstration, walked, windowless, role):
    faults = []
    for way, name in enumerate(PEOPLE[role]):
        looker = Looker.open(windowless)
        sign_in(looker, demonstration, name)
        for path in addresses(walked, role, way):
            looker.look(demonstration.url + path)
        looker.page.context.close()
        faults += looker.faults
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_pages_without_a_sign_in_are_sound(demonstration, windowless):
    looker = Looker.open(windowless)
    looker.look(f"{demonstration.url}/sign-in/")
    looker.look(f"{demonstration.url}/no-such-page/", status=404)
    looker.look(f"{demonstration.url}/c/no-such-link/", status=410)
    looker.page.goto(f"{demonstration.url}/sign-in/")
    looker.page.fill("[name=email]", "nobody@demo.invalid")
    looker.page.fill("[name=password]", "not the password")
    looker.page.click("main button[type=submit]")
    looker.look_here()
    assert not looker.faults, "\n".join(looker.faults)


@pytest.mark.slow
def test_pages_of_a_patients_link_are_sound(demonstration, windowless):
    looker = Looker.open(windowless)
    looker.look(demonstration.url + demonstration.links["handed"])
    looker.page.context.clear_cookies()
    looker.look(demonstration.url + demonstration.links["tablet"])
    for path in ("/c/help/", "/c/part/1/", "/c/part/2/", "/c/day-before/"):
        looker.look(demonstration.url + path)
    looker.page.goto(f"{demonstration.url}/c/part/1/")
    for question in looker.page.locator("fieldset.question").all():
        question.locator("label").nth(1).click()
    looker.page.locator("main button.btn-primary").last.click()
    looker.page.wait_for_url(re.compile("/c/help/"))
    looker.look_here()
    assert not looker.faults, "\n".join(looker.faults)
