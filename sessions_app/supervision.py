"""Reads who is on site and who watches how many patients: of the whole practice, without a patient's name."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.models import Membership
from sessions_app.models import Presence, RosterEntry, Session, SupervisionSetting
from sessions_app.states import State
from sessions_app.supervision_rules import (
    DEFAULTS,
    PRESENCE_HOLDS,
    SupervisionLimits,
    SupervisionWarning,
    Watched,
    warnings,
)

WATCHED_STATES = (State.DOSING.value, State.RECOVERY.value)


@dataclass(frozen=True)
class OnSite:
    """Somebody who said to be in the house."""

    membership_id: UUID
    name: str
    roles: str
    is_prescriber: bool
    since: datetime


@dataclass(frozen=True)
class Supervision:
    on_site: tuple[OnSite, ...]
    warnings: tuple[SupervisionWarning, ...]

    def is_here(self, membership_id: UUID) -> bool:
        return any(one.membership_id == membership_id for one in self.on_site)

    @property
    def stamp(self) -> tuple:
        here = tuple(str(one.membership_id) for one in self.on_site)
        return here, tuple(one.sentence for one in self.warnings)


def supervision_of(practice_id: UUID, at: datetime) -> Supervision:
    """Three queries, whatever the number of people and patients."""
    here = on_site(practice_id, at)
    limits = limits_in_force(practice_id)
    has_prescriber = any(one.is_prescriber for one in here)
    found = warnings(_watched(practice_id), has_prescriber_on_site=has_prescriber, limits=limits)
    return Supervision(here, tuple(found))


def on_site(practice_id: UUID, at: datetime) -> tuple[OnSite, ...]:
    """Who said to be here in the last 12 hours and not to have left, by name (KAP-SUP-PRESENCE)."""
    members = _here(practice_id, at).select_related("user").order_by("user__full_name", "pk")
    return tuple(
        OnSite(
            membership_id=one.pk,
            name=one.user.full_name,
            roles=", ".join(role.label.lower() for role in one.roles),
            is_prescriber=one.is_prescriber,
            since=one.since,
        )
        for one in members
    )


def is_prescriber_on_site(practice_id: UUID, at: datetime) -> bool:
    return _here(practice_id, at).filter(is_prescriber=True).exists()


def _here(practice_id: UUID, at: datetime):
    said = Presence.objects.filter(
        practice=practice_id, recorded_by=OuterRef("pk"), occurred_at__gt=at - PRESENCE_HOLDS
    )
    newest = said.filter(occurred_at__lte=at).order_by("-occurred_at", "-recorded_at")
    members = Membership.objects.active().filter(practice=practice_id)
    return members.annotate(
        is_here=Subquery(newest.values("is_here")[:1]), since=Subquery(newest.values("occurred_at")[:1])
    ).filter(is_here=True)


def limits_in_force(practice_id: UUID) -> SupervisionLimits:
    row = SupervisionSetting.objects.filter(practice_id=practice_id).order_by("-version").first()
    if row is None:
        return DEFAULTS
    return SupervisionLimits(row.per_monitor, frozenset(row.on_site_routes), row.version)


def _watched(practice_id: UUID) -> list[Watched]:
    monitors = RosterEntry.objects.filter(session_id=OuterRef("pk"), duty=RosterEntry.Duty.MONITOR, left_at=None)
    rows = Session.objects.filter(practice_id=practice_id, state__in=WATCHED_STATES).annotate(
        monitor_id=Subquery(monitors.values("membership_id")[:1]),
        monitor=Subquery(monitors.values("membership__user__full_name")[:1]),
    )
    return [Watched(*row) for row in rows.order_by().values_list("series__route", "monitor_id", "monitor")]
