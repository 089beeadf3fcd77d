"""What the patient told on the day before, and what of it a prescriber decides about before the dose."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse

from accounts.actor import Actor
from accounts.roles import Permission
from assessments.models import DayBefore
from common.blockers import Blocker
from sessions_app.models import CheckIn, Session, SessionAssessment
from sessions_app.states import State

GATE = "dose"
MEDICINES, DRIVER = "DAY_BEFORE_MEDICINES", "DAY_BEFORE_DRIVER"
WORDS = {MEDICINES: "Medication change: review", DRIVER: "No way home named: review"}
BEFORE_DOSE = (State.SCHEDULED.value, State.CHECKED_IN.value, State.READY.value)


def told_of(links: Iterable[SessionAssessment]) -> DayBefore | None:
    """The newest answers among the sets given for before a session that were not taken back."""
    told = [
        link.assessment_set.day_before_told
        for link in links
        if link.moment == SessionAssessment.Moment.PRE and link.assessment_set.cancelled_at is None
    ]
    return max((one for one in told if one is not None), key=lambda one: one.told_at, default=None)


def day_before_blockers(told: DayBefore | None, arrival: CheckIn | None, time_zone: str) -> list[Blocker]:
    """What a prescriber decides, with a reason: a changed medicine, and nobody named for the way home.

    The sentence names the moment, so that a reason given for one answer never covers a later one. What the arrival
    settles is gone: an escort who is there, or medicines that the check-in itself says have changed.
    """
    if told is None:
        return []
    found = []
    if told.medicines_changed and not (arrival is not None and arrival.medicines_changed):
        found.append(_blocker(MEDICINES, told, time_zone))
    if not told.has_driver and not (arrival is not None and arrival.escort_confirmed):
        found.append(_blocker(DRIVER, told, time_zone))
    return found


def _blocker(code: str, told: DayBefore, time_zone: str) -> Blocker:
    local = told.told_at.astimezone(ZoneInfo(time_zone))
    return Blocker(
        code=code,
        sentence=f"{WORDS[code]}. Told by the patient on {local.day} {local:%B, %H:%M}.",
        source="KAP-CHK-DAYBEFORE",
        override=Permission.OVERRIDE_BLOCKER.value,
        override_label="a prescriber",
        link=reverse("assessments:set", args=[told.assessment_set_id]),
    )


@dataclass(frozen=True)
class ToReview:
    """A session that is still to come whose patient told something that nobody has decided about."""

    session: Session
    blockers: tuple[Blocker, ...]

    @property
    def words(self) -> list[str]:
        return [WORDS[blocker.code] for blocker in self.blockers]


def sessions_to_review(actor: Actor) -> list[ToReview]:
    """The next first; only of patients whose answers this person may read. Three queries at most."""
    around = "assessment_set__session_link__session"
    told = DayBefore.objects.visible_to(actor).filter(
        Q(medicines_changed=True) | Q(has_driver=False),
        assessment_set__asks_day_before=True,
        assessment_set__cancelled_at=None,
        assessment_set__session_link__moment=SessionAssessment.Moment.PRE,
        **{f"{around}__practice_id": actor.practice_id, f"{around}__state__in": BEFORE_DOSE},
    )
    told = told.select_related(f"{around}__patient", f"{around}__practice")
    told = told.prefetch_related(f"{around}__overrides", f"{around}__check_ins")
    newest = {one.assessment_set.session_link.session: one for one in told.order_by("told_at")}
    found = [ToReview(session, _undecided(session, one)) for session, one in newest.items()]
    return sorted((one for one in found if one.blockers), key=lambda one: one.session.scheduled_for)


def _undecided(session: Session, told: DayBefore) -> tuple[Blocker, ...]:
    decided = {(row.code, row.sentence) for row in session.overrides.all() if row.gate == GATE}
    arrival = max(session.check_ins.all(), key=lambda row: (row.recorded_at, row.occurred_at), default=None)
    found = day_before_blockers(told, arrival, session.practice.time_zone)
    return tuple(blocker for blocker in found if (blocker.code, blocker.sentence) not in decided)
