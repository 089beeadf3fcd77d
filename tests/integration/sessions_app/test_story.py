import pytest

from tests.builders import sessions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("route", ["IV", "IM", "SC", "IN_RACEMIC", "ESK", "SL", "PO"])
def test_a_session_of_each_route_goes_from_plan_to_signature(clinic, route):
    session = sessions.signed_session(clinic, route=route)

    assert session.state == "signed"
    assert session.content_sha256
    moves = [row.to_state for row in session.transitions.order_by("recorded_at")]
    assert moves[0] == "scheduled"
    assert moves[-1] == "signed"
