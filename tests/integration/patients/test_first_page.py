"""The first page of the list, made once per scope, gives what `visible_to` gives, told as `PatientOut` tells it."""

from itertools import product

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from patients.api import ORDERINGS, PatientOut, told
from patients.first_page import first_page, listed
from patients.models import CareTeamMember, Patient
from tests.builders import accounts as people
from tests.builders import patients as build

pytestmark = pytest.mark.django_db


def test_each_person_gets_what_visible_to_gives(clinic, other, patient):
    """R7, R8, R13: every role, several at once, another practice, an ended team, an open emergency."""
    left = build.patient_with_team(clinic, family_name="Moss")
    for member in CareTeamMember.objects.filter(patient=left):
        CareTeamMember.objects.filter(pk=member.pk).update(left_at=build.AT, removed_by=member.membership)
    gone = build.patient_with_team(clinic, family_name="Reed")
    Patient.objects.filter(pk=gone.pk).update(discharged_from_care_at=build.AT)
    stranger = people.actor(people.staff(clinic.practice, roles=["nurse"]))
    both = people.actor(people.staff(clinic.practice, roles=["therapist", "admin"]))
    helper = people.actor(people.staff(clinic.practice, roles=["prescriber"]))
    build.emergency(helper, patient, at=timezone.now())
    helper = people.actor(Membership.objects.select_related("user", "practice").get(pk=helper.membership_id))
    everybody = [getattr(place, role.value) for place in (clinic, other) for role in Role]
    seen = set()
    for actor in (*everybody, stranger, both, helper):
        for search, in_care, ordering in product(("", "moss", "ada moss"), (None, True, False), ORDERINGS.values()):
            asked = list(listed(actor, search, in_care).order_by(*ordering)[:2])
            assert first_page(actor, search, in_care, ordering, 2) == asked, (actor.roles, search, in_care, ordering)
            seen.add((actor.name, len(asked)))
    assert {(clinic.nurse.name, 2), (stranger.name, 0), (helper.name, 1), (both.name, 2), (other.admin.name, 0)} <= seen


def test_a_row_of_the_list_is_told_as_the_published_shape_tells_it(clinic, patient):
    Patient.objects.filter(pk=build.patient(clinic.nurse).pk).update(discharged_from_care_at=build.AT)
    for row in listed(clinic.admin, "", None):
        shape = PatientOut(Patient.objects.get(pk=row["id"])).data
        assert {name: str(value) for name, value in told(row).items()} == {n: str(value) for n, value in shape.items()}
