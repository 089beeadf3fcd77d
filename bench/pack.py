"""How long an inspection pack of the large clinic takes and how much memory the process needs for it (issue: 200,000
rows in bounded memory). Built by the same actions as on the page, on everything the clinic has on record."""

import resource
import time
from datetime import timedelta

from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Role
from bench.people import PASSWORD, acting
from sessions_app import actions
from sessions_app.inspection.pack import path_of
from sessions_app.models import InspectionPack

DAYS = 1300


def measure_pack() -> list[str]:
    """What was measured, in lines."""
    asking, second = (_of_role(role) for role in (Role.COMPLIANCE, Role.ADMIN))
    before, began, at = _peak_mb(), time.perf_counter(), timezone.now()
    pack = actions.ask_for_pack(
        by=asking,
        at=at,
        date_from=(at - timedelta(days=DAYS)).date(),
        date_to=at.date(),
        reason="Measured on the large clinic",
        password=PASSWORD,
    )
    asked = time.perf_counter() - began
    actions.approve_pack(pack=pack, by=second, at=at, password=PASSWORD)
    began = time.perf_counter()
    actions.build_pack(pack=pack, by=asking, at=at)
    seconds = time.perf_counter() - began
    pack = InspectionPack.objects.get(pk=pack.pk)
    path_of(pack).unlink(missing_ok=True)
    rows = pack.rows_total // 2
    return [
        f"inspection pack: {pack.get_state_display()}, {rows:,} rows as CSV and as PDF, {pack.patients:,} patients",
        f"asked in {asked:.1f} s, made in {seconds:.0f} s ({rows / seconds:,.0f} rows a second)",
        f"{pack.size_bytes / 1e6:.0f} MB as zip; the process had {before:.0f} MB before, {_peak_mb():.0f} MB at most",
    ]


def _of_role(role: Role) -> Actor:
    rows = Membership.objects.select_related("user", "practice").filter(practice__name="Large Practice")
    return acting(next(row for row in rows if role.value in row.roles))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
