"""A check-in that twenty workers open in the same moment is opened once."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.actor import system_actor
from assessments.models import AssessmentSet
from followups.models import OutboxMessage
from tests.builders import accounts
from tests.builders import followups as build


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor == "sqlite", reason="in memory; test_workers.py does this on a SQLite file")
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_open_it_exactly_once():
    clinic = accounts.clinic_with_staff(at=build.AT - timedelta(days=7))
    check_in, by = build.first_check_in(clinic), system_actor("follow-ups", clinic.practice.pk)
    assert build.open_at_once(check_in, by, 20) == {"opened": 1, "refused": 19}
    assert (AssessmentSet.objects.count(), OutboxMessage.objects.count()) == (1, 1)
