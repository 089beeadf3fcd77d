"""Loads the large clinic in bulk: the tables that lists and home pages read, past the actions but not past the
database's own checks and record triggers. For measurements only; nothing here is an example of how to write a record.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Practice
from accounts.roles import Role
from assessments.models import AssessmentSet
from bench.people import Clinic, open_clinic, token_for
from bench.rows import SERIES, VISITS, Batch, Maker
from dosing.models import (
    Administration,
    AdministrationEnd,
    DoseOrder,
    DosingRecord,
    Draw,
    StockContainer,
    StockLot,
    StockMovement,
)
from patients.models import CareTeamMember, Patient, TreatmentSeries
from sessions_app.models import Observation, RosterEntry, Session, SessionTransition, VitalReading

ORDER = (
    Patient,
    CareTeamMember,
    TreatmentSeries,
    DoseOrder,
    DosingRecord,
    Session,
    RosterEntry,  # a dose by somebody who is on no roster is refused
    Draw,
    StockMovement,
    Administration,
    AdministrationEnd,
    SessionTransition,
    VitalReading,
    Observation,
)
PATIENTS_AT_ONCE = 250
LIVE_SESSIONS = 24
FACTS = "bench.json"


def load(patients: int, folder: Path, say, *, seed: int = 7, sets: int = 6000) -> dict:
    """Load the clinic; writes the ids and tokens that the measurements need into the folder, and returns them.

    `sets` questionnaires wait to be submitted once each, and twice as many for the reference.
    """
    started, now = time.perf_counter(), timezone.now().replace(microsecond=0)
    clinic = open_clinic(now - timedelta(days=1200), patients * SERIES * VISITS + LIVE_SESSIONS)
    maker = Maker(clinic, now, seed)
    for first in range(0, patients, PATIENTS_AT_ONCE):
        batch = Batch()
        for number in range(first, min(first + PATIENTS_AT_ONCE, patients)):
            maker.patient(number, batch)
        _store(batch)
        if first and first % 2000 == 0:
            say(f"  {first:,} patients, {first * SERIES * VISITS:,} sessions, {time.perf_counter() - started:.0f} s")
    live = _live(maker, clinic, now)
    _finish(clinic, patients, now)
    facts = _facts(clinic, live, now, sets)
    target = folder / FACTS
    target.touch(mode=0o600)
    target.write_text(json.dumps(facts))
    say(f"  {patients:,} patients and {patients * SERIES * VISITS:,} sessions in {time.perf_counter() - started:.0f} s")
    return facts


def _store(batch: Batch) -> None:
    with transaction.atomic():
        for model in ORDER:
            for rows in _rounds(batch.rows[model]) if model is StockMovement else [batch.rows[model]]:
                model.objects.bulk_create(rows, batch_size=500)
        signed = Session.objects.filter(pk__in=[session.pk for session in batch.signed])
        later = F("ended_at") + timedelta(hours=1)
        signed.update(signed_at=later, signed_by_id=F("created_by_id"), content_sha256="0" * 64)


def _rounds(movements: list[StockMovement]) -> Iterator[list[StockMovement]]:
    """At most one movement of each lot, after the balances of lot and container say the same: the database refuses
    others."""
    waiting: dict = defaultdict(list)
    for row in movements:
        waiting[row.lot_id].append(row)
    for rows in zip_longest(*waiting.values()):
        due = [row for row in rows if row is not None]
        lots = [StockLot(pk=row.lot_id, balance_mg=row.after_mg, movements=row.number) for row in due]
        StockLot.objects.bulk_update(lots, ["balance_mg", "movements"], batch_size=100)
        inside = [_container_after(row) for row in due]
        StockContainer.objects.bulk_update(inside, ["balance_mg", "movements", "opened_at"], batch_size=100)
        yield due


def _container_after(row: StockMovement) -> StockContainer:
    values = {"balance_mg": row.container_after_mg, "movements": row.container_number}
    return StockContainer(pk=row.container_id, opened_at=row.container.opened_at, **values)


def _live(maker: Maker, clinic: Clinic, now) -> list[Session]:
    """Sessions in progress, all with the same nurse, whose token writes the readings."""
    batch, sessions = Batch(), []
    staff = len(clinic.members[Role.NURSE])
    orders = DoseOrder.objects.filter(series__closed_at=None, patient__mrn__in=_mrns(staff))
    for order in orders.select_related("patient", "series").order_by("patient__mrn")[:LIVE_SESSIONS]:
        at = now - timedelta(minutes=25)
        sessions.append(maker.visit(order.patient, order.series, order, 0, at, VISITS + 1, batch, live=True))
    _store(batch)
    return sessions


def _mrns(staff: int) -> list[str]:
    """Patients of the first nurse."""
    return [str(1001 + number) for number in range(0, staff * LIVE_SESSIONS, staff)]


def _finish(clinic: Clinic, patients: int, now) -> None:
    Practice.objects.filter(pk=clinic.practice.pk).update(next_mrn=1001 + patients)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _facts(clinic: Clinic, live: list[Session], now, sets: int) -> dict:
    nurse = clinic.one(Role.NURSE, 0)
    patient = live[0].patient if live else Patient.objects.first()
    given = [
        AssessmentSet(
            id=uuid4(),
            patient=patient,
            occasion="other",
            instruments=["PHQ9"],
            created_at=now,
            created_by=nurse,
            due_at=now + timedelta(days=1),
        )
        for _ in range(3 * sets)
    ]
    AssessmentSet.objects.bulk_create(given, batch_size=500)
    recent = Session.objects.filter(roster__membership=nurse, signed_at__isnull=False).order_by("-scheduled_for")
    return {
        "tokens": {role.value: token_for(clinic.one(role, 0), now) for role in Role},
        "live": [str(session.pk) for session in live],
        "recent": [str(pk) for pk in recent.values_list("pk", flat=True)[:50]],
        "sets": [str(row.pk) for row in given[:sets]],
        "reference_sets": [str(row.pk) for row in given[sets:]],
        "nurse": str(nurse.pk),
        "practice": str(clinic.practice.pk),
        "words": ["ashbirch", "moss", "reed", "stone", "10", "greta", "oakpine", "hugo"],
    }
