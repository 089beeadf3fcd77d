"""Every `visible_to` by itself, behind no view: nobody, other practices, roles without the right, people off the team.

The access matrix asks over HTTP, where a view's own check may hide a hole in the scope; here nothing does (R2, R7, R8).
"""

import inspect

import pytest

from accounts.models import RecoveryCode
from accounts.roles import Permission, Scope, access_table
from integration_notes import actions as note_actions
from tests.builders import accounts, notes
from tests.builders.matrix import CLINICAL, SAMPLES, World
from tests.sweeps.project import record_models

pytestmark = pytest.mark.django_db
MODELS = [model for model in record_models() if hasattr(model._default_manager, "visible_to")]
OF_ONE_PERSON = {"ApiToken": "membership__user_id", "SignIn": "user_id", "Passkey": "user_id"}
OF_ONE_PERSON |= {"Authenticator": "user_id", "RecoveryCode": "user_id"}
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


@pytest.fixture(scope="module")
def world(shared) -> World:
    """Rows of every kind that anything can be asked about."""

    def make():
        made = World()
        for arguments in SAMPLES.values():
            arguments(made)
        notes.draft(made.clinic, made.session, made.at)
        for person in (made.clinic.nurse, made.clinic.admin):
            accounts.api_token(person)
            RecoveryCode.objects.create(user_id=person.user_id, code_hash="x" * 64, made_at=made.at)
        return made

    return shared(make)


def permission_of(model) -> Permission | None:
    """The right that is asked unless another is named."""
    asked = inspect.signature(model._default_manager.visible_to).parameters.get("permission")
    return asked.default if asked else None


def seen(model, actor) -> set:
    return set(model._default_manager.visible_to(actor).values_list("pk", flat=True))


def own_people(world: World) -> list:
    return [actor for who, actor in world.principals.items() if who not in ("elsewhere", "off_team")]


@each_model
def test_nobody_sees_nothing(world, model):
    assert seen(model, None) == set()


@each_model
def test_practices_are_apart(world, model):
    here = set().union(*(seen(model, actor) for actor in own_people(world)))
    assert here, f"{model._meta.label}: nobody sees any row; add one to the world, or the scope is broken"
    assert not here & seen(model, world.principals["elsewhere"])
    for permission in Permission if permission_of(model) else ():
        visible = model._default_manager.visible_to(world.principals["elsewhere"], permission)
        assert not here & set(visible.values_list("pk", flat=True)), permission


@each_model
def test_without_the_right_there_is_nothing(world, model):
    permission = permission_of(model)
    for actor in own_people(world) if permission else ():
        if not actor.can(permission):
            assert seen(model, actor) == set(), actor.roles


@each_model
def test_off_the_team_there_is_nothing(world, model):
    """Where each clinical role reaches the own team, the own roster or the own rows only."""
    permission = permission_of(model)
    scopes = {scope for role, scope in access_table()[permission].items() if role in CLINICAL} if permission else set()
    if scopes and Scope.PRACTICE not in scopes:
        assert seen(model, world.principals["off_team"]) == set()


@pytest.mark.parametrize("name", OF_ONE_PERSON)
def test_own_things_are_ones_own(world, name):
    (model,) = (model for model in MODELS if model.__name__ == name)
    path = OF_ONE_PERSON[name]
    for actor in own_people(world):
        owners = set(model._default_manager.visible_to(actor).values_list(path, flat=True))
        assert owners <= {actor.user_id}


def test_drafts_of_notes_are_their_authors(world):
    (model,) = (model for model in MODELS if model.__name__ == "IntegrationNote")
    drafts = set(model.objects.filter(signed_at=None).values_list("pk", flat=True))
    assert drafts & seen(model, world.clinic.therapist)
    assert not drafts & (seen(model, world.clinic.prescriber) | seen(model, world.clinic.nurse))


def test_emergency_accesses_are_ones_own_or_all_for_who_reviews_them(world):
    """R13: a colleague's is nobody's business but the reviewers'."""
    (model,) = (model for model in MODELS if model.__name__ == "EmergencyAccess")
    assert world.emergency.pk in seen(model, world.clinic.compliance)
    for actor in own_people(world):
        if not actor.reaches_practice(Permission.REVIEW_ACCESS):
            assert world.emergency.pk not in seen(model, actor)


def test_released_private_notes_are_read_by_their_reader_alone(world):
    """R10: another therapist sees nothing of it, and the reader nothing once it is over."""
    (model,) = (model for model in MODELS if model.__name__ == "PrivateNote")
    reader, other = (accounts.actor(accounts.staff(world.clinic.practice, ["therapist"], at=world.at)) for _ in "ab")
    note_actions.hand_over_private_notes(
        reader=reader.membership,
        by=world.clinic.therapist,
        at=world.at,
        reason="I leave at the end of the month",
        password=accounts.PASSWORD,
    )
    assert world.private_note.pk in seen(model, reader)
    assert world.private_note.pk not in seen(model, other)
