"""A clinic in which nobody works yet."""

import pytest


@pytest.mark.django_db
def test_empty_clinic_says_how_to_begin(client):
    assert "has no practice yet" in client.get("/sign-in/").text
