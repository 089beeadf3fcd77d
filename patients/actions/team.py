"""Puts people on a patient's care team and takes them off; the team decides which clinicians see the patient."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Permission
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, StaleState
from patients.actions.people import CLINICAL_ROLES
from patients.models import CareTeamMember, Patient


def add_to_team(*, patient: Patient, by: Actor, at: datetime, membership_id: UUID) -> CareTeamMember:
    """Put a clinician of the practice on the patient's care team, from this moment on."""
    role = authorize(by, Permission.MANAGE_CARE_TEAM, practice_id=patient.practice_id, patient=patient.pk)
    membership = (
        Membership.objects.of_practice(patient.practice_id).active().filter(pk=membership_id).first()
        if membership_id
        else None
    )
    if membership is None or not set(membership.roles) & set(CLINICAL_ROLES):
        raise InvalidInput({"membership_id": "Choose a prescriber, nurse or therapist who works in this practice."})
    try:
        with transaction.atomic():
            member = CareTeamMember.objects.create(
                patient=patient, membership=membership, joined_at=at, added_by_id=by.membership_id
            )
            detail = {"membership": str(membership.pk)}
            audit.record(by, "patients.add_to_team", at=at, subject=member, role=role, detail=detail)
    except IntegrityError as error:
        raise InvalidInput({"membership_id": f"{membership.user.full_name} is already on the care team."}) from error
    return member


@transaction.atomic
def remove_from_team(*, patient: Patient, by: Actor, at: datetime, membership_id: UUID) -> CareTeamMember:
    """Take a person off the care team; the next request of that person no longer reaches the patient (R8).

    The last person of a patient who is in care stays until somebody else has joined.
    """
    role = authorize(by, Permission.MANAGE_CARE_TEAM, practice_id=patient.practice_id, patient=patient.pk)
    team = CareTeamMember.objects.filter(patient=patient, left_at=None)
    if patient.is_in_care and not team.exclude(membership_id=membership_id).exists():
        raise Blocked([Blocker("LAST_OF_TEAM", "Nobody else is on the care team. Add another clinician first.")])
    if not team.filter(membership_id=membership_id).update(left_at=at, removed_by_id=by.membership_id):
        raise StaleState("This person is no longer on the care team.")
    detail = {"membership": str(membership_id)}
    audit.record(by, "patients.remove_from_team", at=at, subject=patient, role=role, detail=detail)
    return CareTeamMember.objects.filter(patient=patient, membership_id=membership_id).latest("left_at")
