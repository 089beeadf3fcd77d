"""What compliance has to look at: charts opened in an emergency, an unusual look, a role that waits for approval."""

from datetime import date, datetime, timedelta

from accounts.actions import add_staff
from accounts.actor import Actor, system_actor
from accounts.roles import Role
from common import audit
from demo.clinic import PASSWORD, DemoClinic
from demo.words import CORRECTIONS
from integration_notes.actions import request_private_release
from patients.actions import (
    answer_correction,
    close_emergency_access,
    find_unusual_looks,
    open_emergency_access,
    register_patient,
    request_correction,
)
from patients.models import Patient


def watch_over(clinic: DemoClinic, at: datetime) -> None:
    """One emergency access that was closed, one that is open, one look to ask about, one nurse and one release of
    private notes to approve.
    """
    nurse, therapist = clinic.one(Role.NURSE, 1), clinic.one(Role.THERAPIST, 1)
    _look_at_a_namesake(clinic, nurse, at)
    nurse = clinic.one(Role.NURSE)
    past = _open_in_emergency(therapist, at - timedelta(days=1), "Called the desk in distress; the therapist is away.")
    if past:
        close_emergency_access(access=past, by=therapist, at=at - timedelta(days=1) + timedelta(minutes=20))
    _open_in_emergency(nurse, at - timedelta(minutes=5), "Asks at the desk about a medicine taken this morning.")
    add_staff(
        by=clinic.one(Role.ADMIN),
        at=at - timedelta(hours=2),
        email="nurse3@demo.invalid",
        full_name="Iris Novak",
        credentials="RN",
        initials="IN",
        roles=(Role.NURSE,),
        password=PASSWORD,
    )
    _order_of_a_court(clinic, at - timedelta(hours=1))
    _corrections(clinic, at)


def _corrections(clinic: DemoClinic, at: datetime) -> None:
    """Patients want entries corrected: one request was answered, others wait for either prescriber."""
    for number, (entry, wanted) in enumerate(CORRECTIONS):
        by = clinic.one(Role.PRESCRIBER, number)
        theirs = Patient.objects.on_team_of(by.membership_id).in_care().order_by("mrn")
        patient = theirs.select_related("practice")[number : number + 1].first()
        if patient is None:
            continue
        asked = at - timedelta(days=9 - number)
        row = request_correction(patient=patient, by=by, at=asked, entry=entry, wanted=wanted)
        if number == 0:
            words = "The telephone number was changed the same day."
            answer_correction(correction=row, by=by, at=asked + timedelta(days=1), outcome="accepted", answer=words)


def _order_of_a_court(clinic: DemoClinic, at: datetime) -> None:
    """A court wants one therapist's private notes read by the other; compliance has entered the order."""
    author, reader = clinic.one(Role.THERAPIST, 1), clinic.one(Role.THERAPIST)
    words = {"reason": "Order of the Port Alder district court, number 26-0417", "password": PASSWORD}
    asked = {"author": author.membership, "reader": reader.membership, "by": clinic.one(Role.COMPLIANCE), "at": at}
    request_private_release(**asked, **words)


def _open_in_emergency(by: Actor, at: datetime, reason: str):
    """An emergency access to a chart of another team; none where this person is on every team."""
    others = Patient.objects.filter(practice_id=by.practice_id).in_care()
    others = others.exclude(pk__in=Patient.objects.on_team_of(by.membership_id).values("pk"))
    patient = others.order_by("mrn").first()
    if patient is None:
        return None
    known = {"who": patient.mrn, "birth_date": patient.birth_date, "category": "emergency", "reason": reason}
    return open_emergency_access(by=by, at=at, password=PASSWORD, **known)


def _look_at_a_namesake(clinic: DemoClinic, nurse: Actor, at: datetime) -> None:
    """A nurse opens the chart of somebody with the same family name."""
    before = at - timedelta(hours=3)
    patient = register_patient(
        by=clinic.one(Role.PRESCRIBER),
        at=at - timedelta(days=2),
        given_name="Lucia",
        family_name=nurse.name.rpartition(" ")[2],
        birth_date=date(1984, 11, 3),
        time_zone=clinic.practice.time_zone,
        team=[nurse.membership_id],
    )
    audit.record(nurse, "patients.looked_at_chart", at=before, subject=patient)
    find_unusual_looks(by=system_actor("unusual looks", clinic.practice.pk), at=at, practice_id=clinic.practice.pk)
