"""The prescriber's signature, what may be added after it, and the administrative review of the dosing record."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.anchors import anchor_chain
from common.errors import Blocked, InvalidInput, StaleState
from dosing.models import DosingRecord
from sessions_app import hooks
from sessions_app.actions.schedule import require_reason
from sessions_app.actions.transition import event_fields, held, move, note_act, scope_of
from sessions_app.leaving_facts import signature_blockers
from sessions_app.models import ReviewQuestion, Session, SessionAddendum, SessionReview
from sessions_app.reviewing import people_to_ask, review_blockers
from sessions_app.session_facts import load_facts
from sessions_app.signed_content import sha256_of
from sessions_app.states import State


def sign_session(*, session: Session, by: Actor, at: datetime, password: str, version: int | None = None) -> Session:
    """The prescriber signs with the own password; from then on nothing of the session changes (R40, R41).

    Raises Blocked with everything still open: drug not accounted for, readings missed, no discharge.
    """
    role = authorize(by, Permission.SIGN_SESSION, **scope_of(session))
    reauthenticate(by, password)
    with transaction.atomic():
        row = held(session, version)
        if row.signed_at is not None:
            raise StaleState("This session is already signed.")
        blockers = signature_blockers(load_facts(row), at)
        if blockers:
            raise Blocked(blockers)
        if row.state_now not in (State.DISCHARGED, State.ENDED_EARLY):
            raise StaleState(f"This session is now: {row.state_now.label.lower()}. It cannot be signed.")
        row.signed_at, row.signed_by_id = at, by.membership_id
        digest = sha256_of(row)
        move(
            row,
            State.SIGNED,
            by=by,
            role=role,
            at=at,
            moment=at,
            signed_at=at,
            signed_by_id=by.membership_id,
            content_sha256=digest,
        )
        hooks.signed.collect(session=row, by=by, at=at)
        transaction.on_commit(anchor_chain, robust=True)
        audit.record(by, "sessions.sign_session", at=at, subject=row, role=role, detail={"sha256": digest})
    return row


def add_addendum(*, session: Session, by: Actor, at: datetime, text: str, reason: str) -> SessionAddendum:
    """A correction or addition after the signature; the signed original stays as it was.

    It answers what a reviewer asked of this person about the session.
    """
    role = authorize(by, Permission.ADD_ADDENDUM, **scope_of(session))
    wrong = {}
    if len(text.strip()) < 3:
        wrong["text"] = "Write the addition or correction."
    if len(reason.strip()) < 5:
        wrong["reason"] = "Say why it is added now."
    if wrong:
        raise InvalidInput(wrong)
    with transaction.atomic():
        row = held(session)
        if row.signed_at is None:
            raise StaleState("This session is not signed yet. Enter it in the record itself.")
        addendum = SessionAddendum(
            session=row, text=text.strip(), reason=reason.strip(), **event_fields(by, role, at, at)
        )
        addendum.save(force_insert=True)
        asked = ReviewQuestion.objects.filter(session=row, asked_of_id=by.membership_id, answered_at=None)
        answered = asked.update(answered_at=at, answer=addendum)
        note_act(by, "add_addendum", at=at, session=row, subject=addendum, role=role, answered=answered)
    return addendum


def ask_author(*, session: Session, by: Actor, at: datetime, asked_of_id: UUID, text: str) -> ReviewQuestion:
    """Give a dosing record back to somebody who had a hand in the dose, with a question. The review waits.

    Raises InvalidInput, or StaleState once the record is reviewed or while the session is not signed.
    """
    role = authorize(by, Permission.REVIEW_DOSING, **scope_of(session))
    words = text.strip()
    if len(words) < 10:
        raise InvalidInput({"text": "Ask in at least 10 characters what you want to know."})
    with transaction.atomic():
        row = held(session)
        if row.signed_at is None or row.dosing_record.reviewed_at is not None:
            raise StaleState("Only a record that is signed and not reviewed yet is given back.")
        if asked_of_id not in {member.pk for member in people_to_ask(row)} - {by.membership_id}:
            raise InvalidInput({"asked_of_id": "Choose somebody who had a hand in this dose and works here."})
        question = ReviewQuestion(
            session=row, asked_at=at, asked_by_id=by.membership_id, asked_of_id=asked_of_id, text=words
        )
        question.save(force_insert=True)
        note_act(by, "ask_author", at=at, session=row, subject=question, role=role, asked_of=str(asked_of_id))
    return question


def review_session(*, session: Session, by: Actor, at: datetime, note: str, password: str) -> SessionReview:
    """Mark the dosing record of a signed session as reviewed, with a note.

    The reviewer neither drew, gave, verified nor was named to prescribe or monitor in this session.
    """
    role = authorize(by, Permission.REVIEW_DOSING, practice_id=session.practice_id)
    require_reason(note, field="note")
    reauthenticate(by, password)
    with transaction.atomic():
        row = held(session)
        blockers = review_blockers(row, by)
        if blockers:
            raise Blocked(blockers)
        reviewed = DosingRecord.objects.filter(pk=row.dosing_record_id, reviewed_at=None)
        if not reviewed.update(reviewed_at=at, version=F("version") + 1):
            raise StaleState("Somebody already reviewed this record.")
        review = SessionReview(session=row, note=note.strip(), **event_fields(by, role, at, at))
        review.save(force_insert=True)
        note_act(by, "review_session", at=at, session=row, subject=review, role=role)
    return review
