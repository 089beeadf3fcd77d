"""What the diversion watch looks at, read from the rows of a practice: one query for each kind (R49)."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import F, Min, OuterRef, Subquery, Sum

from accounts.models import Membership, RoleRequest
from accounts.roles import two_people_roles
from common.anchors import is_anchored
from common.immutability import missing_triggers
from common.models import AuditEvent, ChainCheck
from dosing.diversion import AccessFact, AuditFact, CorrectionFact, DoseFact, Facts, WasteFact
from dosing.diversion.facts import (
    ANCHOR_MISSING,
    CHAIN_BROKEN,
    FACTOR_RESET,
    PASSWORD_RESET,
    ROLE_GRANTED,
    ROSTER_CHANGED,
    SIGNATURE_ALTERED,
    TRIGGER_MISSING,
)
from dosing.models import Administration, Remainder, StockMovement
from sessions_app.models import RosterEntry, SessionTransition, VitalReading
from sessions_app.monitoring_settings import MonitoringSettings
from sessions_app.practice_monitoring import monitoring_of

RESETS = {"accounts.reset_staff_factor": FACTOR_RESET, "accounts.reset_staff_password": PASSWORD_RESET}
TAKEN = ("systolic_mmhg", "heart_rate_bpm", "spo2_pct", "respiratory_rate", "moaas")


def diversion_facts(*, practice, since: datetime, until: datetime, at: datetime) -> Facts:
    """Doses, wastes, corrections, changes of access and audit faults between two moments; `at` is now."""
    return Facts(
        doses=_doses(practice, since, until),
        wastes=_wastes(practice, since, until),
        corrections=_corrections(practice, since, until),
        access=_access(practice, since, until),
        audit=_audit(practice, since, until, at),
    )


def _doses(practice, since, until) -> list[DoseFact]:
    rows = Administration.objects.filter(
        dosing_record__practice=practice, occurred_at__gte=since, occurred_at__lt=until
    ).select_related("draw", "end", "dosing_record__session")
    readings = VitalReading.objects.filter(
        session__dosing_record=OuterRef("dosing_record"), occurred_at__gt=OuterRef("occurred_at")
    )
    taken = readings.exclude(**dict.fromkeys(TAKEN)).order_by("occurred_at").values("occurred_at")[:1]
    movements = StockMovement.objects.filter(draw=OuterRef("draw"), what=StockMovement.What.DRAW).order_by()
    drawn = movements.values("draw").annotate(mg=Sum("change_mg")).values("mg")
    rows = list(rows.annotate(first_vitals_at=Subquery(taken), moved_mg=Subquery(drawn)).order_by("occurred_at"))
    rosters = _rosters([row.dosing_record.session.pk for row in rows])
    settings = monitoring_of(practice.pk)
    return [_dose(row, rosters, settings) for row in rows]


def _dose(row: Administration, rosters: dict, settings: MonitoringSettings) -> DoseFact:
    draw, session_id = row.draw, row.dosing_record.session.pk
    ended = getattr(row, "end", None)
    when = row.occurred_at
    named = {member for member, joined, left in rosters[session_id] if joined <= when and (not left or left >= when)}
    clock = settings.clock_at(row.route, row.dosing_record.session.first_dose_at)
    return DoseFact(
        record_id=row.dosing_record_id,
        session_id=session_id,
        giver_id=row.given_by_id,
        verifier_id=row.verified_by_id,
        recorded_by_id=row.recorded_by_id,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        drawn_at=draw.drawn_at,
        lot_id=draw.lot_id,
        planned_mg=row.planned_mg,
        given_mg=ended.given_mg if ended else 0 * row.planned_mg,
        drawn_mg=draw.drawn_mg,
        wasted_mg=draw.wasted_mg,
        returned_mg=draw.returned_mg,
        outstanding_mg=draw.outstanding_mg,
        ledger_drawn_mg=-(row.moved_mg or 0 * row.planned_mg),
        roster_ids=frozenset(named),
        first_vitals_at=row.first_vitals_at,
        vitals_due_min=clock.while_running or clock.due_after[0],
        route=row.route,
    )


def _rosters(session_ids: list) -> dict:
    """Session → (membership, from, until) of everybody who was ever named."""
    found = defaultdict(list)
    entries = RosterEntry.objects.filter(session_id__in=set(session_ids))
    for session_id, member, joined, left in entries.values_list("session_id", "membership_id", "joined_at", "left_at"):
        found[session_id].append((member, joined, left))
    return found


def _wastes(practice, since, until) -> list[WasteFact]:
    rows = Remainder.objects.filter(
        draw__dosing_record__practice=practice, occurred_at__gte=since, occurred_at__lt=until
    ).exclude(what=Remainder.What.RETURN)
    givers = Administration.objects.filter(draw=OuterRef("draw")).order_by("number").values("given_by")[:1]
    rows = rows.annotate(giver=Subquery(givers), record=F("draw__dosing_record")).order_by("occurred_at")
    return [
        WasteFact(
            remainder_id=row.pk,
            record_id=row.record,
            giver_id=row.giver,
            recorded_by_id=row.recorded_by_id,
            witness_id=row.witness_id,
            amount_mg=row.amount_mg,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
        )
        for row in rows.defer("reason", "late_reason")
    ]


def _corrections(practice, since, until) -> list[CorrectionFact]:
    rows = StockMovement.objects.filter(
        lot__practice=practice, what__in=["adjust", "loss"], occurred_at__gte=since, occurred_at__lt=until
    ).defer("late_reason")
    return [
        CorrectionFact(
            row_id=row.pk,
            lot_id=row.lot_id,
            by_id=row.recorded_by_id,
            change_mg=row.change_mg,
            occurred_at=row.occurred_at,
            reason_code=row.what,
        )
        for row in rows.order_by("occurred_at")
    ]


def _access(practice, since, until) -> list[AccessFact]:
    granted = RoleRequest.objects.filter(
        membership__practice=practice, outcome="approved", decided_at__gte=since, decided_at__lt=until
    ).filter(role__in=[role.value for role in two_people_roles()])
    found = [
        AccessFact(
            row_id=row.pk, at=row.decided_at, by_id=row.decided_by_id, about_id=row.membership_id, what=ROLE_GRANTED
        )
        for row in granted
    ]
    resets = AuditEvent.objects.filter(
        practice_id=practice.pk, action__in=RESETS, outcome="done", at__gte=since, at__lt=until
    )
    members = dict(Membership.objects.filter(practice=practice).values_list("user_id", "pk"))
    found += [
        AccessFact(
            row_id=row.pk, at=row.at, by_id=members.get(row.actor_id), about_id=row.object_id, what=RESETS[row.action]
        )
        for row in resets
    ]
    return found + _roster_changes(practice, since, until)


def _roster_changes(practice, since, until) -> list[AccessFact]:
    """People who put themselves on the roster of a session that was ready already; before that it is everyday work."""
    ready = SessionTransition.objects.filter(session=OuterRef("session"), to_state="ready").order_by()
    ready = ready.values("session").annotate(first=Min("occurred_at")).values("first")
    rows = RosterEntry.objects.filter(
        session__practice=practice, added_by=F("membership"), joined_at__gte=since, joined_at__lt=until
    ).annotate(ready_at=Subquery(ready))
    return [
        AccessFact(
            row_id=row.pk, at=row.joined_at, by_id=row.added_by_id, about_id=row.membership_id, what=ROSTER_CHANGED
        )
        for row in rows.filter(joined_at__gt=F("ready_at"))
    ]


def _audit(practice, since, until, at) -> list[AuditFact]:
    """Faults found in the time, and what is missing now; a fault that lasts is told each day."""
    broken = ChainCheck.objects.filter(done_at__gte=since, done_at__lt=until, findings__gt=0)
    found = [AuditFact(at=row.done_at, what=CHAIN_BROKEN) for row in broken]
    altered = AuditEvent.objects.filter(
        practice_id=practice.pk, action="common.signature_does_not_fit", at__gte=since, at__lt=until
    )
    found += [AuditFact(at=row.at, what=SIGNATURE_ALTERED) for row in altered]
    last = until - timedelta(microseconds=1)
    if missing_triggers():
        found.append(AuditFact(at=last, what=TRIGGER_MISSING))
    if not is_anchored(at):
        found.append(AuditFact(at=last, what=ANCHOR_MISSING))
    return found
