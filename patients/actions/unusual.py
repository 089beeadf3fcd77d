"""Finding unusual looks in the audit rows, and saying what came of them (R14)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.access import authorize
from accounts.actor import Actor
from accounts.models import Membership, Practice
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput, StaleState
from common.models import AuditEvent
from patients.models import Patient, UnusualLook
from patients.person_rules import fold
from patients.unusual import Look, Person, Worker, findings

SPAN = timedelta(hours=25)


def find_unusual_looks(*, by: Actor, at: datetime, practice_id) -> list[UnusualLook]:
    """Compare the looks of the last 25 hours with the rule and store what is new. Running it again adds nothing."""
    if not by.is_system:
        authorize(by, Permission.REVIEW_ACCESS, practice_id=practice_id)
    zone = ZoneInfo(Practice.objects.get(pk=practice_id).time_zone)
    members = list(Membership.objects.of_practice(practice_id))
    workers = {m.user_id: Worker(m.user_id, m.user.full_name, m.user.email) for m in members}
    membership_of = {m.user_id: m.pk for m in members}
    looks = _looks(practice_id, at)
    compared = Patient.objects.filter(practice_id=practice_id).looked_at_or_like(
        {look.patient for look in looks},
        {worker.surname for worker in workers.values()},
        {m.user.email for m in members},
    )
    found = findings(looks, workers, {row.pk: _person(row) for row in compared})
    with transaction.atomic():
        known = set(_keys(UnusualLook.objects.filter(practice_id=practice_id, first_at__gt=at - 2 * SPAN)))
        rows = [_row(finding, membership_of, practice_id, at, zone) for finding in found]
        new = [row for row in rows if _key(row) not in known]
        UnusualLook.objects.bulk_create(new, ignore_conflicts=True)
        if new or not by.is_system:
            audit.record(by, "patients.find_unusual_looks", at=at, detail={"found": len(new)})
    return new


def acknowledge_unusual_look(*, look: UnusualLook, by: Actor, at: datetime, words: str) -> UnusualLook:
    """Say what came of it. Nobody acknowledges a look of their own."""
    role = authorize(by, Permission.REVIEW_ACCESS, practice_id=look.practice_id)
    if look.membership_id == by.membership_id:
        raise InvalidInput("This is about yourself. Somebody else has to look at it.")
    if len(words.strip()) < 5:
        raise InvalidInput({"words": "Say in a few words what you found out."})
    done = {"acknowledged_at": at, "acknowledged_by_id": by.membership_id, "words": words.strip()}
    with transaction.atomic():
        if not UnusualLook.objects.open().filter(pk=look.pk).update(**done):
            raise StaleState("Somebody has acknowledged this already.")
        audit.record(by, "patients.acknowledge_unusual_look", at=at, subject=look, role=role)
    look.refresh_from_db()
    return look


def _looks(practice_id, at: datetime) -> list[Look]:
    rows = AuditEvent.objects.filter(
        practice_id=practice_id, at__gt=at - SPAN, at__lte=at, outcome="done", patient_id__isnull=False
    )
    seen = rows.filter(action__contains="looked_at", actor_id__isnull=False).exclude(purpose=audit.INCIDENTAL)
    return [Look(*values) for values in seen.values_list("actor_id", "patient_id", "at")]


def _person(row: Patient) -> Person:
    firsts = {row.given_name, row.preferred_name} - {""}
    names = frozenset(fold(f"{first} {row.family_name}") for first in firsts)
    return Person(row.pk, names, row.family_name, row.email, row.address)


def _row(finding, membership_of, practice_id, at: datetime, zone: ZoneInfo) -> UnusualLook:
    return UnusualLook(
        practice_id=practice_id,
        membership_id=membership_of[finding.actor],
        patient_id=finding.patient,
        pattern=finding.pattern,
        on_day=timezone.localdate(finding.first_at, zone),
        first_at=finding.first_at,
        charts=finding.charts,
        found_at=at,
    )


def _key(row) -> tuple:
    return (row.membership_id, row.patient_id, row.pattern, row.on_day)


def _keys(rows):
    return rows.values_list("membership_id", "patient_id", "pattern", "on_day")
