"""Checks a person's own e-mail and password, counting wrong ones; one sentence for every kind of no (R24, R26)."""

from datetime import datetime

from django.contrib.auth import authenticate
from django.utils import timezone

from accounts import failures
from accounts.actor import Actor
from accounts.models import User
from common.errors import InvalidInput

NOT_RIGHT = "E-mail or password is not right. After several wrong tries there is a pause before the next one counts."
STEP_UP_NOT_RIGHT = "This password is not right. After several wrong tries there is a pause before the next one counts."


def right_user(email: str, password: str, ip: str, at: datetime) -> User | None:
    """The active person with this e-mail and password, or None (wrong, unknown, switched off or paused)."""
    attempt = failures.take_try(failures.account_key(email), ip, at)
    if attempt is None:
        return None
    user = authenticate(None, email=email, password=password)
    if user is not None:
        failures.was_right(attempt)
    return user


def reauthenticate(by: Actor, password: str, field: str = "password", at: datetime | None = None) -> None:
    """Prove again that it is `by` who acts (step-up). Wrong passwords count like failed sign-ins.

    Raises InvalidInput beside `field`. `at` is the server's time; only tests of the pause give it.
    """
    if by.membership is None:
        raise InvalidInput({field: "Only a signed-in person can confirm this."})
    user = right_user(by.user.email, password or "", by.ip, at or timezone.now())
    if user is None or user.pk != by.user_id:
        raise InvalidInput({field: STEP_UP_NOT_RIGHT})
