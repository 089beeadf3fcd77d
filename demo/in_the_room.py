"""What is written down in a made-up session besides readings: who is there, agreements, scales, rescue drugs."""

from datetime import datetime
from decimal import Decimal
from random import Random

from accounts.roles import Role
from sessions_app import actions


def agree_and_enter(team: dict, session, dose_at: datetime) -> None:
    """Before the dose the therapist asks about touch and music, and both come in."""
    nurse, therapist = team[Role.NURSE], team[Role.THERAPIST]
    for about, words in (("touch", "Hand or shoulder, nothing else"), ("music", "Own playlist")):
        actions.record_room_consent(session=session, by=therapist, at=dose_at, about=about, is_given=True, words=words)
    for who in (nurse, therapist):
        actions.record_room_entry(session=session, by=nurse, at=dose_at, membership_id=who.membership_id, went="in")


def calm_or_not(team: dict, rng: Random, session, moment: datetime, minutes: float) -> None:
    """Now and then the nurse rates RASS beside a reading."""
    if minutes > 0 and rng.random() < 0.12:
        total = rng.choice((0, 0, -1, -1, -2, 1))
        actions.record_scale(session=session, by=team[Role.NURSE], at=moment, instrument="RASS", rating=total)


def away_for_a_while(team: dict, rng: Random, session, moment: datetime, minutes: float) -> None:
    """The nurse fetches something; the therapist stays. Sometimes it was the wrong button."""
    if not 10 < minutes < 60 or rng.random() > 0.06:
        return
    nurse = team[Role.NURSE]
    out = {"session": session, "by": nurse, "membership_id": nurse.membership_id}
    entry = actions.record_room_entry(**out, at=moment, went="out")
    if rng.random() < 0.3:
        actions.withdraw_entry(
            session=session,
            by=nurse,
            at=moment,
            entry_kind="room_entry",
            entry_id=entry.pk,
            reason="Touched the wrong button",
        )
    else:
        actions.record_room_entry(**out, at=moment, went="in")


def left_undisturbed(team: dict, rng: Random, session, moment: datetime, minutes: float) -> bool:
    """Seldom a due reading is left out on purpose, with the reason."""
    if not 40 < minutes < 80 or rng.random() > 0.05:
        return False
    actions.close_due_reading(
        session=session,
        by=team[Role.NURSE],
        at=moment,
        due_at=moment,
        not_taken="asleep",
        note="Deep in the music, breathing evenly; the oximeter stays on",
    )
    return True


def rescue_for(team: dict, session, moment: datetime, event) -> None:
    """Ondansetron where the event says that it was given."""
    if "Ondansetron" not in event.action:
        return
    nurse = team[Role.NURSE]
    actions.record_rescue_drug(
        session=session,
        by=nurse,
        at=moment,
        drug="ondansetron",
        dose=Decimal(4),
        unit="mg",
        route="IV" if "IV" in event.action else "PO",
        ordered_by_id=team[Role.PRESCRIBER].membership_id,
        given_by_id=nurse.membership_id,
        reason=event.description,
    )
