"""The on-call list: who may set it, whose turn lets in to what, and what is written down (R80)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import change_staff_roles, end_membership
from accounts.models import AccountNotice
from accounts.roles import Permission, Role
from accounts.tasks import send_notices
from assessments import actions, tasks
from assessments.escalation import turns_of
from assessments.models import OnCallPlace, RiskEscalation, RiskItem
from assessments.on_call import list_trouble, places_of
from common.errors import InvalidInput, NotPermitted, OutOfScope
from common.models import AuditEvent
from common.records import RecordFrozen
from tests.builders import accounts, patients
from tests.builders import assessments as build
from tests.builders.copies import deepcopy

HANDLE = Permission.HANDLE_RISK


@pytest.fixture(scope="module")
def strangers(shared, staffed, person):
    """Three clinicians off the patient's care team."""
    assert person
    roles = (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST)
    return shared(lambda: [accounts.actor(accounts.staff(staffed.practice, [role])) for role in roles])


@pytest.fixture
def three(strangers):
    return deepcopy(strangers)


def minutes_ago(number: float):
    return timezone.now() - timedelta(minutes=number)


def raised(clinic, patient, minutes: float) -> RiskItem:
    return build.risk_item(patient, clinic.nurse, minutes_ago(minutes))


def seen_by(actor, permission=None) -> int:
    return RiskItem.objects.visible_to(actor, permission).count()


@pytest.mark.parametrize(("minutes", "let_in"), [(0, 1), (14, 1), (16, 2), (29, 2), (31, 3), (600, 3)])
def test_a_turn_lets_in_and_never_before(clinic, patient, three, minutes, let_in):
    build.on_call(clinic, *three)
    raised(clinic, patient, minutes)
    assert [seen_by(one) for one in three] == [1] * let_in + [0] * (3 - let_in)
    assert [seen_by(one, HANDLE) for one in three] == [1] * let_in + [0] * (3 - let_in)


def test_an_acknowledgement_ends_the_turns_and_closing_the_access(clinic, patient, three):
    build.on_call(clinic, *three)
    item, now = raised(clinic, patient, 20), timezone.now()
    actions.acknowledge_risk(item=item, by=three[1], at=now)
    RiskItem.objects.filter(pk=item.pk).update(raised_at=now - timedelta(hours=3), acknowledged_at=minutes_ago(160))
    assert [seen_by(one) for one in three] == [1, 1, 0]
    actions.record_risk_contact(item=item, by=three[1], at=now, how="phone", outcome="Reached, safe at home.")
    actions.close_risk(item=item, by=three[1], at=now, closing_text="Safe, seen by her doctor tomorrow morning.")
    assert [seen_by(one) for one in three] == [0, 0, 0]
    with pytest.raises(NotPermitted):
        actions.record_risk_contact(item=item, by=three[1], at=now, how="phone", outcome="Once more, all is well.")
    client = accounts.sign_in(Client(), three[1])
    assert client.get(reverse("assessments:risk_item", args=[item.pk])).status_code == 404


def test_before_the_turn_and_elsewhere_nothing_can_be_done(clinic, other_clinic, patient, three):
    build.on_call(clinic, *three)
    build.on_call(other_clinic, other_clinic.nurse)
    item, now = raised(clinic, patient, 5), timezone.now()
    assert seen_by(other_clinic.nurse) == 0
    for by, error in ((three[1], NotPermitted), (other_clinic.nurse, OutOfScope), (clinic.admin, NotPermitted)):
        with pytest.raises(error):
            actions.acknowledge_risk(item=item, by=by, at=now)
    item.refresh_from_db()
    assert item.acknowledged_at is None


def test_a_turn_shows_the_item_and_no_more_of_the_chart(clinic, patient, three):
    build.on_call(clinic, *three)
    patient.phone, patient.emergency_phone = "555 0144", "555 0155"
    patient.save()
    item = raised(clinic, patient, 20)
    client = accounts.sign_in(Client(), three[1])
    page = client.get(reverse("assessments:risk_item", args=[item.pk]))
    shown = page.content.decode()
    for words in ("555 0144", "555 0155", "Acknowledge: I act on it", "No dose is recorded", "turn on call"):
        assert words in shown
    look = AuditEvent.objects.get(action="assessments.looked_at_risk")
    assert (look.purpose, look.patient_id, look.actor_id) == ("on call", patient.pk, three[1].user_id)
    closed_doors = [
        reverse("patients:overview", args=[patient.pk]),
        reverse("assessments:of_patient", args=[patient.pk]),
        reverse("assessments:assessment", args=[item.assessment_id]),
        reverse("assessments:set", args=[item.assessment.assessment_set_id]),
    ]
    assert [client.get(path).status_code for path in closed_doors] == [404] * 4
    assert not [path for path in closed_doors if f'href="{path}"' in shown]


def test_lists_and_home_show_owner_and_next(clinic, patient, three):
    build.on_call(clinic, *three)
    raised(clinic, patient, 20)
    client = accounts.sign_in(Client(), three[1])
    for path in (reverse("accounts:home"), reverse("assessments:risk_queue")):
        page = client.get(path).content.decode()
        assert patient.name in page
        assert three[1].name in page
        assert f"goes on to {three[2].name}" in page
        assert "Nobody acts on it yet" in page
    later = accounts.sign_in(Client(), three[2]).get(reverse("accounts:home")).content.decode()
    assert patient.name not in later
    listed = AuditEvent.objects.filter(action="assessments.listed_risk", patient_id=patient.pk)
    assert listed.get().actor_id == three[1].user_id


def test_acknowledged_without_contact_is_overdue_after_the_limit(clinic, patient, three):
    build.on_call(clinic, *three, contact_minutes=30)
    item = raised(clinic, patient, 45)
    actions.acknowledge_risk(item=item, by=clinic.nurse, at=minutes_ago(31))
    client = accounts.sign_in(Client(), clinic.therapist)
    queue = reverse("assessments:risk_queue")
    assert "Acknowledged, no contact yet" in client.get(queue).content.decode()
    told = {"how": "phone", "outcome": "Not at home, sister called.", "at": timezone.now()}
    actions.record_risk_contact(item=item, by=clinic.nurse, **told)
    assert "Acknowledged, no contact yet" not in client.get(queue).content.decode()


def test_the_pages_cost_the_same_for_many_items(clinic, patient, three, django_assert_max_num_queries):
    build.on_call(clinic, *three)
    client = accounts.sign_in(Client(), three[0])
    raised(clinic, patient, 5)
    costs = []
    for _ in range(2):
        with django_assert_max_num_queries(14) as asked:
            assert client.get(reverse("assessments:risk_queue")).status_code == 200
        costs.append(len(asked))
        for _ in range(4):
            raised(clinic, patients.patient_with_team(clinic), 5)
    assert costs[0] == costs[1]


def test_the_sweep_writes_each_turn_once_and_mails_without_health_content(clinic, patient, three):
    build.on_call(clinic, *three)
    item = raised(clinic, patient, 16)
    for _ in range(3):
        tasks.escalate_risk()
    rows = RiskEscalation.objects.filter(risk_item=item).order_by("turn_at")
    assert [row.place.membership_id for row in rows] == [one.membership_id for one in three[:2]]
    assert rows[1].turn_at - item.raised_at == timedelta(minutes=15)
    audited = AuditEvent.objects.filter(action="assessments.escalate_risk", patient_id=patient.pk)
    assert sorted(row.detail["position"] for row in audited) == [1, 2]
    send_notices()
    send_notices()
    assert [mail_.to for mail_ in mail.outbox] == [[one.user.email] for one in three[:2]]
    for sent in mail.outbox:
        words = f"{sent.subject} {sent.body}".lower()
        private = (patient.family_name, patient.given_name, patient.mrn, "risk", "suicid", "death", "patient", "phq")
        assert not [word for word in private if word.lower() in words]
    with pytest.raises(RecordFrozen):
        rows[0].save()


def test_acknowledging_writes_the_turns_that_no_worker_wrote(clinic, patient, three):
    build.on_call(clinic, *three)
    item = raised(clinic, patient, 31)
    actions.acknowledge_risk(item=item, by=three[2], at=timezone.now())
    assert RiskEscalation.objects.filter(risk_item=item).count() == 3
    tasks.escalate_risk()
    assert RiskEscalation.objects.filter(risk_item=item).count() == 3


def test_one_item_in_trouble_does_not_keep_the_others(clinic, patient, three, monkeypatch, caplog):
    build.on_call(clinic, *three)
    first, second = raised(clinic, patient, 5), raised(clinic, patients.patient_with_team(clinic), 4)
    whole = actions.escalate_risk

    def broken(*, item, by, at):
        with transaction.atomic():
            if item.pk == first.pk:
                raise RuntimeError("no")
            return whole(item=item, by=by, at=at)

    monkeypatch.setattr(tasks.actions, "escalate_risk", broken)
    tasks.escalate_risk()
    assert list(RiskEscalation.objects.values_list("risk_item_id", flat=True)) == [second.pk]
    assert str(first.pk) in caplog.text


def test_who_left_is_passed_over(clinic, patient, three):
    build.on_call(clinic, *three)
    nurse = three[1].membership
    end_membership(membership=nurse, by=clinic.admin, at=minutes_ago(2))
    assert "left" in list_trouble(clinic.practice.pk)
    item = raised(clinic, patient, 16)
    tasks.escalate_risk()
    assert list_trouble(clinic.practice.pk) == ""
    listed = OnCallPlace.objects.filter(practice=clinic.practice).listed()
    assert [place.membership_id for place in listed] == [three[0].membership_id, three[2].membership_id]
    assert [place.after for place in listed] == [timedelta(), timedelta(minutes=15)]
    assert seen_by(three[2]) == 1
    assert not RiskEscalation.objects.filter(risk_item=item, place__membership=nurse).exists()
    assert AuditEvent.objects.filter(action="assessments.close_ranks").count() == 1


def test_a_role_taken_away_ends_the_access(clinic, patient, three):
    build.on_call(clinic, *three)
    raised(clinic, patient, 5)
    change_staff_roles(membership=three[0].membership, by=clinic.admin, at=timezone.now(), roles=[Role.ADMIN])
    assert seen_by(accounts.actor(three[0].membership)) == 0


@pytest.mark.parametrize(
    ("people", "limits", "field"),
    [
        (lambda c, o, three: [three[0], three[0]], {}, "people"),
        (lambda c, o, three: [c.admin], {}, "people"),
        (lambda c, o, three: [o.nurse], {}, "people"),
        (lambda c, o, three: three, {"step_minutes": 0}, "step_minutes"),
        (lambda c, o, three: three, {"step_minutes": 241}, "step_minutes"),
        (lambda c, o, three: three, {"contact_minutes": 4}, "contact_minutes"),
        (lambda c, o, three: three, {"contact_minutes": 1441}, "contact_minutes"),
    ],
)
def test_what_cannot_be_a_list(clinic, other_clinic, three, people, limits, field):
    with pytest.raises(InvalidInput) as refusal:
        build.on_call(clinic, *people(clinic, other_clinic, three), **limits)
    assert set(refusal.value.fields) == {field}
    assert not OnCallPlace.objects.exists()


def test_the_page_sets_the_list(clinic, three):
    client, path = accounts.sign_in(Client(), clinic.admin), reverse("assessments:change_on_call")
    assert "Nobody is on call" in client.get(reverse("accounts:home")).content.decode()
    keys = [str(one.membership_id) for one in three]
    values = {"place_1": keys[0], "place_3": keys[2], "step_minutes": 10, "contact_minutes": 45}
    assert client.post(path, {**values, "place_2": keys[0]}).status_code == 422
    for wrong in ({"place_1": str(clinic.admin.membership_id)}, {"step_minutes": "x"}, {"contact_minutes": 3}):
        assert client.post(path, values | wrong).status_code == 422
    assert not OnCallPlace.objects.exists()
    assert client.post(path, values).status_code == 302
    places = list(OnCallPlace.objects.listed())
    assert [str(place.membership_id) for place in places] == [keys[0], keys[2]]
    assert [place.after for place in places] == [timedelta(), timedelta(minutes=10)]
    event = AuditEvent.objects.get(action="assessments.set_on_call")
    assert event.detail == {"people": [keys[0], keys[2]], "step": 10, "contact": 45}
    kept = set(OnCallPlace.objects.values_list("pk", flat=True))
    client.post(path, {**values, "contact_minutes": 50})
    assert set(OnCallPlace.objects.values_list("pk", flat=True)) == kept
    shown = accounts.sign_in(Client(), three[1]).get(reverse("assessments:on_call")).content.decode()
    assert "10 minutes" in shown
    assert "50 minutes" in shown
    assert reverse("assessments:change_on_call") not in shown


def test_only_whoever_edits_settings_sets_it(clinic, three):
    limits = {"people": [], "step_minutes": 15, "contact_minutes": 60}
    for by in (clinic.prescriber, clinic.nurse, clinic.compliance):
        with pytest.raises(NotPermitted):
            actions.set_on_call(by=by, at=timezone.now(), **limits)
        client = accounts.sign_in(Client(), by)
        assert client.get(reverse("assessments:change_on_call")).status_code == 403
    assert Client().get(reverse("assessments:on_call")).status_code == 302


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(-40, 70), st.permutations((0, 1, 2)), st.integers(1, 3)), max_size=3),
    acknowledged=st.none() | st.integers(0, 60),
)
def test_the_database_and_the_rule_agree(clinic, patient, three, changes, acknowledged):
    """`turn_has_come` and `turns_of` are the same rule; whatever the list's history was."""
    now = timezone.now()
    raised_at = now - timedelta(minutes=70)
    with transaction.atomic():
        for minutes, order, length in sorted(changes):
            people = [three[number] for number in order[:length]]
            build.on_call(clinic, *people, at=raised_at + timedelta(minutes=minutes))
        item = build.risk_item(patient, clinic.nurse, raised_at)
        if acknowledged is not None:
            by = {"acknowledged_by": clinic.nurse.membership_id}
            moment = raised_at + timedelta(minutes=acknowledged)
            RiskItem.objects.filter(pk=item.pk).update(acknowledged_at=moment, **by)
            item.refresh_from_db()
        turns = turns_of(raised_at, item.acknowledged_at or now, places_of(clinic.practice.pk, raised_at))
        by_rule = {turn.place.person for turn in turns}
        asked = (one.membership_id for one in three)
        by_database = {pk for pk in asked if RiskItem.objects.on_turn_of(pk, now).filter(pk=item.pk).exists()}
        assert by_database == by_rule
        transaction.set_rollback(True)


def test_a_notice_is_one_of_the_known_ones(clinic):
    assert "risk" in AccountNotice.About.values
