"""Break-the-glass: who may, what it opens and does not, how it ends, and who hears of it (R13)."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.access import authorize
from accounts.models import Membership
from accounts.roles import Permission, Role, emergency_permissions
from common.errors import InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from patients import actions, tasks
from patients.models import EmergencyAccess, Patient
from patients.scope import Reach
from tests.builders import accounts as people
from tests.builders import patients as build

pytestmark = pytest.mark.django_db
ASKED = {
    "category": "emergency",
    "reason": "Found unresponsive in the waiting room.",
    "password": people.PASSWORD,
}


@pytest.fixture
def stranger(clinic):
    """A clinician in every clinical role who is not on the team."""
    return people.actor(people.staff(clinic.practice, [Role.PRESCRIBER, Role.NURSE, Role.THERAPIST]))


def again(actor):
    """The same person at the next request."""
    return people.actor(Membership.objects.get(pk=actor.membership_id))


def asked(patient, **changed):
    return {"who": patient.mrn, "birth_date": patient.birth_date, **ASKED, **changed}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reason": "only nineteen chars"}, "reason"),
        ({"reason": "x" + " " * 30}, "reason"),
        ({"category": "curious"}, "category"),
        ({"password": "not mine at all"}, "password"),
        ({"birth_date": date(1950, 1, 1)}, "who"),
        ({"who": "Ada"}, "who"),
        ({"who": "MRN 99999999"}, "who"),
    ],
)
def test_each_precondition_is_needed(patient, stranger, changed, field):
    """R13: without a category, a reason, the own password or the right patient nothing opens."""
    with pytest.raises(InvalidInput) as refusal:
        actions.open_emergency_access(by=stranger, at=timezone.now(), **asked(patient, **changed))
    assert field in refusal.value.fields
    assert not EmergencyAccess.objects.exists()


@pytest.mark.parametrize("name", ["admin", "compliance"])
def test_only_clinicians_may(clinic, patient, name):
    """R13."""
    with pytest.raises(NotPermitted):
        actions.open_emergency_access(by=getattr(clinic, name), at=timezone.now(), **asked(patient))


def test_it_opens_what_the_file_says_and_nothing_else(patient, stranger):
    """R13: every permission of the matrix, before, during and after 60 minutes; no act becomes possible."""
    now = timezone.now()
    before = {p for p in Permission if Reach.of(stranger, patient).may(p)}
    access = build.emergency(stranger, patient, now, who="ada  MOSS")
    during = again(stranger)
    gained = {p for p in Permission if Reach.of(during, patient).may(p)} - before
    assert gained == {Permission(p) for p in emergency_permissions()}
    assert not {p for p in gained if not p.value.startswith("view_")}
    assert Permission.VIEW_NOTE not in gained
    for permission in Permission:
        assert Patient.objects.visible_to(during, permission).filter(pk=patient.pk).exists() == (
            permission in gained or permission in before
        )
        if permission in gained:
            authorize(during, permission, practice_id=patient.practice_id, patient=patient.pk)
        elif permission not in before:
            with pytest.raises(NotPermitted):
                authorize(during, permission, practice_id=patient.practice_id, patient=patient.pk)
    started = now - timedelta(minutes=61)
    EmergencyAccess.objects.filter(pk=access.pk).update(opened_at=started, expires_at=now - timedelta(minutes=1))
    assert {p for p in Permission if Reach.of(during, patient).may(p)} == before
    assert not Patient.objects.visible_to(during).filter(pk=patient.pk).exists()


def test_over_http(clinic, patient, stranger, as_):
    """R13: 404, then the way in, a banner and tagged rows, then 404 again; nobody else gains anything."""
    mine, other = as_(stranger), as_(people.actor(people.staff(clinic.practice, [Role.NURSE])))
    chart = reverse("patients:overview", args=[patient.pk])
    assert mine.get(chart).status_code == 404
    assert "Emergency access" in mine.get(reverse("patients:list")).text
    sent = {**asked(patient), "birth_date": patient.birth_date.isoformat()}
    wrong = mine.post(reverse("patients:open_emergency"), {**sent, "who": "Ada Mos"})
    assert wrong.status_code == 422
    assert "Moss" not in wrong.text
    assert people.PASSWORD not in wrong.text
    assert mine.post(reverse("patients:open_emergency"), sent)["Location"] == chart
    page = mine.get(chart)
    assert page.status_code == 200
    assert "Emergency access to" in page.text
    for name in ("facts", "consents", "series_list", "contraindications"):
        assert mine.get(reverse(f"patients:{name}", args=[patient.pk])).status_code == 200
    assert mine.get(reverse("patients:edit", args=[patient.pk])).status_code == 404
    assert other.get(chart).status_code == 404
    access = EmergencyAccess.objects.get()
    looks = AuditEvent.objects.filter(actor_id=stranger.user_id, action__contains="looked_at", patient_id=patient.pk)
    assert looks.count() == 5
    assert {(row.purpose, row.detail["emergency"]) for row in looks} == {("break-glass", str(access.pk))}
    assert AuditEvent.objects.filter(action="patients.open_emergency_access", outcome="done").count() == 1
    assert mine.post(reverse("patients:close_emergency", args=[access.pk])).status_code == 302
    assert mine.get(chart).status_code == 404
    assert "Emergency access to" not in mine.get(reverse("patients:list")).text


def test_five_wrong_searches_are_a_pause(patient, stranger):
    """R13: the form is no way to find out who is a patient."""
    now = timezone.now()
    for _ in range(5):
        with pytest.raises(InvalidInput):
            actions.open_emergency_access(by=stranger, at=now, **asked(patient, who="Nobody Here"))
    with pytest.raises(InvalidInput, match="Wait an hour"):
        actions.open_emergency_access(by=stranger, at=now, **asked(patient))
    assert build.emergency(stranger, patient, now + timedelta(minutes=61))


def test_reviewers_are_told_and_review_once(clinic, patient, stranger, as_):
    """R13: home page at once, a mail that names nobody, the team's home page; another person's words end it."""
    access = build.emergency(stranger, patient, timezone.now())
    compliance = as_(clinic.compliance)
    assert "opened the chart of" in compliance.get("/").text
    assert "opened the chart of" in as_(clinic.therapist).get("/").text
    tasks.announce_emergencies()
    tasks.announce_emergencies()
    (told,) = mail.outbox
    assert told.to == [clinic.compliance.user.email]
    assert not {patient.family_name, stranger.name, "unresponsive"} & set((told.subject + told.body).split())
    address = reverse("patients:emergency_access", args=[access.pk])
    review = {"outcome": "justified", "review_words": "Asked the nurse on duty."}
    assert compliance.post(address, review).status_code == 422
    actions.close_emergency_access(access=access, by=again(stranger), at=timezone.now())
    assert "unresponsive" in compliance.get(address).text
    assert compliance.post(address, review).status_code == 302
    with pytest.raises(StaleState):
        actions.review_emergency_access(
            access=EmergencyAccess.objects.get(), by=clinic.compliance, at=timezone.now(), **review
        )
