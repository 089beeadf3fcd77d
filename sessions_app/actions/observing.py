"""What was seen and what went wrong: observations and adverse events."""

from datetime import datetime

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common.blockers import Blocker, refuse_unless_overridden
from common.errors import InvalidInput
from sessions_app.actions._entry import write_entry
from sessions_app.actions.preparation import store_override
from sessions_app.actions.transition import event_fields, scope_of
from sessions_app.models import AdverseEvent, Observation, RoomConsent, Session

TOUCH_GATE = "touch"


def record_observation(
    *, session: Session, by: Actor, at: datetime, what: str, text: str, overrides: dict[str, str] | None = None, **entry
) -> Observation:
    """Something seen, said or done in the room; `entry` as in `_entry.write_entry`.

    Comforting touch without a consent that stands is asked about: Blocked, unless `overrides` says why it was done
    all the same (TOUCH_WITHOUT_CONSENT, KAP-ROOM-TOUCH).
    """
    role = authorize(by, Permission.RECORD_OBSERVATION, **scope_of(session))
    wrong = {}
    if what not in Observation.What.values:
        wrong["what"] = "Choose what it was."
    if not text.strip():
        wrong["text"] = "Write what you saw, heard or did."
    if wrong:
        raise InvalidInput(wrong)

    def check(row: Session, moment: datetime) -> None:
        if what != Observation.What.TOUCH or entry.get("corrects_id"):
            return
        found = refuse_unless_overridden(touch_blockers(row, moment), overrides=overrides or {}, may=lambda _: True)
        for blocker, reason in found:
            stamp = event_fields(by, role, at, moment, entry.get("late_reason", ""))
            store_override(row, blocker, reason, stamp, gate=TOUCH_GATE)

    values = {"what": what, "text": text.strip()}
    return write_entry(
        Observation, "record_observation", role, values, session=session, by=by, at=at, check=check, **entry
    )


def touch_blockers(session: Session, moment: datetime) -> list[Blocker]:
    """Empty when the last word about touch up to `moment` was a consent."""
    said = session.room_consents.filter(
        about=RoomConsent.About.TOUCH, corrected_by=None, is_withdrawal=False, occurred_at__lte=moment
    )
    last = said.order_by("-occurred_at", "-recorded_at").first()
    if last is not None and last.is_given:
        return []
    sentence = (
        "No consent to touch is recorded. Ask the patient and record it first, or write why touch was needed."
        if last is None
        else "The patient took back the consent to touch. Ask again, or write why touch was needed."
    )
    may = Permission.RECORD_OBSERVATION.value
    return [Blocker("TOUCH_WITHOUT_CONSENT", sentence, "KAP-ROOM-TOUCH", override=may, override_label="whoever did it")]


def record_adverse_event(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    category: str,
    grade: int,
    relatedness: str,
    description: str,
    action: str,
    outcome: str,
    is_serious: bool = False,
    ended_at: datetime | None = None,
    **entry,
) -> AdverseEvent:
    """An adverse event with its CTCAE grade 1-5; `occurred_at` is the onset. The action taken is required.

    Grade 4 and 5, a fatal outcome and a transfer are serious by definition (clinical.md 2.5). `entry` as in
    `_entry.write_entry`.
    """
    role = authorize(by, Permission.RECORD_ADVERSE_EVENT, **scope_of(session))
    values = {
        "category": category,
        "grade": grade,
        "relatedness": relatedness,
        "description": description.strip(),
        "action": action.strip(),
        "outcome": outcome,
        "ended_at": ended_at,
    }
    check_adverse_event(values)
    values["is_serious"] = is_serious or grade >= 4 or outcome in ("transferred", "fatal")

    def check(_: Session, moment: datetime) -> None:
        if ended_at is not None and not moment <= ended_at <= at:
            raise InvalidInput({"ended_at": "The end is not before the beginning and not in the future."})

    return write_entry(
        AdverseEvent, "record_adverse_event", role, values, session=session, by=by, at=at, check=check, **entry
    )


def check_adverse_event(values: dict) -> None:
    """Raises InvalidInput beside every value that cannot be."""
    wrong = {}
    for name, choices, sentence in (
        ("category", AdverseEvent.Category, "Choose the kind of event."),
        ("grade", AdverseEvent.Grade, "Choose the grade, 1 to 5."),
        ("relatedness", AdverseEvent.Relatedness, "Choose how it relates to the drug."),
        ("outcome", AdverseEvent.Outcome, "Choose the outcome."),
    ):
        if values[name] not in choices.values:
            wrong[name] = sentence
    if not values["description"]:
        wrong["description"] = "Describe what happened."
    if not values["action"]:
        wrong["action"] = "Write what was done, also when it was only watching."
    if (values["grade"] == 5) != (values["outcome"] == "fatal"):
        wrong["outcome"] = "Grade 5 and a fatal outcome belong together."
    if wrong:
        raise InvalidInput(wrong)
