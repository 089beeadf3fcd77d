"""The rows of `make bench-followups` can be made, swept and sent: its SQL knows every column of a check-in."""

import json

import pytest

from bench import followups_rows as rows
from followups.models import CheckIn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_future_rows_are_planned_and_due_ones_are_sent(capsys):
    rows.people(3)
    rows.future_rows(2 * rows.PATIENTS)
    assert CheckIn.objects.filter(state=CheckIn.State.PLANNED).count() == 3 * 2
    rows.sweeps()
    assert json.loads(capsys.readouterr().out)["rows"] == 6
    rows.due_rows(4)
    rows.dispatch()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["opened"], told["sent"]) == (4, 4)
