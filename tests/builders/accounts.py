"""Practices, people and sign-ins for tests, made through the app's own actions."""

from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace

from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from accounts import actions
from accounts.actor import Actor, system_actor
from accounts.middleware import actor_of
from accounts.models import Authenticator, Membership, Practice, User
from accounts.one_time_codes import code_at, step_of
from accounts.roles import Role
from accounts.sessions import open_session

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PASSWORD = "a quiet room with rain"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of everybody's authenticator app
_numbers = count(1)


def practice(name: str = "Harbor Practice", at: datetime = AT, time_zone: str = "America/New_York", **more) -> Practice:
    return actions.open_practice(name=name, time_zone=time_zone, at=at, **more)


def staff(
    practice: Practice, roles=(Role.NURSE,), at: datetime = AT, password: str | None = PASSWORD, has_factor=True, **more
):
    """A membership with these roles; everybody's password is PASSWORD, everybody's app holds SECRET.

    `password=None` makes a temporary one, and then there is no second factor yet.
    """
    number = next(_numbers)
    first = Role(next(iter(roles))).value
    values = {
        "email": f"{first}{number}@clinic.invalid",
        "full_name": f"{first.capitalize()} Number{number}",
        "credentials": {"prescriber": "MD", "nurse": "RN", "therapist": "LCSW"}.get(first, ""),
        "initials": f"{first[0]}{number}"[:4].upper().ljust(2, "X"),
        **more,
    }
    by = system_actor("setup", practice.pk)
    membership, _ = actions.add_staff(by=by, at=at, roles=roles, password=password, **values)
    if has_factor and password is not None:
        give_factor(membership.user_id, at)
    return Membership.objects.select_related("user", "practice").get(pk=membership.pk)


def newcomer(clinic, at: datetime = AT) -> Membership:
    """Somebody whose only role waits for a second person."""
    told = {
        "email": f"new{next(_numbers)}@clinic.invalid",
        "full_name": "Nova New",
        "initials": "NN",
        "credentials": "",
    }
    membership, _ = actions.add_staff(by=clinic.admin, at=at, roles=[Role.NURSE], password=PASSWORD, **told)
    give_factor(membership.user_id, at)
    return Membership.objects.select_related("user", "practice").get(pk=membership.pk)


def give_factor(user_id, at: datetime = AT) -> None:
    if User.objects.filter(pk=user_id, has_second_factor=True).exists():
        return  # somebody who works in two practices
    Authenticator(user_id=user_id, secret=SECRET, made_at=at, confirmed_at=at).save(force_insert=True)
    User.objects.filter(pk=user_id).update(has_second_factor=True)


def code(at: datetime | None = None, steps: int = 0) -> str:
    """What everybody's app shows now, or some half minutes later."""
    return code_at(SECRET, step_of(at or timezone.now()) + steps)


def actor(membership: Membership) -> Actor:
    """The Actor that a request of this person would carry."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    return actor_of(Membership.objects.select_related("user", "practice").get(pk=membership.pk), request)


def clinic_with_staff(at: datetime = AT, **more) -> SimpleNamespace:
    """A practice with one person in each role, all as Actors; `.members` has the memberships by role name."""
    place = practice(at=at, **more)
    members = {role.value: staff(place, roles=[role], at=at) for role in Role}
    return SimpleNamespace(practice=place, members=members, **{name: actor(m) for name, m in members.items()})


def take_factor_away(clinic, second) -> None:
    """The admin and a second person reset the nurse's lost factor (R23)."""
    actions.reset_staff_factor(
        membership=clinic.members["nurse"],
        by=clinic.admin,
        at=timezone.now(),
        password=PASSWORD,
        email=second.user.email,
        second_password=PASSWORD,
    )


def sign_in(client: Client, membership: Membership | Actor) -> Client:
    """Sign a test client in as this person (membership or Actor), as the sign-in page would."""
    member = getattr(membership, "membership", membership)
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = client.session
    open_session(request, Membership.objects.select_related("user", "practice").get(pk=member.pk), timezone.now(), True)
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client


def api_token(membership: Membership | Actor, at: datetime | None = None) -> str:
    """The secret of a fresh API token; send it as `Authorization: Token <secret>`."""
    by = membership if isinstance(membership, Actor) else actor(membership)
    _, secret = actions.issue_token(by=by, at=at or timezone.now(), name="test")
    return secret
