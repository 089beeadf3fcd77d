"""The large clinic of the measurements can be loaded, and the measured calls keep to their number of statements."""

import pytest

from bench.data import load
from bench.measure import events_in, page_times, statements_of
from dosing.models import DosingRecord, Draw, StockLot, StockMovement
from sessions_app.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST = {
    "list of 20": 4,
    "name search": 4,
    "session timeline": 4,
    "reading create": 8,
    "questionnaire submit": 8,
}


@pytest.fixture
def facts(tmp_path):
    return load(17, tmp_path, lambda text: None, sets=4)


def test_measured_calls_keep_to_their_statements(facts):
    counts = statements_of(facts)
    assert counts.keys() == MOST.keys()
    assert all(counts[name] <= most for name, most in MOST.items()), counts
    assert events_in(facts) >= 2


def test_every_measured_page_answers(facts):
    assert all(page.statements < 40 for page in page_times())


def test_loaded_account_closes(facts):
    assert Session.objects.filter(signed_at__isnull=False).count() == 170
    assert DosingRecord.objects.count() == 170 + len(facts["live"])
    for draw in Draw.objects.all():
        assert draw.drawn_mg == draw.given_mg + draw.wasted_mg + draw.returned_mg + draw.outstanding_mg
    for lot in StockLot.objects.filter(movements__gt=1):
        last = StockMovement.objects.filter(lot=lot).latest("number")
        assert (last.after_mg, last.number) == (lot.balance_mg, lot.movements)
