"""Reads the scores before and after each counted session, grouped by the database; no patient leaves it.

A session counts once it is signed and a dose was given. Before: the last score in the 60 days before the series' first
dose. After: the newest score from day 3 to day 31 after the session's own first dose, before the next dose
(KAP-OUT-BEFORE, KAP-OUT-AFTER). Drafts have no score.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.actor import Actor
from accounts.roles import Permission
from assessments.models import Assessment
from outcomes.measured import Measured
from outcomes.periods import Period
from outcomes.tally import Pairs
from patients.models.person import within_team
from sessions_app.models import Session
from sessions_app.states import State

BEFORE_WITHIN = timedelta(days=60)
AFTER_FROM, AFTER_WITHIN = timedelta(days=3), timedelta(days=31)
CALLED_OFF = (State.CANCELLED.value, State.NO_SHOW.value, State.ABORTED.value)


@dataclass(frozen=True)
class Excluded:
    """What is not counted at all: sessions called off or aborted before a dose, dosed ones not signed yet, and
    questionnaires that somebody began and never submitted."""

    called_off: int
    not_signed: int
    drafts: int


def reached(actor: Actor, permission: Permission) -> QuerySet[Session]:
    """The sessions that the outcomes of this person are about: the practice's for a report, else the own patients'."""
    if permission is Permission.VIEW_REPORTS:
        return Session.objects.visible_to(actor, permission)
    own = Session.objects.visible_to(actor, permission)
    return own if actor.reaches_practice(permission) else own.filter(within_team(actor, permission, "patient_id"))


def within(sessions: QuerySet[Session], period: Period, zone: str) -> QuerySet[Session]:
    """Those of series whose first dose lies in the period."""
    first, after = period.bounds(zone)
    begun = sessions.annotate(began_at=_first_dose())
    asked = {"began_at__gte": first, "began_at__lt": after}
    return begun.filter(**{name: moment for name, moment in asked.items() if moment is not None})


def _first_dose() -> Subquery:
    rows = Session.objects.filter(series_id=OuterRef("series_id"), first_dose_at__isnull=False)
    return Subquery(rows.order_by("first_dose_at").values("first_dose_at")[:1])


def _next_dose() -> Subquery:
    rows = Session.objects.filter(patient_id=OuterRef("patient_id"), first_dose_at__gt=OuterRef("first_dose_at"))
    return Subquery(rows.order_by("first_dose_at").values("first_dose_at")[:1])


def scores_of(measure: Measured) -> QuerySet[Assessment]:
    """Every submitted total that counts for it."""
    rows = Assessment.objects.filter(
        instrument=measure.instrument.code, submitted_at__isnull=False, total__isnull=False
    )
    return rows.filter(instrument_version__in=measure.versions) if measure.versions else rows


def scored_sessions(sessions: QuerySet[Session], measure: Measured, at: datetime) -> QuerySet[Session]:
    """Counted sessions with `before` and `after`, `is_last` of its series, `is_waiting` for a score that may come."""
    scores = scores_of(measure).filter(patient_id=OuterRef("patient_id"))
    earlier = scores.filter(
        answered_at__lte=OuterRef("began_at"), answered_at__gte=OuterRef("began_at") - Value(BEFORE_WITHIN)
    )
    later = scores.filter(answered_at__gte=OuterRef("from_at"), answered_at__lt=OuterRef("until_at"))
    following = Session.objects.filter(
        series_id=OuterRef("series_id"), signed_at__isnull=False, first_dose_at__gt=OuterRef("first_dose_at")
    )
    return (
        sessions.filter(signed_at__isnull=False, first_dose_at__isnull=False)
        .annotate(next_at=_next_dose())
        .annotate(
            from_at=_moment(F("first_dose_at") + Value(AFTER_FROM)),
            closes_at=_moment(F("first_dose_at") + Value(AFTER_WITHIN)),
        )
        .annotate(until_at=_until())
        .annotate(
            before=Subquery(earlier.order_by("-answered_at", "-id").values("total")[:1]),
            after=Subquery(later.order_by("-answered_at", "-id").values("total")[:1]),
            after_at=Subquery(later.order_by("-answered_at", "-id").values("answered_at")[:1]),
            is_last=~Exists(following),
            is_waiting=Case(When(next_at=None, closes_at__gt=at, then=Value(True)), default=Value(False)),
        )
    )


def _moment(expression):
    return Coalesce(expression, F("first_dose_at"), output_field=DateTimeField())


def _until():
    """The next dose, or the end of the window, whichever is first."""
    return Case(When(next_at__lt=F("closes_at"), then=F("next_at")), default=F("closes_at"))


def pairs_of(scored: QuerySet[Session]) -> list[Pairs]:
    """How often each pair of scores came, by route and session number: as many rows as there are different pairs."""
    columns = ("series__route", "number", "is_last", "before", "after", "is_waiting")
    rows = scored.order_by().values_list(*columns).annotate(count=Count("pk"))
    return [Pairs(*row) for row in rows]


def excluded_of(sessions: QuerySet[Session], instrument: str, period: Period, zone: str) -> Excluded:
    """Sessions by when they were planned, since most have no dose. Two queries."""
    first, after = period.bounds(zone)
    asked = {"scheduled_for__gte": first, "scheduled_for__lt": after}
    planned = sessions.filter(**{name: moment for name, moment in asked.items() if moment is not None})
    counts = planned.aggregate(
        called_off=Count("pk", filter=Q(state__in=CALLED_OFF)),
        not_signed=Count("pk", filter=Q(first_dose_at__isnull=False, signed_at=None)),
    )
    begun = Assessment.objects.filter(
        instrument=instrument, submitted_at=None, patient_id__in=planned.order_by().values("patient_id")
    )
    begun = begun.filter(**{name.replace("scheduled_for", "started_at"): m for name, m in asked.items() if m})
    return Excluded(**counts, drafts=begun.count())
