"""Reads who is on site and who watches how many patients: of the whole practice, without a patient's name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.together import Part, Together
from sessions_app.models import Presence, RosterEntry, Session, SupervisionSetting
from sessions_app.monitoring_settings import MonitoringSettings
from sessions_app.practice_monitoring import SETTINGS, settings_from
from sessions_app.states import State
from sessions_app.supervision_rules import (
    DEFAULTS,
    PRESENCE_HOLDS,
    SupervisionLimits,
    SupervisionWarning,
    Watched,
    warnings,
)

# So many of the newest words of prescribers a session is read with.
NEWEST = 30
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
    """Who watches; with it comes how the practice judges what they read."""

    on_site: tuple[OnSite, ...]
    warnings: tuple[SupervisionWarning, ...]
    monitoring: MonitoringSettings

    def is_here(self, membership_id: UUID) -> bool:
        return any(one.membership_id == membership_id for one in self.on_site)

    @property
    def stamp(self) -> tuple:
        here = tuple(str(one.membership_id) for one in self.on_site)
        return here, tuple(one.sentence for one in self.warnings)


def supervision_of(practice_id: UUID, at: datetime) -> Supervision:
    """One query, whatever the number of people and patients."""
    rows = _ROWS.instances(practice=practice_id, since=at - PRESENCE_HOLDS)
    here = _here(rows["presences"], at)
    monitors = {entry.session_id: entry for entry in rows["monitors"]}
    watched = [_watched(session, monitors.get(session.pk)) for session in rows["sessions"]]
    has_prescriber = any(one.is_prescriber for one in here)
    found = warnings(watched, has_prescriber_on_site=has_prescriber, limits=_limits(rows["settings"]))
    return Supervision(here, tuple(found), settings_from(rows["monitoring"]))


def on_site(practice_id: UUID, at: datetime) -> tuple[OnSite, ...]:
    """Who said to be here in the last 12 hours and not to have left, by name (KAP-SUP-PRESENCE)."""
    return _here(_presences(practice_id, at - PRESENCE_HOLDS), at)


def is_prescriber_on_site(practice_id: UUID, at: datetime, known: Sequence[Presence] | None = None) -> bool:
    """`known` are the newest words of prescribers, oldest first; where they do not reach back to `at`, one query."""
    since = at - PRESENCE_HOLDS
    if known is not None and (len(known) < NEWEST or known[0].occurred_at <= since):
        here = _here((row for row in known if row.occurred_at > since), at)
    else:
        here = on_site(practice_id, at)
    return any(one.is_prescriber for one in here)


def limits_in_force(practice_id: UUID) -> SupervisionLimits:
    return _limits(list(_settings(practice_id)))


def _presences(practice: UUID, since: datetime, **_):
    rows = Presence.objects.filter(practice_id=practice, occurred_at__gt=since, recorded_by__is_active=True)
    rows = rows.filter(recorded_by__user__is_active=True)
    return rows.select_related("recorded_by__user").order_by("occurred_at", "recorded_at")


def _prescribers(practice: UUID, **_):
    rows = Presence.objects.filter(practice_id=practice, recorded_by__is_prescriber=True)
    rows = rows.filter(recorded_by__is_active=True, recorded_by__user__is_active=True)
    return rows.select_related("recorded_by__user").order_by("-occurred_at", "-recorded_at")[:NEWEST]


PRESCRIBERS = Part(_prescribers, ("occurred_at", "recorded_at"))


def _settings(practice: UUID, **_):
    return SupervisionSetting.objects.filter(practice_id=practice).order_by("-version")[:1]


def _sessions(practice: UUID, **_):
    return Session.objects.filter(practice_id=practice, state__in=WATCHED_STATES).select_related("series")


def _monitors(practice: UUID, **_):
    rows = RosterEntry.objects.filter(session__practice_id=practice, session__state__in=WATCHED_STATES)
    return rows.filter(duty=RosterEntry.Duty.MONITOR, left_at=None).select_related("membership__user")


_ROWS = Together(
    "supervision",
    {
        "presences": Part(_presences, ("occurred_at", "recorded_at")),
        "settings": Part(_settings, ("version",)),
        "monitoring": SETTINGS,
        "sessions": Part(_sessions, ("scheduled_for",)),
        "monitors": Part(_monitors, ("joined_at",)),
    },
    practice=UUID,
    since=datetime,
)


def _here(presences: Iterable[Presence], at: datetime) -> tuple[OnSite, ...]:
    newest = {row.recorded_by_id: row for row in presences if row.occurred_at <= at}
    return tuple(sorted((_told(row) for row in newest.values() if row.is_here), key=lambda one: one.name))


def _told(row: Presence) -> OnSite:
    member = row.recorded_by
    return OnSite(
        membership_id=member.pk,
        name=member.user.full_name,
        roles=", ".join(role.label.lower() for role in member.roles),
        is_prescriber=member.is_prescriber,
        since=row.occurred_at,
    )


def _limits(rows: list[SupervisionSetting]) -> SupervisionLimits:
    if not rows:
        return DEFAULTS
    return SupervisionLimits(rows[-1].per_monitor, frozenset(rows[-1].on_site_routes), rows[-1].version)


def _watched(session: Session, monitor: RosterEntry | None) -> Watched:
    if monitor is None:
        return Watched(session.series.route, None)
    return Watched(session.series.route, monitor.membership_id, monitor.membership.user.full_name)
