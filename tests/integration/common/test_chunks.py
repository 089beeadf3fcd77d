"""A long list is read by the chunk, and what was read is not held any longer."""

import gc

import pytest

from common.chunks import by_the_chunk
from dosing.models import Draw
from tests.builders import accounts, sessions

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return accounts.clinic_with_staff()


def test_no_more_than_two_chunks_are_held(clinic, record_property):
    """Rows and what was fetched with them refer to each other, and Python frees such circles only when it looks."""
    for _ in range(7):
        sessions.dosed_session(clinic)
    ordered, whole = Draw.objects.order_by("-drawn_at", "pk"), Draw.objects.prefetch_related("administrations")
    read, held = [], []
    gc.collect()
    gc.disable()  # by chance it might look in time
    try:
        for row in by_the_chunk(ordered, whole, size=2):
            assert all(given.draw is row for given in row.administrations.all())
            read.append(row.pk)
            held.append(sum(type(one) is Draw for one in gc.get_objects()))
    finally:
        gc.enable()
    record_property("draws held of 7", max(held))
    assert max(held) <= 4
    assert read == list(ordered.values_list("pk", flat=True))
