"""What people do about a risk item, as a table of states; and what it says about the next dose."""

from datetime import timedelta

import pytest

from assessments import actions
from assessments.models import RiskContact, RiskItem
from assessments.readiness import risk_blockers, set_blockers
from common.errors import InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.records import RecordFrozen
from tests.builders import accounts
from tests.builders import assessments as build

WORDS = "Called, safe tonight, plan agreed with partner."


def contact(item, by, at, **more):
    values = {"how": "phone", "outcome": "Reached, safe at home.", "plan": "Calls again tomorrow.", **more}
    return actions.record_risk_contact(item=item, by=by, at=at, **values)


@pytest.fixture
def item(clinic, patient, at):
    return build.risk_item(patient, clinic.nurse, at)


def test_the_whole_way(clinic, item, at):
    actions.acknowledge_risk(item=item, by=clinic.therapist, at=at)
    contact(item, clinic.therapist, at)
    closed = actions.close_risk(item=item, by=clinic.prescriber, at=at, closing_text=WORDS)
    assert (closed.acknowledged_by_id, closed.closed_by_id) == (
        clinic.therapist.membership_id,
        clinic.prescriber.membership_id,
    )
    assert closed.version == 3
    done = set(AuditEvent.objects.filter(object_type__startswith="assessments.risk").values_list("action", flat=True))
    assert {f"assessments.{name}" for name in ("acknowledge_risk", "record_risk_contact", "close_risk")} <= done


@pytest.mark.parametrize(
    ("is_acknowledged", "has_contact", "text", "error"),
    [
        (False, False, WORDS, InvalidInput),
        (False, True, WORDS, StaleState),
        (True, False, WORDS, InvalidInput),
        (True, True, "x" * 19, InvalidInput),
        (True, True, " " * 30, InvalidInput),
        (True, True, "x" * 20, None),
    ],
)
def test_closing_needs_acknowledgement_contact_and_words(clinic, item, at, is_acknowledged, has_contact, text, error):
    if is_acknowledged:
        actions.acknowledge_risk(item=item, by=clinic.nurse, at=at)
    if has_contact:
        contact(item, clinic.nurse, at)
    if error is None:
        assert actions.close_risk(item=item, by=clinic.nurse, at=at, closing_text=text).closed_at == at
        return
    with pytest.raises(error):
        actions.close_risk(item=item, by=clinic.nurse, at=at, closing_text=text)
    assert RiskItem.objects.open().count() == 1


def test_only_the_first_acknowledges(clinic, item, at):
    actions.acknowledge_risk(item=item, by=clinic.nurse, at=at)
    with pytest.raises(StaleState):
        actions.acknowledge_risk(item=item, by=clinic.therapist, at=at)


def test_a_closed_item_takes_nothing_more(clinic, item, at):
    actions.acknowledge_risk(item=item, by=clinic.nurse, at=at)
    contact(item, clinic.nurse, at)
    actions.close_risk(item=item, by=clinic.nurse, at=at, closing_text=WORDS)
    with pytest.raises(StaleState):
        contact(item, clinic.nurse, at)
    with pytest.raises(StaleState):
        actions.close_risk(item=item, by=clinic.nurse, at=at, closing_text=WORDS)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"how": "pigeon"}, "how"),
        ({"outcome": " no "}, "outcome"),
        ({"occurred_at": timedelta(minutes=1)}, "occurred_at"),
        ({"occurred_at": timedelta(minutes=-16)}, "late_reason"),
    ],
)
def test_a_contact_is_refused_beside_its_field(clinic, item, at, changed, field):
    if "occurred_at" in changed:
        changed = {"occurred_at": at + changed["occurred_at"]}
    with pytest.raises(InvalidInput) as refusal:
        contact(item, clinic.nurse, at, **changed)
    assert list(refusal.value.fields) == [field]


def test_a_late_contact_says_why_and_never_changes(clinic, item, at):
    row = contact(item, clinic.nurse, at, occurred_at=at - timedelta(hours=1), late_reason="was with a patient")
    assert row.is_late
    with pytest.raises(RecordFrozen):
        RiskContact.objects.get().save()


def test_who_may_handle_risk(clinic, other_clinic, item, at):
    stranger = accounts.actor(accounts.staff(clinic.practice, at=at))
    refusals = [(clinic.admin, NotPermitted), (stranger, NotPermitted), (other_clinic.nurse, OutOfScope)]
    for by, error in refusals:
        for act in (
            lambda by: actions.acknowledge_risk(item=item, by=by, at=at),
            lambda by: contact(item, by, at),
            lambda by: actions.close_risk(item=item, by=by, at=at, closing_text=WORDS),
        ):
            with pytest.raises(error):
                act(by)


def test_an_open_item_holds_the_dose_until_it_is_closed(clinic, patient, item, at):
    (blocker,) = risk_blockers(patient, at)
    assert blocker.code == "RISK_OPEN_SI_URGENT"
    assert blocker.override == "override_blocker"
    assert str(item.pk) in blocker.link
    assert "2 Jun 2026, 10:00 EDT" in blocker.sentence
    actions.acknowledge_risk(item=item, by=clinic.nurse, at=at)
    contact(item, clinic.nurse, at)
    assert risk_blockers(patient, at)
    actions.close_risk(item=item, by=clinic.nurse, at=at, closing_text=WORDS)
    assert risk_blockers(patient, at) == []


def test_a_later_answer_is_another_blocker(clinic, patient, item, at):
    build.risk_item(patient, clinic.nurse, at + timedelta(hours=1))
    sentences = {blocker.sentence for blocker in risk_blockers(patient, at + timedelta(hours=2))}
    assert len(sentences) == 2
    assert len(risk_blockers(patient, at)) == 1


def test_a_missing_or_unfinished_set_asks_for_a_reason(clinic, patient, at):
    given = build.given_set(patient, clinic.nurse, at, instruments=("SUDS",))
    assert [b.code for b in set_blockers(None, at)] == ["PRE_ASSESSMENT_MISSING"]
    assert [b.code for b in set_blockers(given, at)] == ["PRE_ASSESSMENT_MISSING"]
    build.answered(given, "SUDS", clinic.nurse, at)
    given.refresh_from_db()
    assert set_blockers(given, at) == []


def test_the_queue_puts_the_most_pressing_first(clinic, patient, at):
    def raised(minutes, urgent):
        return build.risk_item(patient, clinic.nurse, at + timedelta(minutes=minutes), urgent=urgent)

    calm_old, urgent_seen, urgent_new, urgent_old = (
        raised(0, False),
        raised(1, True),
        raised(30, True),
        raised(20, True),
    )
    closed = raised(2, True)
    actions.acknowledge_risk(item=urgent_seen, by=clinic.nurse, at=at)
    actions.acknowledge_risk(item=closed, by=clinic.nurse, at=at)
    contact(closed, clinic.nurse, at)
    actions.close_risk(item=closed, by=clinic.nurse, at=at, closing_text=WORDS)
    rows = RiskItem.objects.visible_to(clinic.nurse).most_pressing_first()
    assert list(rows) == [urgent_old, urgent_new, urgent_seen, calm_old, closed]
