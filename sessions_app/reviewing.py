"""Decides who may review a dosing record: only somebody who had no hand in the dose."""

from django.db.models import Q

from accounts.actor import Actor
from common.blockers import Blocker
from dosing.models import Administration
from sessions_app.models import RosterEntry, Session


def review_blockers(session: Session, by: Actor) -> list[Blocker]:
    """Why this person cannot review this session now."""
    found = []
    if session.signed_at is None:
        found.append(Blocker("NOT_SIGNED", "The prescriber has to sign the session first.", "KAP-REV-SIGNED"))
    if session.dosing_record_id is None:
        found.append(Blocker("NO_DOSE", "Nothing was given in this session.", "KAP-REV-SIGNED"))
        return found
    me = by.membership_id
    hands = Q(given_by_id=me) | Q(verified_by_id=me) | Q(recorded_by_id=me) | Q(draw__drawn_by_id=me)
    on_roster = session.roster.filter(
        membership_id=me, duty__in=(RosterEntry.Duty.PRESCRIBER, RosterEntry.Duty.MONITOR)
    )
    took_part = Administration.objects.filter(hands, dosing_record_id=session.dosing_record_id).exists()
    if took_part or on_roster.exists():
        sentence = "You took part in this dose. Somebody else has to review it."
        found.append(Blocker("REVIEWER_TOOK_PART", sentence, "KAP-REV-OTHER"))
    return found
