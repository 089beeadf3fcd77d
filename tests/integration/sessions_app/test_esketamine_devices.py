"""Esketamine one device at a time: each its own dose and draw, rest in between, totals right (KAP-LIM-ESK)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import Blocked
from sessions_app.esketamine import DeviceRest, device_rest
from sessions_app.session_facts import load_facts
from tests.builders import dosing, sessions

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DEVICE = Decimal(28)


@pytest.fixture
def lot(clinic):
    return dosing.stock_lot(clinic.nurse, timezone.now() - timedelta(days=1), route="ESK", amount_mg=Decimal(280))


@pytest.fixture
def session(clinic, lot):
    """The first of two devices was given 3 minutes ago."""
    return sessions.dosed_session(clinic, at=timezone.now() - 13 * MINUTE, route="ESK", lot=lot)


def rest(session) -> DeviceRest | None:
    return device_rest(load_facts(sessions.stored(session)))


def test_two_devices_at_once_are_refused(clinic, lot):
    session = sessions.checked_in_session(clinic, at=timezone.now() - 13 * MINUTE, route="ESK")

    with pytest.raises(Blocked) as refused:
        sessions.give(clinic, session, timezone.now(), lot, drawn_mg=2 * DEVICE, planned_mg=2 * DEVICE)

    assert [blocker.code for blocker in refused.value.blockers] == ["ONE_DEVICE_AT_A_TIME"]
    assert refused.value.blockers[0].override is None


def test_rest_runs_from_the_last_device_until_all_are_given(clinic, session, lot):
    first = session.first_dose_at
    assert rest(session) == DeviceRest(given=1, ordered=2, next_from=first + 5 * MINUTE)

    sessions.give(clinic, session, first + 5 * MINUTE, lot)

    assert rest(session) == DeviceRest(given=2, ordered=2, next_from=None)


def test_there_is_no_rest_on_other_routes_or_before_the_first_device(clinic):
    assert rest(sessions.dosed_session(clinic)) is None
    assert rest(sessions.checked_in_session(clinic, route="ESK")) is None


@pytest.mark.parametrize("seconds", [299, 300])
def test_a_device_too_early_is_refused_in_words_unless_a_prescriber_passes_it(clinic, session, lot, seconds):
    at = session.first_dose_at + timedelta(seconds=seconds)
    if seconds < 300:
        with pytest.raises(Blocked) as refused:
            sessions.give(clinic, session, at, lot)
        [blocker] = refused.value.blockers
        assert blocker.code == "BOOSTER_TOO_SOON"
        assert blocker.sentence.startswith("The last device was 4 minutes before this one. Wait until 5 minutes")
        with pytest.raises(Blocked):
            sessions.give(clinic, session, at, lot, overrides={blocker.code: "The patient asked to go on"})
        overrides = {blocker.code: "Blew it out at once, nothing absorbed"}
        given = sessions.give(clinic, session, at, lot, by=clinic.prescriber, overrides=overrides)
        assert given.overrides == overrides
    else:
        assert sessions.give(clinic, session, at, lot).number == 2


def test_each_device_is_a_dose_and_a_draw_and_the_totals_are_right(clinic, session, lot):
    sessions.give(clinic, session, session.first_dose_at + 5 * MINUTE, lot)

    record = sessions.stored(session).dosing_record
    lot.refresh_from_db()
    assert (record.drawn_mg, record.given_mg, record.has_open_remainder) == (56, 56, False)
    assert [row.planned_mg for row in record.administrations.order_by("number")] == [DEVICE, DEVICE]
    assert record.draws.count() == 2
    assert lot.balance_mg == 280 - 56


def test_cockpit_counts_down_and_names_lot_and_expiry(clinic, sign_in, session, lot):
    client = sign_in(clinic.nurse)
    page = client.get(reverse("sessions:session", args=[session.pk])).text
    assert "Device 1 of 2 given." in page
    assert (
        f'data-rest="{(session.first_dose_at + 5 * MINUTE).astimezone(timezone.get_current_timezone()):%Y-%m-%dT}'
        in page
    )
    assert f"lot {lot.lot_number}, expires" in page
    assert "Device 2 of 2" in page

    sessions.give(clinic, session, timezone.now() + 3 * MINUTE, lot)

    page = client.get(reverse("sessions:session", args=[session.pk])).text
    assert "data-rest" not in page
