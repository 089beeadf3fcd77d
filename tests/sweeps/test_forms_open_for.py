"""Pages with forms open only for whoever may send them, also where the record itself may be read (R2)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from patients import actions as patient_actions
from tests.builders import accounts

pytestmark = pytest.mark.django_db


def _join(world, membership) -> None:
    by = world.clinic.prescriber
    patient_actions.add_to_team(patient=world.patient, by=by, at=world.at, membership_id=membership.pk)


def test_a_note_is_opened_for_writing_by_its_author_alone(asked):
    """R2: a colleague of the team reads it, and is refused where it is written."""
    world = asked.world
    colleague = accounts.staff(world.clinic.practice, [Role.THERAPIST], at=world.at)
    _join(world, colleague)
    client = accounts.sign_in(Client(), colleague)
    assert client.get(reverse("notes:note", kwargs={"pk": world.note.pk})).status_code == 200
    assert client.get(reverse("notes:edit", kwargs={"pk": world.note.pk})).status_code == 403


def test_forms_of_a_session_open_for_its_roster_alone(asked):
    """R2: a nurse of the team who is not on the roster sees the session and none of its forms."""
    world = asked.world
    colleague = accounts.staff(world.clinic.practice, [Role.NURSE], at=world.at)
    _join(world, colleague)
    client = accounts.sign_in(Client(), colleague)
    about = {"pk": world.session.pk}
    assert client.get(reverse("sessions:session", kwargs=about)).status_code == 200
    for name in ("give_dose", "reading", "observation", "adverse_event", "discharge"):
        assert client.get(reverse(f"sessions:{name}", kwargs=about)).status_code == 403, name
