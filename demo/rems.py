"""REMS forms of the made-up esketamine sessions: most were submitted, the newest are owed, one is overdue."""

from datetime import datetime, timedelta

from demo.clinic import PASSWORD, DemoClinic, as_actor
from sessions_app.actions import record_rems_submission
from sessions_app.models import RemsForm, RosterEntry, Session
from sessions_app.rems.definition import asked, definition_of
from sessions_app.rems.filling import fill, load_rems_facts
from sessions_app.session_facts import full

STILL_OWED = timedelta(days=4)
SENT_AFTER = timedelta(hours=20)


def submit_rems_forms(clinic: DemoClinic, now: datetime) -> None:
    """The monitor of each session recorded its form the next day, but for the newest and the last one overdue."""
    forms = list(RemsForm.objects.filter(practice=clinic.practice, session__ended_at__isnull=False).order_by("due_on"))
    late = [form for form in forms if form.due_on < now.date() - timedelta(days=1)]
    forgotten = late[-1].pk if late else None
    for form in forms:
        session = full(Session.objects).get(pk=form.session_id)
        if form.pk == forgotten or now - session.ended_at < STILL_OWED:
            continue
        _submit(form, session, session.ended_at + SENT_AFTER)


def _submit(form: RemsForm, session: Session, at: datetime) -> None:
    monitor = (
        session.roster.filter(duty=RosterEntry.Duty.MONITOR).select_related("membership__user").latest("joined_at")
    )
    record_rems_submission(
        rems_form=form,
        by=as_actor(monitor.membership),
        at=at,
        answers=_answers(session),
        confirmation_number=f"R-{session.first_dose_at:%y%m%d}-{session.number:02}",
        password=PASSWORD,
    )


def _answers(session: Session) -> dict:
    """What a monitor would say of an uneventful session: ready before two hours were over, nothing else happened."""
    by_type = {"yes_no": False, "whole": 100, "text": "Mild, by itself", "pressure": "not taken", "choice": "Female"}
    said = {field.key: by_type[field.type] for field in asked(definition_of(), fill(load_rems_facts(session)))}
    known = {"patient_middle_initial": "", "vitals_ok_before": True, "vitals_ok_after": True}
    return said | {key: value for key, value in known.items() if key in said}
