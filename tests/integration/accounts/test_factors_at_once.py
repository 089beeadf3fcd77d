"""One code shown by two requests in the same moment opens once."""

import pytest
from django.utils import timezone

from accounts import actions
from accounts.actor import visitor
from common.errors import InvalidInput
from tests.builders import accounts as build
from tests.integration.together import all_at_once


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_taken():
    """R22: the same code by parallel requests."""
    clinic = build.clinic_with_staff()
    user, code, at = clinic.nurse.user, build.code(), timezone.now()

    def show(number: int):
        return lambda: actions.check_code(user=user, by=visitor(ip=f"10.0.0.{number}"), at=at, code=code)

    outcomes = all_at_once([show(number) for number in range(4)])
    assert [one for one in outcomes if one == "authenticator"] == ["authenticator"], outcomes
    assert all(isinstance(one, InvalidInput) for one in outcomes if one != "authenticator")
