"""Several reads in one statement give the models that each read gives alone, on both engines."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, models

from common.together import Part, Together
from patients import actions as patients_actions
from sessions_app import actions
from sessions_app.session_facts import FACTS, asked
from sessions_app.session_page import _CLINICAL, _OF_THE_CARE_TEAM, _PLAIN, _ROWS
from sessions_app.supervision import _ROWS as SUPERVISION
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clinic():
    return accounts.clinic_with_staff()


@pytest.fixture
def full_session(clinic):
    """An infusion with every kind of row a session can have, signed and added to."""
    session = sessions.dosed_session(clinic, route="IV", drawn_mg=dosing.Decimal(50), at=sessions.AT)
    at = session.first_dose_at + MINUTE
    first = sessions.reading(clinic, session, at, temperature_c=dosing.Decimal("36.6"), note='O\'Neil said: "ok" \\ ü')
    sessions.reading(clinic, session, at, spo2_pct=97, note="Probe had slipped", corrects_id=first.pk)
    actions.record_observation(session=session, by=clinic.therapist, at=at, what="words", text="Calm, \n{}[]")
    actions.record_adverse_event(
        session=session,
        by=clinic.nurse,
        at=at,
        category="gi",
        grade=1,
        relatedness="possible",
        description="Nausea",
        action="Watched",
        outcome="resolved",
        ended_at=at,
    )
    patients_actions.add_allergy(patient=session.patient, by=clinic.nurse, at=at, substance="latex", severity="mild")
    running = session.dosing_record.administrations.get()
    pause = {"administration_id": running.pk, "what": "pause", "reason": "Pressure high"}
    actions.change_session_infusion(session=session, by=clinic.nurse, at=at, **pause)
    actions.correct_session_dose_time(
        session=sessions.stored(session),
        administration_id=running.pk,
        by=clinic.nurse,
        at=at + MINUTE,
        given_at=session.first_dose_at + MINUTE / 2,
        reason="Clock was fast",
        confirmed=True,
    )
    return sessions.stored(session)


def told(row: models.Model) -> dict:
    """Every column of a row and of the rows joined to it, as stored."""
    values = {name: value for name, value in vars(row).items() if not name.startswith("_") or name == "_state"}
    state = values.pop("_state")
    joined = {name: told(one) if one is not None else None for name, one in state.fields_cache.items()}
    return {"values": values, "joined": joined}


@pytest.mark.parametrize("name", [*_ROWS, *_OF_THE_CARE_TEAM])
def test_each_part_reads_what_its_own_queryset_reads(clinic, full_session, name):
    values = {**asked(full_session), "patient": full_session.patient_id}
    part = {**_ROWS, **_OF_THE_CARE_TEAM}[name]

    together = _CLINICAL.instances(**values)[name]

    alone = sorted(part.make(**values), key=lambda row: [getattr(row, one) for one in part.order])
    assert [told(row) for row in together] == [told(row) for row in alone]


def test_most_parts_have_rows_here(clinic, full_session):
    """So that the comparison above says something."""
    found = _CLINICAL.instances(**asked(full_session), patient=full_session.patient_id)

    assert {name for name, rows in found.items() if not rows} <= {
        "addenda",
        "remainders",
        "assessment_links",
        "rems_checks",
    }


def test_all_parts_come_in_one_query(clinic, full_session, django_assert_num_queries):
    for reads in (_CLINICAL, _PLAIN):
        with django_assert_num_queries(1):
            reads.instances(**asked(full_session), patient=full_session.patient_id)
    assert set(FACTS) < set(_ROWS)
    with django_assert_num_queries(1):
        SUPERVISION.instances(practice=clinic.practice.pk, since=sessions.AT - timedelta(hours=1))


def test_who_may_not_read_the_chart_does_not_get_the_allergies(clinic, full_session):
    assert "allergies" not in _PLAIN.instances(**asked(full_session))


def test_other_values_ask_for_other_rows(clinic, full_session):
    other = sessions.checked_in_session(clinic)

    assert [row.session_id for row in _PLAIN.instances(**asked(other))["check_ins"]] == [other.pk]
    assert [row.session_id for row in _PLAIN.instances(**asked(full_session))["check_ins"]] == [full_session.pk]


def test_more_columns_than_an_array_takes(clinic, full_session):
    """A dose with what is joined to it has more than a hundred columns; PostgreSQL and SQLite take fewer in a call."""
    part = FACTS["administrations"]
    reads = Together("wide", {"doses": part}, session=UUID)
    [dose] = reads.instances(session=full_session.pk)["doses"]

    assert len(part.make(session=full_session.pk).query.get_compiler("default").as_sql()[0].split(",")) > 100
    assert dose.draw.lot.product.name
    assert connection.vendor in ("sqlite", "postgresql")


def test_part_that_asks_by_nothing_is_read_as_it_is(clinic):
    from sessions_app.models import Room

    reads = Together("rooms", {"rooms": Part(lambda **_: Room.objects.order_by("name"), ("name",))}, session=UUID)

    assert reads.instances(session=clinic.practice.pk)["rooms"] == list(Room.objects.order_by("name"))
