"""Scales, who is in the room, rescue drugs, consents, and their corrections: new rows, nothing changes silently."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from sessions_app import actions
from sessions_app.models import RescueDrug, RoomEntry, ScaleScore
from sessions_app.room_kinds import ENTRY_KINDS
from sessions_app.room_state import RoomState
from sessions_app.session_events import session_events
from sessions_app.signed_content import content_of, is_intact
from tests.builders import accounts, room, sessions
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def dosed(shared, staffed):
    return shared(lambda: sessions.dosed_session(staffed))


@pytest.fixture
def session(clinic, dosed):
    return deepcopy(dosed)


@pytest.fixture
def at(session):
    return session.first_dose_at + 10 * MINUTE


def state_of(session, *kinds) -> RoomState:
    return RoomState(tuple(session_events(session.pk, kinds or tuple(ENTRY_KINDS), session.first_dose_at)))


# scales


@pytest.mark.parametrize("total", [-5, 0, 4])
def test_rass_at_its_ends_is_stored_with_its_version(clinic, session, at, total):
    row = room.rass(clinic, session, at, total)

    assert (row.total, row.instrument_version, row.activity) == (total, "2002 (Sessler)", None)
    assert AuditEvent.objects.filter(action="sessions.record_scale", object_id=row.pk).count() == 1


@pytest.mark.parametrize("total", [-6, 5, None])
def test_rass_beyond_its_ends_is_refused(clinic, session, at, total):
    with pytest.raises(InvalidInput) as refused:
        room.rass(clinic, session, at, total)

    assert list(refused.value.fields) == ["rating"]


def test_aldrete_is_the_sum_of_its_items(clinic, session, at):
    row = room.aldrete(clinic, session, at)

    assert (row.total, row.circulation, row.instrument_version) == (9, 1, "1995 modified (SpO2)")


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ({**room.ALDRETE, "oxygen": 3}, "oxygen"),
        ({**room.ALDRETE, "oxygen": -1}, "oxygen"),
        ({**room.ALDRETE, "oxygen": None}, "oxygen"),
        ({**room.ALDRETE, "mood": 2}, "items"),
    ],
)
def test_aldrete_items_are_each_0_to_2(clinic, session, at, items, field):
    with pytest.raises(InvalidInput) as refused:
        room.aldrete(clinic, session, at, items=items)

    assert list(refused.value.fields) == [field]


def test_aldrete_takes_no_total_beside_its_items(clinic, session, at):
    with pytest.raises(InvalidInput):
        room.aldrete(clinic, session, at, rating=9)


def test_cadss_6_needs_the_licence(clinic, session, at):
    cadss = {"session": session, "by": clinic.nurse, "at": at, "instrument": "CADSS6", "rating": 7}
    with pytest.raises(InvalidInput) as refused:
        actions.record_scale(**cadss)
    assert "licence" in refused.value.fields["instrument"][0]

    room.licensed(clinic, at)

    assert actions.record_scale(**cadss).instrument_version == "1998 (Bremner), 23-item, 6 items"
    with pytest.raises(InvalidInput):
        actions.record_scale(**{**cadss, "rating": 25})
    with pytest.raises(InvalidInput):
        actions.record_scale(**cadss, items={"c1": 2})


def test_the_database_refuses_a_total_that_does_not_fit(clinic, session, at):
    row = room.rass(clinic, session, at)
    columns = {field.attname: getattr(row, field.attname) for field in ScaleScore._meta.concrete_fields}
    for wrong in (
        {"total": 5},
        {"instrument": "CADSS6", "total": 25},
        {"instrument": "ALDRETE", "total": 9, **room.ALDRETE, "oxygen": 3},
        {"instrument": "ALDRETE", "total": 10, **room.ALDRETE},
        {"oxygen": 2},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScaleScore(**{**columns, "id": uuid.uuid4(), **wrong}).save(force_insert=True)


# who is in the room


def test_who_is_in_the_room_follows_in_and_out(clinic, session, at):
    room.went(clinic, session, at, clinic.nurse)
    room.went(clinic, session, at + MINUTE, clinic.therapist, by=clinic.therapist)
    room.went(clinic, session, at + 2 * MINUTE, clinic.nurse, "out")

    assert [one.person for one in state_of(session).in_room] == [clinic.therapist.name]


def test_coming_in_twice_counts_from_the_first_time(clinic, session, at):
    room.went(clinic, session, at)
    room.went(clinic, session, at + 3 * MINUTE)

    [present] = state_of(session).in_room
    assert present.since == at


def test_somebody_of_another_practice_cannot_be_in_the_room(clinic, other_clinic, session, at):
    """R3."""
    with pytest.raises(InvalidInput) as refused:
        room.went(clinic, session, at, other_clinic.nurse)

    assert list(refused.value.fields) == ["membership_id"]


# rescue drugs


def test_rescue_drug_keeps_the_exact_dose(clinic, session, at):
    row = room.rescue(clinic, session, at, dose=Decimal("0.125"))

    row = RescueDrug.objects.get(pk=row.pk)
    assert (row.dose, row.name, row.reason) == (Decimal("0.125"), "Ondansetron", "Nausea")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"drug": "aspirin-ish"}, "drug"),
        ({"drug": "other"}, "name"),
        ({"dose": Decimal(0)}, "dose"),
        ({"dose": Decimal("-1")}, "dose"),
        ({"dose": Decimal("0.0001")}, "dose"),
        ({"dose": Decimal(100_001)}, "dose"),
        ({"dose": Decimal("NaN")}, "dose"),
        ({"dose": None}, "dose"),
        ({"unit": "spoons"}, "unit"),
        ({"route": "by ear"}, "route"),
        ({"reason": " "}, "reason"),
        ({"ordered_by_id": None}, "ordered_by_id"),
        ({"given_by_id": None}, "given_by_id"),
    ],
)
def test_rescue_drug_that_cannot_be_is_refused_beside_its_field(clinic, session, at, change, field):
    with pytest.raises(InvalidInput) as refused:
        room.rescue(clinic, session, at, **change)

    assert list(refused.value.fields) == [field]


def test_rescue_drug_of_another_name_keeps_it(clinic, session, at):
    assert room.rescue(clinic, session, at, drug="other", name=" Famotidine  20 ").name == "Famotidine 20"


def test_rescue_drug_is_ordered_by_a_prescriber_and_given_by_nurse_or_prescriber(clinic, session, at):
    for change in (
        {"ordered_by_id": clinic.nurse.membership_id},
        {"given_by_id": clinic.therapist.membership_id},
    ):
        with pytest.raises(InvalidInput) as refused:
            room.rescue(clinic, session, at, **change)
        assert list(refused.value.fields) == list(change)


# touch and music


def touch(clinic, session, at, **more):
    return actions.record_observation(
        session=session, by=clinic.therapist, at=at, what="touch", text="Hand on the shoulder", **more
    )


def test_touch_without_consent_is_asked_about_and_kept_with_its_reason(clinic, session, at):
    with pytest.raises(Blocked) as refused:
        touch(clinic, session, at)
    [blocker] = refused.value.blockers
    assert (blocker.code, blocker.source) == ("TOUCH_WITHOUT_CONSENT", "KAP-ROOM-TOUCH")

    row = touch(clinic, session, at, overrides={"TOUCH_WITHOUT_CONSENT": "About to fall from the couch"})

    assert row.text == "Hand on the shoulder"
    passed = session.overrides.get(code="TOUCH_WITHOUT_CONSENT")
    assert passed.reason == "About to fall from the couch"


def test_touch_with_a_standing_consent_needs_no_reason(clinic, session, at):
    room.agreed(clinic, session, at)

    assert touch(clinic, session, at + MINUTE).pk
    assert not session.overrides.filter(code="TOUCH_WITHOUT_CONSENT").exists()


def test_consent_taken_back_no_longer_stands(clinic, session, at):
    room.agreed(clinic, session, at)
    room.agreed(clinic, session, at + MINUTE, is_given=False)

    with pytest.raises(Blocked) as refused:
        touch(clinic, session, at + 2 * MINUTE)
    assert "took back" in refused.value.blockers[0].sentence


def test_consent_to_music_or_a_withdrawn_entry_is_no_consent_to_touch(clinic, session, at):
    room.agreed(clinic, session, at, about="music")
    wrong = room.agreed(clinic, session, at + MINUTE)
    withdraw(clinic, session, at + 2 * MINUTE, "room_consent", wrong)

    with pytest.raises(Blocked):
        touch(clinic, session, at + 3 * MINUTE)


# corrections and withdrawals


def withdraw(clinic, session, at, kind, entry, by=None, reason="Entered in the wrong chart", **more):
    return actions.withdraw_entry(
        session=session, by=by or clinic.nurse, at=at, entry_kind=kind, entry_id=entry.pk, reason=reason, **more
    )


CORRECTED = {
    "room_entry": lambda c, s, at, **more: room.went(c, s, at, went="out", **more),
    "room_consent": lambda c, s, at, **more: room.agreed(c, s, at, is_given=False, **more),
    "scale": lambda c, s, at, **more: room.rass(c, s, at, 1, **more),
    "observation": lambda c, s, at, **more: actions.record_observation(
        session=s, by=c.therapist, at=at, what="words", text="It is quiet", **more
    ),
    "adverse_event": lambda c, s, at, **more: actions.record_adverse_event(
        session=s,
        by=c.nurse,
        at=at,
        category="gi",
        grade=2,
        relatedness="probable",
        description="Vomited",
        action="Ondansetron",
        outcome="resolved",
        **more,
    ),
    "rescue_drug": lambda c, s, at, **more: room.rescue(c, s, at, dose=Decimal(8), **more),
}


@pytest.mark.parametrize("kind", list(ENTRY_KINDS))
def test_correction_is_a_new_row_that_names_the_wrong_one_and_keeps_its_time(clinic, session, at, kind):
    wrong = room.one_of_each(clinic, session, at)[kind]
    later = at + 60 * MINUTE

    right = CORRECTED[kind](clinic, session, later, corrects_id=wrong.pk, correction_reason="Typed the wrong one")

    assert (right.corrects_id, right.occurred_at, right.correction_reason) == (
        wrong.pk,
        wrong.occurred_at,
        "Typed the wrong one",
    )
    state = state_of(session)
    assert wrong.pk in state.corrected
    assert [event.id for event in state.standing(kind)] == [right.pk]
    with pytest.raises(StaleState):
        CORRECTED[kind](clinic, session, later, corrects_id=wrong.pk, correction_reason="Once more, too late")


@pytest.mark.parametrize("kind", list(ENTRY_KINDS))
def test_correction_needs_a_reason_and_an_entry_of_this_session(clinic, session, at, kind):
    wrong = room.one_of_each(clinic, session, at)[kind]
    with pytest.raises(InvalidInput) as refused:
        CORRECTED[kind](clinic, session, at, corrects_id=wrong.pk, correction_reason="no")
    assert list(refused.value.fields) == ["correction_reason"]
    with pytest.raises(StaleState):
        CORRECTED[kind](clinic, session, at, corrects_id=uuid.uuid4(), correction_reason="Of somewhere else")
    with pytest.raises(InvalidInput):
        CORRECTED[kind](clinic, session, at, correction_reason="Corrects nothing at all")


@pytest.mark.parametrize("kind", list(ENTRY_KINDS))
def test_withdrawal_says_that_it_never_happened(clinic, session, at, kind):
    wrong = room.one_of_each(clinic, session, at)[kind]
    row_id = uuid.uuid4()

    first = withdraw(clinic, session, at + 10 * MINUTE, kind, wrong, id=row_id)
    again = withdraw(clinic, session, at + 10 * MINUTE, kind, wrong, id=row_id)

    assert first.pk == again.pk == row_id
    assert (first.is_withdrawal, first.corrects_id) == (True, wrong.pk)
    assert state_of(session).standing(kind) == []
    with pytest.raises(StaleState):
        withdraw(clinic, session, at + 11 * MINUTE, kind, wrong)
    with pytest.raises(StaleState):
        withdraw(clinic, session, at + 11 * MINUTE, kind, first)


def test_an_entry_of_another_session_or_kind_is_not_found(clinic, session, at):
    other = sessions.dosed_session(clinic, sessions.AT + timedelta(days=1))
    entry = room.went(clinic, other, other.first_dose_at)

    for kind in ("room_entry", "scale", "nothing"):
        with pytest.raises(OutOfScope):
            withdraw(clinic, session, at, kind, entry)


def test_who_may_not_write_a_kind_may_not_take_it_back(clinic, session, at):
    made = room.one_of_each(clinic, session, at)

    for kind in ("scale", "rescue_drug", "adverse_event"):
        with pytest.raises(NotPermitted):
            withdraw(clinic, session, at, kind, made[kind], by=clinic.therapist)


# every kind


@pytest.mark.parametrize("kind", list(ENTRY_KINDS))
def test_entries_cannot_be_changed_or_deleted(clinic, session, at, kind):
    """R40."""
    row = room.one_of_each(clinic, session, at)[kind]
    table = row._meta.db_table
    with pytest.raises(RecordFrozen):
        row.save()
    with pytest.raises(RecordFrozen):
        row.delete()
    for statement in (f"UPDATE {table} SET recorded_as = 'admin'", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_same_entry_sent_twice_is_one_row(clinic, session, at):
    pk = uuid.uuid4()

    assert room.went(clinic, session, at, id=pk).pk == room.went(clinic, session, at, id=pk).pk == pk
    assert RoomEntry.objects.filter(pk=pk).count() == 1
    with pytest.raises(InvalidInput):
        room.went(clinic, session, at, id=pk, went="out")


def test_late_entry_needs_a_reason(clinic, session, at):
    """R42."""
    with pytest.raises(InvalidInput):
        room.rass(clinic, session, at + 16 * MINUTE, occurred_at=at)
    row = room.rass(clinic, session, at + 16 * MINUTE, occurred_at=at, late_reason="Written on paper")
    assert row.is_late


def test_nothing_is_added_to_a_signed_session_and_its_signature_covers_the_entries(clinic):
    """R41: a row slipped in afterwards breaks the signature."""
    session = sessions.discharged_session(clinic)
    at = session.first_dose_at + 20 * MINUTE
    for kind, act in CORRECTED.items():
        more = {"occurred_at": at, "late_reason": "Written on paper"}
        act(clinic, session, session.ended_at + MINUTE, **more)
        assert state_of(session, kind).standing(kind)
    actions.sign_session(
        session=session, by=clinic.prescriber, at=session.ended_at + 60 * MINUTE, password=accounts.PASSWORD
    )
    session = sessions.stored(session)
    assert is_intact(session)

    with pytest.raises(Blocked):
        room.rass(clinic, session, session.signed_at + MINUTE)
    for name in ("scales", "room_entries", "rescue_drugs", "room_consents"):
        row = getattr(session, name).first()
        columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        slipped_in = type(row)(**{**columns, "id": uuid.uuid4()})
        with pytest.raises(DatabaseError), transaction.atomic():
            slipped_in.save(force_insert=True)


def test_a_signature_from_before_these_entries_still_fits(clinic):
    """What came later is part of the content only where it says something."""
    session = sessions.dosed_session(clinic)
    actions.record_observation(
        session=session, by=clinic.nurse, at=session.first_dose_at, what="words", text="It is quiet"
    )
    before = content_of(session)
    assert not {"scales", "room_entries", "rescue_drugs", "room_consents"} & set(before)
    assert not {"corrects_id", "is_withdrawal", "correction_reason"} & set(before["observations"][0])
    assert "corrects_id" in before["readings"][0]
    assert not {"due_at", "not_taken"} & set(before["readings"][0])

    room.one_of_each(clinic, session, session.first_dose_at + MINUTE)

    after = content_of(session)
    assert [len(after[name]) for name in ("scales", "room_entries", "rescue_drugs", "room_consents")] == [1] * 4


# settings


@pytest.mark.parametrize(
    ("phrases", "word"),
    [
        ([("music", f"Song {number}") for number in range(13)], "at most 12"),
        ([("music", "Off"), ("behaviour", "off")], "once"),
        ([("dance", "Danced")], "Begin each line"),
        ([("touch", "Held the hand")], "forms of their own"),
        ([("music", "x" * 81)], "80 characters"),
    ],
)
def test_phrases_that_cannot_be_are_refused(clinic, at, phrases, word):
    from sessions_app.quick_phrases import Phrase

    with pytest.raises(InvalidInput) as refused:
        actions.save_session_settings(by=clinic.prescriber, at=at, phrases=[Phrase(*one) for one in phrases])
    assert word in str(refused.value)


def test_only_a_prescriber_sets_the_cockpit(clinic, at):
    for who in (clinic.nurse, clinic.admin, clinic.therapist, clinic.compliance):
        with pytest.raises(NotPermitted):
            actions.save_session_settings(by=who, at=at, phrases=[])
