"""Two check-ins missed in a row become a task for a person (KAP-FUP-TWICE)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from common.errors import InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from followups import actions
from followups.models import CheckIn, MissedCall, MissedInARow
from tests.builders import accounts
from tests.builders import followups as build

HOUR = timedelta(hours=1)
SAID = "Forgot the phone at work; is well, will answer."


@pytest.fixture
def plan(clinic, check_in):
    assert check_in
    rows = CheckIn.objects.filter(session=check_in.session).order_by("due_at")
    return list(rows.select_related("patient", "point", "session__patient", "assessment_set"))


def end(check_in, how: str, clinic, by) -> None:
    """Ended as said, in its own time."""
    if how == "missed":
        actions.miss_check_in(check_in=check_in, by=by, at=check_in.closes_at)
    elif how == "cancelled":
        actions.cancel_check_in(check_in=check_in, by=clinic.nurse, at=check_in.due_at, reason="Not needed here.")
    else:
        actions.open_check_in(check_in=check_in, by=by, at=check_in.due_at)
        if how == "answered":
            build.answer(check_in, clinic.nurse, check_in.due_at + HOUR)
        else:
            actions.expire_check_in(check_in=check_in, by=by, at=check_in.closes_at)


@pytest.mark.parametrize(
    ("course", "tasks"),
    [
        (["expired"], 0),
        (["expired", "expired"], 1),
        (["expired", "missed"], 1),
        (["missed", "missed"], 1),
        (["expired", "answered", "expired"], 0),
        (["expired", "cancelled", "expired"], 1),
        (["expired", "expired", "expired"], 1),
        (["expired", "expired", "answered", "expired", "expired"], 1),
    ],
)
def test_two_in_a_row(clinic, plan, by, no_queue, course, tasks):
    for check_in, how in zip(plan, course, strict=False):
        end(check_in, how, clinic, by)
    assert MissedInARow.objects.count() == tasks
    assert AuditEvent.objects.filter(action="followups.raise_missed").count() == tasks


def closed(task, clinic, at):
    actions.record_missed_call(task=task, by=clinic.nurse, at=at, how="phone", outcome=SAID)
    return actions.close_missed(task=task, by=clinic.nurse, at=at, closing_text="Answers again from now on.")


def test_after_closing_two_more_are_needed(clinic, plan, by, no_queue):
    for check_in in plan[:2]:
        end(check_in, "expired", clinic, by)
    closed(MissedInARow.objects.get(), clinic, plan[1].closes_at + HOUR)
    end(plan[2], "expired", clinic, by)
    assert MissedInARow.objects.count() == 1
    end(plan[3], "expired", clinic, by)
    assert MissedInARow.objects.open().get().check_in_id == plan[3].pk


def test_nobody_is_called_in_a_pause_or_out_of_care(clinic, plan, by, no_queue):
    end(plan[0], "expired", clinic, by)
    actions.open_check_in(check_in=plan[1], by=by, at=plan[1].due_at)
    pause = actions.pause_follow_ups(patient=plan[1].patient, by=clinic.nurse, at=plan[1].due_at + HOUR, reason="Away.")
    assert pause.until is None
    CheckIn.objects.filter(pk=plan[1].pk).update(state="sent", ended_at=None, ended_reason="")
    actions.expire_check_in(check_in=plan[1], by=by, at=plan[1].closes_at)
    assert not MissedInARow.objects.exists()
    type(plan[2].patient).objects.filter(pk=plan[2].patient_id).update(discharged_from_care_at=plan[2].due_at - HOUR)
    CheckIn.objects.filter(pk=plan[2].pk).update(state="planned")
    plan[2].refresh_from_db()
    plan[2].patient.refresh_from_db()
    actions.miss_check_in(check_in=plan[2], by=by, at=plan[2].closes_at)
    assert not MissedInARow.objects.exists()


@pytest.fixture
def task(clinic, plan, by, no_queue):
    for check_in in plan[:2]:
        end(check_in, "expired", clinic, by)
    return MissedInARow.objects.select_related("patient").get()


def test_closing_needs_a_call_and_words(clinic, task):
    at, nurse = task.raised_at + HOUR, clinic.nurse
    with pytest.raises(InvalidInput):
        actions.close_missed(task=task, by=nurse, at=at, closing_text="Answers again from now on.")
    for wrong in ({"how": "pigeon"}, {"outcome": "ok"}):
        with pytest.raises(InvalidInput):
            actions.record_missed_call(task=task, by=nurse, at=at, **{"how": "phone", "outcome": SAID, **wrong})
    actions.record_missed_call(task=task, by=nurse, at=at, how="phone", outcome=SAID)
    with pytest.raises(InvalidInput):
        actions.close_missed(task=task, by=nurse, at=at, closing_text="All good.")
    actions.close_missed(task=task, by=nurse, at=at, closing_text="All is well.")
    for act in (
        lambda: actions.close_missed(task=task, by=nurse, at=at, closing_text="All is well."),
        lambda: actions.record_missed_call(task=task, by=nurse, at=at, how="phone", outcome=SAID),
        lambda: actions.take_missed(task=task, by=nurse, at=at),
    ):
        with pytest.raises(StaleState):
            act()
    assert MissedCall.objects.count() == 1


def test_one_person_takes_it(clinic, task):
    actions.take_missed(task=task, by=clinic.nurse, at=task.raised_at)
    with pytest.raises(StaleState):
        actions.take_missed(task=task, by=clinic.therapist, at=task.raised_at)
    stranger = accounts.actor(accounts.staff(clinic.practice, at=task.raised_at - timedelta(days=9)))
    for by in (clinic.admin, stranger):
        with pytest.raises(NotPermitted):
            actions.record_missed_call(task=task, by=by, at=task.raised_at, how="phone", outcome=SAID)


def test_home_and_page_from_the_first_look_to_the_end(clinic, task, clock):
    clock(task.raised_at + HOUR)
    client = accounts.sign_in(Client(), clinic.nurse)
    home = client.get(reverse("accounts:home")).content.decode()
    assert "Two check-ins missed in a row" in home
    assert "To call" in home

    def act(name, **told):
        return client.post(reverse(f"followups:{name}", args=[task.pk]), told)

    page = reverse("followups:missed", args=[task.pk])
    assert "Nobody calls yet" in client.get(page).content.decode()
    assert act("take_missed").status_code == 302
    assert f"{clinic.nurse.name} calls" in client.get(page).content.decode()
    assert act("record_missed_call", how="", outcome="").status_code == 422
    assert act("record_missed_call", how="phone", outcome=SAID).status_code == 302
    assert SAID in client.get(page).content.decode()
    assert act("close_missed", closing_text="Short").status_code == 422
    assert act("close_missed", closing_text="Answers again from now on.").status_code == 302
    assert "Two check-ins missed" not in client.get(reverse("accounts:home")).content.decode()
    assert AuditEvent.objects.filter(action="followups.looked_at_missed").exists()


def test_who_may_not_open_it(clinic, task):
    page = reverse("followups:missed", args=[task.pk])
    assert Client().get(page).status_code == 302
    assert accounts.sign_in(Client(), clinic.admin).get(page).status_code == 403
    for stranger in (
        accounts.staff(clinic.practice, at=task.raised_at - timedelta(days=9)),
        accounts.clinic_with_staff(at=task.raised_at - timedelta(days=9), name="Hill").members["nurse"],
    ):
        assert accounts.sign_in(Client(), stranger).get(page).status_code == 404
