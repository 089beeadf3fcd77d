import uuid
from decimal import Decimal
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders import dosing
from tests.integration.sessions_app.test_api_readings_and_doses import *  # noqa

@pytest.mark.django_db
def test_count(clinic):
    record = dosing.dosing_record(clinic)
    lot = dosing.stock_lot(clinic.nurse)
    with CaptureQueriesContext(connection) as q:
        dosing.given_dose(clinic, record, lot=lot)
    print("GIVE", len(q))
    record = dosing.dosing_record(clinic, route="ESK")
    lot = dosing.stock_lot(clinic.nurse, route="ESK", amount_mg=Decimal(280))
    with CaptureQueriesContext(connection) as q:
        dosing.given_dose(clinic, record, lot=lot)
    print("GIVE2DEVICES", len(q))
