"""What the measurement of follow-up does inside the clinic: future check-ins by the million, a sweep over them."""

import json
import re
import statistics
import time
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followups import tasks
from followups.models import CheckIn, FollowUpPoint, OutboxMessage
from sessions_app.models import Session
from tests.builders import accounts
from tests.builders import followups as build

PATIENTS = 1000
SWEEPS = 7
NEW_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
DUE = {
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+1 day', '+' || (abs(random()) % 15552000) || ' seconds')",
    "postgresql": "now() + interval '1 day' + random() * interval '180 days'",
}
LATER = {
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', due_at, '+1 day')",
    "postgresql": "due_at + interval '1 day'",
}


def people(number: int = PATIENTS) -> None:
    """A practice of its own with so many dosed patients and no plan yet."""
    now = timezone.now()
    clinic = accounts.clinic_with_staff(at=now - timedelta(days=3))
    for _ in range(number):
        build.dosed_session(clinic, now - timedelta(hours=26), time_zone=build.midday_zone(now))
    FollowUpPoint.objects.filter(practice=clinic.practice).delete()


def future_rows(number: int) -> None:
    """Check-ins planned for the next half year, `number` in all, spread over the patients."""
    practice = Session.objects.latest("created_at").practice
    have = CheckIn.objects.count()
    each = -(-number // PATIENTS)
    known = FollowUpPoint.objects.filter(practice=practice).count()
    values = {"practice": practice, "label": "bench", "instruments": ["SUDS"]}
    FollowUpPoint.objects.bulk_create(FollowUpPoint(offset_hours=hour, **values) for hour in range(known + 1, each + 1))
    with connection.cursor() as cursor:
        cursor.execute(_insert(number - have), [known, each])
        if connection.vendor == "postgresql":  # as it does by itself; nobody does it for the embedded database
            cursor.execute("ANALYZE")


def _insert(most: int) -> str:
    """One statement; `due_at` is by chance, so that the rows stand in no order."""
    vendor = connection.vendor
    columns = (
        "id, patient_id, session_id, occasion, point_id, label, local_due, time_zone, state, planned_at, ended_reason, "
        "moved_reason, version"
    )
    return f"""
        INSERT INTO followups_checkin ({columns}, due_at, closes_at)
        SELECT {columns}, due_at, {LATER[vendor]} FROM (
            SELECT {NEW_ID[vendor]} AS id, s.patient_id, s.id AS session_id,
                   '{CheckIn.Occasion.FOLLOW_UP.value}' AS occasion, p.id AS point_id, p.label,
                   '2027-01-01 10:00' AS local_due, c.time_zone, 'planned' AS state, s.created_at AS planned_at,
                   '' AS ended_reason, '' AS moved_reason, 1 AS version, {DUE[vendor]} AS due_at
            FROM sessions_app_session s
            JOIN patients_patient c ON c.id = s.patient_id
            JOIN followups_followuppoint p ON p.practice_id = s.practice_id
            WHERE p.offset_hours > %s AND p.offset_hours <= %s
            LIMIT {int(most)}
        ) made
    """


def sweeps() -> None:
    """Prints one JSON object: milliseconds of the sweep that finds nothing, its statements, and their slowest plans."""
    times = []
    for _ in range(SWEEPS):
        begun = time.perf_counter()
        tasks.sweep()
        times.append((time.perf_counter() - begun) * 1000)
    with CaptureQueriesContext(connection) as captured:
        tasks.sweep()
    scans = [plan for query in captured if (plan := _scan_of(query["sql"]))]
    told = {"rows": CheckIn.objects.count(), "median_ms": statistics.median(times), "most_ms": max(times)}
    print(json.dumps(told | {"statements": len(captured), "scans": scans}))


def _scan_of(sql: str) -> str:
    """The plan of a statement that reads the whole table of check-ins, or ""."""
    if not sql.startswith("SELECT"):
        return ""
    prefix = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(prefix + sql.replace("%", "%%"))
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    is_scan = re.search(r"Seq Scan on followups_checkin|SCAN \S*followups_checkin(?! USING)", plan)
    return f"{sql[:300]}\n{plan}" if is_scan else ""


def due_rows(number: int) -> None:
    """So many check-ins that are due now."""
    build.due_check_ins(number, timezone.now())


def dispatch() -> None:
    """Prints how many due check-ins one process opens, and how many messages it sends, in a second."""
    begun, at = time.perf_counter(), timezone.now()
    due = CheckIn.objects.due(at).count()
    while CheckIn.objects.due(at).exists():
        tasks.sweep()
    opened = time.perf_counter() - begun
    waiting = list(OutboxMessage.objects.waiting(timezone.now()).values_list("pk", flat=True))
    begun = time.perf_counter()
    for message_id in waiting:
        tasks.deliver(str(message_id))
    sent = time.perf_counter() - begun
    states = OutboxMessage.objects.filter(pk__in=waiting, state="sent").count()
    told = {"opened": due, "opened_per_s": due / opened, "sent": states, "sent_per_s": len(waiting) / sent}
    print(json.dumps(told))
