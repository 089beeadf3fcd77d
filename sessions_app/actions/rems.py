"""The REMS of an esketamine session: the check before the dose, the form that is owed, and what was submitted."""

import hashlib
import json
from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.blockers import Blocker
from common.errors import Blocked, InvalidInput, StaleState
from common.occurrence import settle
from sessions_app.actions.transition import event_fields, held, note_act
from sessions_app.models import RemsCheck, RemsForm, RemsSubmission, Session
from sessions_app.rems.clock import due_on
from sessions_app.rems.definition import CURRENT, completed, definition_of
from sessions_app.rems.filling import fill, load_rems_facts
from sessions_app.rems.gate import ESKETAMINE
from sessions_app.states import State

LEFT = (State.DISCHARGED, State.ENDED_EARLY, State.SIGNED)
BEFORE = (State.SCHEDULED, State.CHECKED_IN, State.READY)
STILL_HERE = Blocker("REMS_SESSION_OPEN", "Record how the patient left first.", "KAP-REMS-DUE")
AGAIN = "Say why it was submitted again, in at least 5 characters."


def record_rems_check(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    is_enrolled: bool,
    is_counselled: bool,
    is_first_treatment: bool,
    takes_benzodiazepines: bool,
    takes_sedatives: bool,
    takes_opioids: bool,
    takes_stimulants: bool,
    takes_maois: bool,
) -> RemsCheck:
    """What the REMS wants known before the first device, asked today. Again when something changes.

    Raises StaleState once a dose was given, InvalidInput for a session without esketamine.
    """
    role = authorize(by, Permission.CHECK_IN_PATIENT, practice_id=session.practice_id, patient=session.patient_id)
    with transaction.atomic():
        row = held(session)
        route = row.order.route if row.order else row.series.route
        if route != ESKETAMINE:
            raise InvalidInput("This is not a session with esketamine; the REMS does not ask for it.")
        if row.state_now not in BEFORE:
            raise StaleState(f"This session is now: {row.state_now.label.lower()}. The check belongs before the dose.")
        check = RemsCheck(
            session=row,
            is_enrolled=is_enrolled,
            is_counselled=is_counselled,
            is_first_treatment=is_first_treatment,
            takes_benzodiazepines=takes_benzodiazepines,
            takes_sedatives=takes_sedatives,
            takes_opioids=takes_opioids,
            takes_stimulants=takes_stimulants,
            takes_maois=takes_maois,
            **event_fields(by, role, at, at),
        )
        check.save(force_insert=True)
        note_act(by, "record_rems_check", at=at, session=row, subject=check, role=role)
    return check


@transaction.atomic
def open_rems_form(*, session: Session, by: Actor, at: datetime) -> list[RemsForm]:
    """The form that this session owes from its first device on; nothing for other routes. Running it again adds none.

    Called inside the transaction that records the first dose.
    """
    if session.dosing_record is None or session.dosing_record.route != ESKETAMINE:
        return []
    form, is_new = RemsForm.objects.get_or_create(
        session=session,
        defaults={
            "practice_id": session.practice_id,
            "patient_id": session.patient_id,
            "due_on": due_on(session.first_dose_at, session.practice.time_zone),
            "opened_at": at,
        },
    )
    if is_new:
        audit.record(by, "sessions.open_rems_form", at=at, subject=form, detail={"session": str(session.pk)})
    return [form]


@transaction.atomic
def move_rems_form(*, session: Session, correction, by: Actor, at: datetime) -> list[RemsForm]:
    """The day until which a form is due that was not submitted yet follows the treatment's corrected day.

    Called inside the transaction that corrects the time of the first dose.
    """
    form = RemsForm.objects.filter(session=session, submitted_at=None).first()
    due = due_on(correction.given_at, session.practice.time_zone)
    if form is None or form.due_on == due:
        return []
    form.due_on = due
    form.save(update_fields=["due_on"])
    audit.record(by, "sessions.move_rems_form", at=at, subject=form, detail={"session": str(session.pk)})
    return [form]


def record_rems_submission(
    *,
    rems_form: RemsForm,
    by: Actor,
    at: datetime,
    answers: dict,
    confirmation_number: str,
    password: str,
    reason: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
    version: int | None = None,
) -> RemsSubmission:
    """Record that the form went to the REMS: who, when, under which number. Nothing is sent from here.

    What the session tells is read again now and cannot be typed over; `answers` holds the rest by field key.
    `version` is the last one the person saw (0 for none): a later one needs a `reason`, the earlier stays. Raises
    Blocked while the patient is here, InvalidInput beside each field, StaleState when somebody was first.
    """
    role = authorize(by, Permission.SUBMIT_REMS, practice_id=rems_form.practice_id, patient=rems_form.patient_id)
    reauthenticate(by, password)
    moment = settle(occurred_at, at, late_reason)
    with transaction.atomic():
        form = RemsForm.objects.select_for_update().get(pk=rems_form.pk)
        if version is not None and form.version != version:
            raise StaleState("Somebody recorded a submission of this form first. Reload to see it.")
        session = held(form.session)
        if session.state_now not in LEFT:
            raise Blocked([STILL_HERE])
        _check(form, session, confirmation_number, reason, moment)
        values = completed(definition_of(CURRENT), fill(load_rems_facts(session)), answers or {})
        row = RemsSubmission(
            form=form,
            version=form.version + 1,
            form_version=CURRENT,
            answers=values,
            confirmation_number=confirmation_number.strip(),
            reason=reason.strip(),
            content_sha256=sha256_of(values),
            **event_fields(by, role, at, moment, late_reason),
        )
        row.save(force_insert=True)
        form.version, form.submitted_at = row.version, moment
        form.save(update_fields=["version", "submitted_at"])
        detail = {"form_version": CURRENT, "version": row.version, "sha256": row.content_sha256}
        note_act(by, "record_rems_submission", at=at, session=session, subject=row, role=role, **detail)
    return row


def _check(form: RemsForm, session: Session, confirmation_number: str, reason: str, moment: datetime) -> None:
    wrong = {}
    if not (confirmation_number or "").strip():
        wrong["confirmation_number"] = "Enter the number that the REMS portal or the fax gave."
    if form.version and len((reason or "").strip()) < 5:
        wrong["reason"] = AGAIN
    if not form.version and (reason or "").strip():
        wrong["reason"] = "This is the first submission; leave it empty."
    if session.ended_at and moment < session.ended_at.replace(second=0, microsecond=0):
        wrong["occurred_at"] = "This is before the patient left. Check day and time."
    if wrong:
        raise InvalidInput(wrong)


def sha256_of(values: dict) -> str:
    """SHA-256 (hex) of the answers as canonical JSON."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
