"""What was done about critical values, and who was told; one immutable row for each reading (KAP-MON-ANSWER)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Permission
from common.errors import InvalidInput, StaleState
from common.idempotency import replayed
from common.occurrence import settle
from sessions_app.actions._entry import MAY_WRITE
from sessions_app.actions.transition import event_fields, held, note_act, refuse_signed, scope_of
from sessions_app.grading import Alarm
from sessions_app.models import AlarmAnswer, Session
from sessions_app.session_facts import load_facts


def answer_alarms(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    readings: Sequence[UUID],
    action: str,
    told_id: UUID | None = None,
    told_words: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    id: UUID | None = None,
) -> list[AlarmAnswer]:
    """Answer the critical values of these readings with what was done and who was told, a colleague or in words.

    The first row gets `id`, the others ids made from it, so that the same answer sent twice is stored once. Raises
    InvalidInput beside the fields, StaleState when a reading is not critical (any more) or was answered already.
    """
    role = authorize(by, Permission.RECORD_VITALS, **scope_of(session))
    words = {"action": action.strip(), "told_id": told_id, "told_words": told_words.strip()}
    _check_words(session, readings, words)
    moment = settle(occurred_at, at, late_reason)
    with transaction.atomic():
        row = held(session)
        stored = _stored(row, by, readings, words, id)
        if stored:
            return stored
        refuse_signed(row)
        if row.state_now not in MAY_WRITE:
            raise StaleState(f"This session is {row.state_now.label.lower()}. Nothing can be answered.")
        stamp = event_fields(by, role, at, moment, late_reason)
        alarms = _open(row, readings, moment)
        answers = [
            AlarmAnswer(**({"id": key} if key else {}), session=row, sentence=alarm.sentence, reading=alarm.reading)
            for alarm, key in zip(alarms, _ids(id, alarms), strict=True)
        ]
        for answer in answers:
            for name, value in {**words, **stamp}.items():
                setattr(answer, name, value)
            _store(answer)
            note_act(
                *(by, "answer_alarm"), at=at, session=row, subject=answer, role=role, reading=str(answer.reading_id)
            )
    return answers


def _check_words(session: Session, readings: Sequence[UUID], words: dict) -> None:
    wrong = {}
    if not readings or len(set(readings)) != len(readings):
        wrong["readings"] = "Choose each reading that this answers, once."
    if len(words["action"]) < 3:
        wrong["action"] = "Write what was done, also when it was only watching."
    if words["told_id"] is None and len(words["told_words"]) < 2:
        wrong["told"] = "Say who was told. When nobody was, write so and why."
    members = Membership.objects.filter(pk=words["told_id"], practice_id=session.practice_id)
    if words["told_id"] is not None and not members.exists():
        wrong["told"] = "Choose somebody of this practice."
    if wrong:
        raise InvalidInput(wrong)


def _ids(first: UUID | None, alarms: Sequence) -> list[UUID | None]:
    if first is None:
        return [None] * len(alarms)
    return [first, *(uuid5(first, str(place)) for place in range(1, len(alarms)))]


def _stored(session: Session, by: Actor, readings: Sequence[UUID], words: dict, id: UUID | None) -> list[AlarmAnswer]:
    """The rows of the same answer sent before; empty when this is the first time."""
    keys = _ids(id, readings)
    if replayed(AlarmAnswer.objects, keys[0], by=by, session_id=session.pk, **words) is None:
        return []
    rows = list(AlarmAnswer.objects.filter(pk__in=keys, session_id=session.pk))
    if {row.reading_id for row in rows} != set(readings):
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return sorted(rows, key=lambda row: keys.index(row.pk))


def _open(session: Session, readings: Sequence[UUID], moment: datetime) -> list[Alarm]:
    """The alarms of these readings, in the order asked; each is critical now and waits for an answer."""
    alarms = {alarm.reading.pk: alarm for alarm in load_facts(session).alarms}
    found = []
    for key in readings:
        alarm = alarms.get(key)
        if alarm is None:
            raise StaleState("A reading you chose is not critical, or was corrected. Reload to see what is open.")
        if not alarm.is_open:
            who = alarm.answer.recorded_by.user.full_name
            raise StaleState(f"{who} already answered this: {alarm.answer.action} Reload to see what is open.")
        if moment < alarm.reading.occurred_at - timedelta(minutes=1):
            raise InvalidInput({"occurred_at": "This is before the reading was taken. Check day and time."})
        found.append(alarm)
    return found


def _store(answer: AlarmAnswer) -> None:
    try:
        with transaction.atomic():
            answer.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState("Somebody answered this in the same moment. Reload to see it.") from error
