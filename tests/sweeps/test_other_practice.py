"""What one practice does changes nothing that another is shown, nor what clinicians off the team are (R1, R2, R6).

Pages are asked before there is anything, and again when there is everything. A page that counts or lists the rows of
others tells on itself, whatever its words are.
"""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.navigation import navigation_for, panels_for
from dosing.models import StockLot
from tests.builders import accounts, notes, sessions
from tests.builders.matrix import SAMPLES, World
from tests.sweeps.asking import ROUTES
from tests.sweeps.moving import NEW_ENTRY, TIME_ALONE

pytestmark = pytest.mark.django_db
# Each request adds to these, or they show made-up rows.
LEFT_OUT = {"accounts:audit_log", "accounts:export_audit", "accounts:sign_ins", "accounts:style_guide"}
# The last is until when the token of a poll is believed.
MOVING = re.compile(rf'{TIME_ALONE}|\d{{4}}-\d\d-\d\dT[^"<]*|{NEW_ENTRY}|(?<=[0-9a-f]{{16}}\.)\d{{10}}(?=")')
OF_THE_PRACTICE = {
    "stock",
    "discrepancies",
    "watch",
    "roles",
    "practice",
    "silence",
}  # what every clinician of the practice is shown


def fill(world: World) -> None:
    """Something for every panel and list."""
    for subject in SAMPLES.values():
        subject(world)
    clinic, at = world.clinic, world.at
    sessions.discharged_session(clinic, at)  # waits for its signature
    sessions.dosed_session(clinic, at, drawn_mg=100)  # its remainder is open
    sessions.scheduled_session(clinic, timezone.now() + timedelta(days=1))
    notes.draft(clinic, world.session, at)
    StockLot.objects.filter(pk=world.lot.pk).update(expires_on=timezone.localdate() + timedelta(days=3))


def pages(client) -> dict[str, str]:
    found = {}
    for route in ROUTES:
        is_read = route.access or "GET" in route.needs
        if is_read and not route.arguments and route.name not in LEFT_OUT:
            response = client.get(f"/{route.pattern}")
            body = b"".join(response.streaming_content) if response.streaming else response.content
            found[route.name] = f"{response.status_code} {MOVING.sub('', body.decode(errors='replace'))}"
    return found


def test_another_practice_notices_nothing():
    world = World()
    client = accounts.sign_in(Client(), world.principals["elsewhere"])
    before = pages(client)
    fill(world)
    after = pages(client)
    assert len(before) > 25
    assert [name for name in before if before[name] != after[name]] == []


def shown(actor, at) -> dict[str, object]:
    panels = {panel.key: (panel.count, panel.patient_ids) for panel in panels_for(actor, at)}
    labels = [entry["label"] for entry in navigation_for(actor, "/")]
    return {key: value for key, value in panels.items() if key not in OF_THE_PRACTICE} | {"navigation": labels}


def test_clinicians_off_the_team_notice_nothing():
    world, at = World(), timezone.now()
    stranger = world.principals["off_team"]
    before = shown(stranger, at)
    fill(world)
    assert shown(stranger, at) == before


def test_the_team_notices():
    """The two tests above would pass, too, if nothing were shown to anybody."""
    world = World()
    fill(world)
    keys = {
        key
        for who in ("prescriber", "nurse", "therapist", "admin", "compliance")
        for key in shown(world.principals[who], timezone.now())
    }
    assert {"risk", "corrections", "emergencies", "remainders", "to-sign", "note-drafts", "check-ins"} <= keys
