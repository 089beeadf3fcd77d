"""Decides who may review a dosing record: only somebody who had no hand in the dose."""

from django.db.models import Q

from accounts.actor import Actor
from accounts.models import Membership
from common.blockers import Blocker
from dosing.models import Administration
from sessions_app.models import RosterEntry, Session


def people_to_ask(session: Session) -> list[Membership]:
    """Who had a hand in the dose and works here: who signed, gave, recorded, verified or drew."""
    given = Administration.objects.filter(dosing_record_id=session.dosing_record_id)
    hands = given.values_list("given_by_id", "recorded_by_id", "verified_by_id", "draw__drawn_by_id")
    wanted = {pk for row in hands for pk in row if pk} | {session.signed_by_id}
    return list(Membership.objects.active().filter(pk__in=wanted).select_related("user").order_by("user__full_name"))


def review_blockers(session: Session, by: Actor) -> list[Blocker]:
    """Why this person cannot review this session now."""
    found = []
    if session.signed_at is None:
        found.append(Blocker("NOT_SIGNED", "The prescriber has to sign the session first.", "KAP-REV-SIGNED"))
    if session.dosing_record_id is None:
        found.append(Blocker("NO_DOSE", "Nothing was given in this session.", "KAP-REV-SIGNED"))
        return found
    me = by.membership_id
    asked = session.questions.open().filter(asked_of__is_active=True).with_names()
    for question in asked:
        sentence = f"{question.asked_of.user.full_name} was asked about this record and has not answered yet."
        found.append(Blocker("QUESTION_OPEN", sentence, "KAP-REV-ASK"))
    hands = Q(given_by_id=me) | Q(verified_by_id=me) | Q(recorded_by_id=me) | Q(draw__drawn_by_id=me)
    on_roster = session.roster.filter(
        membership_id=me, duty__in=(RosterEntry.Duty.PRESCRIBER, RosterEntry.Duty.MONITOR)
    )
    took_part = Administration.objects.filter(hands, dosing_record_id=session.dosing_record_id).exists()
    if took_part or on_roster.exists():
        sentence = "You took part in this dose. Somebody else has to review it."
        found.append(Blocker("REVIEWER_TOOK_PART", sentence, "KAP-REV-OTHER"))
    return found
