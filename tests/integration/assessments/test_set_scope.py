"""A set reached by the statement made once is one that `visible_to` reaches, with its patient."""

import pytest

from accounts.roles import Permission, Role
from assessments.models import AssessmentSet
from assessments.set_scope import set_for
from common.errors import OutOfScope
from patients.models import CareTeamMember
from tests.builders import accounts
from tests.builders import assessments as build

pytestmark = pytest.mark.django_db


def reached(actor, pk) -> bool:
    try:
        row = set_for(actor, pk)
    except OutOfScope:
        return False
    return row == AssessmentSet.objects.get(pk=pk) and row.patient.pk == row.patient_id


def test_each_person_reaches_what_visible_to_gives(clinic, other_clinic, patient):
    """R7, R8: every role here and elsewhere, several roles, a stranger, and a team that ended."""
    given = build.given_set(patient, clinic.nurse)
    stranger = accounts.actor(accounts.staff(clinic.practice, ["nurse"]))
    both = accounts.actor(accounts.staff(clinic.practice, ["therapist", "prescriber"]))
    people = [getattr(place, role.value) for place in (clinic, other_clinic) for role in Role] + [stranger, both]

    def agree() -> int:
        answers = [reached(person, given.pk) for person in people]
        visible = [AssessmentSet.objects.visible_to(person, Permission.RECORD_ASSESSMENT) for person in people]
        assert answers == [rows.filter(pk=given.pk).exists() for rows in visible]
        return sum(answers)

    before = agree()
    assert before >= 2
    for member in CareTeamMember.objects.filter(patient=patient):
        CareTeamMember.objects.filter(pk=member.pk).update(left_at=accounts.AT, removed_by=member.membership)
    assert agree() < before
