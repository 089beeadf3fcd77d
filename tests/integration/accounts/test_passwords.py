"""Own passwords, temporary ones, step-up and the second person."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import actions, second_person
from accounts.actor import system_actor
from accounts.models import ApiToken, Practice, SignInFailure, User
from accounts.roles import Permission, Role
from common.errors import Blocked, InvalidInput
from common.models import AuditEvent
from tests.builders import accounts as build

pytestmark = pytest.mark.django_db
NEW = "another quiet room, with sun"
PAGE = "/account/password/"


def change(client, current=build.PASSWORD, new=NEW, repeated=None):
    values = {"current_password": current, "new_password": new, "repeated_password": repeated or new}
    return client.post(PAGE, values)


def test_change_keeps_this_sign_in_and_ends_the_others(client, clinic):
    """R27."""
    elsewhere = build.sign_in(Client(), clinic.nurse)
    build.sign_in(client, clinic.nurse)
    build.api_token(clinic.nurse)
    assert change(client)["Location"] == "/"
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    assert User.objects.get(pk=clinic.nurse.user_id).check_password(NEW)
    assert AuditEvent.objects.filter(action="accounts.set_own_password").exists()


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"current": "wrong wrong wrong"}, "current_password", "This password is not right"),
        ({"new": "short"}, "new_password", "too short"),
        ({"new": "password1234"}, "new_password", "too common"),
        ({"new": build.PASSWORD}, "new_password", "differs from the current one"),
        ({"repeated": "something else here"}, "repeated_password", "differ"),
    ],
)
def test_refusals_stand_beside_the_field(client, clinic, values, field, sentence):
    """R21."""
    build.sign_in(client, clinic.nurse)
    response = change(client, **values)
    assert response.status_code == 422
    assert sentence in " ".join(response.context["form"].errors[field])
    assert User.objects.get(pk=clinic.nurse.user_id).check_password(build.PASSWORD)
    assert build.PASSWORD not in response.text


def test_a_whole_128_characters_count(clinic, at):
    """R21."""
    long = "ä" * 60 + "0123456789" * 6 + "abcdefgh"
    actions.set_own_password(by=clinic.nurse, at=at, current_password=build.PASSWORD, new_password=long)
    user = User.objects.get(pk=clinic.nurse.user_id)
    assert user.check_password(long)
    assert not user.check_password(long[:-1])


def test_temporary_password_opens_only_the_password_page(client, clinic):
    member = build.staff(clinic.practice, [Role.ADMIN], password=None)
    build.sign_in(client, member)
    for address in ("/", "/staff/", "/account/", "/audit/"):
        assert client.get(address)["Location"] == PAGE
    assert client.get("/api/schema/").status_code == 403
    assert client.get("/staff/", headers={"HX-Request": "true"})["HX-Redirect"] == PAGE
    assert client.get(PAGE).status_code == 200
    assert client.get("/healthz").status_code == 200
    assert client.post("/sign-out/").status_code == 302


def test_own_password_opens_the_rest(client, clinic):
    user = clinic.members["nurse"].user
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    build.sign_in(client, clinic.nurse)
    change(client)
    assert client.get("/").status_code == 200


def test_reset_gives_temporary_password_and_ends_sign_ins(client, clinic, at):
    build.sign_in(client, clinic.nurse)
    build.api_token(clinic.nurse)
    secret = actions.reset_staff_password(membership=clinic.members["nurse"], by=clinic.admin, at=at)
    user = User.objects.get(pk=clinic.nurse.user_id)
    assert user.check_password(secret)
    assert user.must_change_password
    assert client.get("/").status_code == 302
    assert not ApiToken.objects.filter(revoked_at=None).exists()


def test_admin_cannot_open_the_door_to_another_practice(clinic, at):
    other = build.clinic_with_staff(name="Hill")
    member, _ = actions.add_staff(
        by=clinic.admin,
        at=at,
        email=other.nurse.user.email,
        full_name="N",
        credentials="",
        initials="NN",
        roles=["nurse"],
    )
    with pytest.raises(Blocked):
        actions.reset_staff_password(membership=member, by=clinic.admin, at=at)
    operator = system_actor("reset_password", clinic.practice.pk)
    assert actions.reset_staff_password(membership=member, by=operator, at=at)


def test_step_up_takes_own_password_only(clinic):
    """R30."""
    actions.reauthenticate(clinic.nurse, build.PASSWORD)
    with pytest.raises(InvalidInput) as refusal:
        actions.reauthenticate(clinic.nurse, "wrong wrong wrong", field="signature")
    assert set(refusal.value.fields) == {"signature"}


def test_step_up_pauses_after_five(clinic):
    for _ in range(5):
        with pytest.raises(InvalidInput):
            actions.reauthenticate(clinic.nurse, "wrong wrong wrong")
    with pytest.raises(InvalidInput):
        actions.reauthenticate(clinic.nurse, build.PASSWORD)
    actions.reauthenticate(clinic.nurse, build.PASSWORD, at=timezone.now() + timedelta(hours=1, minutes=1))


def test_wrong_password_counts_although_the_action_rolls_back(client, clinic, monkeypatch):
    """A refused action takes its transaction with it; the counter is written again after the request."""
    from accounts.views import home

    def act(request, at):
        with transaction.atomic():
            actions.reauthenticate(request.actor, "wrong wrong wrong")

    monkeypatch.setattr(home, "home_page", act)
    build.sign_in(client, clinic.nurse)
    assert client.get("/").status_code == 422
    assert SignInFailure.objects.count() == 1


def confirm(clinic, second, by=None, password=build.PASSWORD, permission=Permission.WITNESS_WASTE):
    return second_person.confirm(
        by=by or clinic.nurse,
        practice_id=clinic.practice.pk,
        email=second.user.email,
        password=password,
        permission=permission,
    )


def test_second_person_is_returned_with_own_identity(clinic):
    witness = confirm(clinic, clinic.prescriber)
    assert witness.membership_id == clinic.prescriber.membership_id
    assert witness.acting_as == "prescriber"


@pytest.mark.parametrize("who", ["self", "admin", "therapist", "other practice", "left", "temporary", "wrong password"])
def test_second_person_is_refused(clinic, who, at):
    second, password = clinic.prescriber, build.PASSWORD
    if who == "self":
        second = clinic.nurse
    if who in ("admin", "therapist"):
        second = getattr(clinic, who)
    if who == "other practice":
        second = build.clinic_with_staff(name="Hill").prescriber
    if who == "left":
        actions.end_membership(membership=clinic.members["prescriber"], by=clinic.admin, at=at)
    if who == "temporary":
        User.objects.filter(pk=second.user_id).update(must_change_password=True)
    if who == "wrong password":
        password = "wrong wrong wrong"
    with pytest.raises(InvalidInput) as refusal:
        confirm(clinic, second, password=password)
    assert set(refusal.value.fields) == {"witness"}


def test_therapist_witnesses_where_the_practice_allows(clinic):
    Practice.objects.filter(pk=clinic.practice.pk).update(witness_therapist=True)
    assert confirm(clinic, clinic.therapist).acting_as == "therapist"


def test_second_person_needs_both_fields(clinic):
    with pytest.raises(InvalidInput):
        second_person.confirm(
            by=clinic.nurse,
            practice_id=clinic.practice.pk,
            email="",
            password="",
            permission=Permission.WITNESS_WASTE,
        )


def test_argon2_is_used(settings, clinic, at):
    """R21."""
    from clinic import settings as real

    settings.PASSWORD_HASHERS = [*real.PASSWORD_HASHERS, *settings.PASSWORD_HASHERS]
    actions.set_own_password(by=clinic.nurse, at=at, current_password=build.PASSWORD, new_password=NEW)
    assert User.objects.get(pk=clinic.nurse.user_id).password.startswith("argon2$argon2id$")
