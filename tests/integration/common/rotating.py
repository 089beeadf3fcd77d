"""What the processes of the key rotation test do: fill a table, write into it, read all of it."""

import sys
from uuid import UUID

from accounts.models import User
from common.sealed_fields import sealed
from patients.models import Allergy
from tests.builders import accounts, patients

ROWS = 20_000


def _rows():
    return Allergy.objects.order_by("id")


def fill() -> None:
    clinic = accounts.clinic_with_staff()
    assert User.objects.exists()
    patient = patients.patient_with_team(clinic)
    common = {"patient": patient, "recorded_at": patient.registered_at, "recorded_by_id": clinic.nurse.membership_id}
    common["severity"] = "mild"
    rows = [Allergy(pk=UUID(int=n), substance=f"s{n}", reaction=f"words {n}", **common) for n in range(ROWS)]
    Allergy.objects.bulk_create(rows)


def write() -> None:
    """Each text anew, in steps of a few, as people would beside the job."""
    for n in range(0, ROWS, 100):
        row = Allergy(pk=UUID(int=n))
        Allergy.objects.filter(pk=row.pk).update(**sealed(row, reaction=f"words {n}"))


def read() -> None:
    wrong = [row.pk for row in _rows() if row.reaction != f"words {row.pk.int}"]
    sys.stdout.write(f"{_rows().count()} {'readable' if not wrong else wrong[:3]}\n")
