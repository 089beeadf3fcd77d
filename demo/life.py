"""A made-up patient's way through the practice: registration, series, sessions, follow-up, notes."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from accounts.actor import Actor, system_actor
from accounts.roles import Role
from assessments.actions import acknowledge_risk, close_risk, record_risk_contact
from assessments.models import RiskItem
from common.clinical import Indication, Modality, Route
from demo.calendar import Calendar
from demo.clinic import PASSWORD, DemoClinic, product_for
from demo.course import make_course
from demo.mailing import mailed
from demo.measuring import prepare_at_home
from demo.people import make_person
from demo.plans import earlier_treatments, look_at_plan, plan_terms
from demo.silence import call_about_missed
from demo.visit import Patient, Steps, answer_set, finish, give_after_decisions, observe, prepare
from demo.vitals import make_baseline
from demo.words import HOMEWORK, HOMEWORK_OUTCOMES, NOTE_TEXTS, PRIVATE_NOTES, PRIVATE_TAGS, RISK_CLOSING, THEMES
from dosing.actions import sign_order
from followups.actions import expire_check_in
from followups.models import CheckIn
from integration_notes.actions import (
    finish_homework,
    save_draft,
    save_private_note,
    set_homework,
    sign_note,
    sign_private_note,
    start_note,
    start_private_note,
)
from integration_notes.templates_data import PREPARATION, TEMPLATES
from patients import actions as patients
from patients.contraindications import ITEMS
from sessions_app import actions as sessions
from sessions_app.models import Session

DIAGNOSES = {
    Indication.TRD: ("F33.2", "Major depressive disorder, recurrent severe without psychotic features"),
    Indication.MDSI: ("F33.2", "Major depressive disorder, recurrent severe without psychotic features"),
    Indication.MDD: ("F33.1", "Major depressive disorder, recurrent, moderate"),
    Indication.ANX: ("F41.1", "Generalized anxiety disorder"),
    Indication.PTSD: ("F43.10", "Post-traumatic stress disorder, unspecified"),
}
MEDICINES = ("Sertraline", "Venlafaxine", "Bupropion", "Lisinopril", "Levothyroxine", "Trazodone")
ROUTES = (Route.IV,) * 10 + (Route.IM,) * 10 + (Route.ESK,) * 8 + (Route.SL,) * 4 + (Route.IN_RACEMIC,) * 3
ROUTES += (Route.SC,) * 3 + (Route.PO,) * 2
DAYS_BETWEEN = {Route.IV: 4, Route.ESK: 4, Route.SC: 4, Route.IM: 7, Route.IN_RACEMIC: 5, Route.SL: 7, Route.PO: 7}


def _terms(route: Route, indication: str, number: int, rng: Random) -> dict:
    """Order terms inside every soft limit for a first order."""
    return {
        Route.IV: {"mg_per_kg": Decimal("0.5"), "final_volume_ml": Decimal(100), "duration_min": 40},
        Route.IM: {"mg_per_kg": rng.choice((Decimal("0.4"), Decimal("0.5"), Decimal("0.75")))},
        Route.SC: {"mg_per_kg": Decimal("0.5")},
        Route.IN_RACEMIC: {"fixed_mg": Decimal(50)},
        Route.ESK: {"fixed_mg": Decimal(84 if indication == Indication.MDSI else 56)},
        Route.SL: {"fixed_mg": rng.choice((Decimal(200), Decimal(300)))},
        Route.PO: {"fixed_mg": Decimal(100)},
    }[route]


def register(
    clinic: DemoClinic, rng: Random, number: int, at: datetime, indication: str, route: Route
) -> tuple[Patient, object]:
    """A registered, screened and consented patient with team, open series and signed order."""
    made = make_person(rng, number, at.date())
    team = {role: clinic.one(role, number) for role in (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST)}
    prescriber = team[Role.PRESCRIBER]
    everybody = [a.membership_id for role in (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST) for a in clinic.people[role]]
    person = patients.register_patient(
        by=team[Role.NURSE], at=at, team=[m for m in everybody if m != team[Role.NURSE].membership_id], **vars(made)
    )
    code, label = DIAGNOSES[Indication(indication)]
    patients.add_diagnosis(patient=person, by=prescriber, at=at, code=code, label=label, is_primary=True)
    earlier_treatments(person, prescriber, at, indication, number)
    if rng.random() < 0.6:
        name = rng.choice(MEDICINES)
        patients.add_medicine(patient=person, by=prescriber, at=at, name=name, dose_text="once daily")
    if rng.random() < 0.2:
        patients.add_allergy(
            patient=person, by=team[Role.NURSE], at=at, substance="Penicillin", reaction="Rash", severity="moderate"
        )
    patients.answer_contraindications(patient=person, by=prescriber, at=at, answers=dict.fromkeys(ITEMS, ("no", "")))
    for scope in ("treatment", "therapy", "messages", *(["texts"] if made.contact_by == "text" else [])):
        patients.record_consent(
            patient=person,
            by=team[Role.NURSE],
            at=at,
            scope=scope,
            version="2026-01",
            method="screen",
            signed_name=f"{made.given_name} {made.family_name}",
        )
    who = Patient(
        person=person,
        course=make_course(rng, indication),
        baseline=make_baseline(rng),
        weight_kg=Decimal(rng.randint(520, 1040)) / 10,
        team=team,
        rng=rng,
        escort=made.emergency_name,
        number=number,
    )
    series = patients.open_series(
        patient=person,
        by=prescriber,
        at=at,
        indication=indication,
        route=route,
        planned_sessions=8 if route == Route.ESK else rng.choice((6, 8, 10)),
        min_hours_between=48,
        modality=rng.choice((Modality.CBT, Modality.MINDFULNESS, Modality.PSYCHODYNAMIC)),
        review_after=2,
    )
    return who, series


def order_for(clinic: DemoClinic, who: Patient, series, at: datetime, replaces=None, **plan):
    zone = ZoneInfo(clinic.practice.time_zone)
    day = at.astimezone(zone).date()
    return sign_order(
        series=series,
        by=who.team[Role.PRESCRIBER],
        at=at,
        password=PASSWORD,
        product_id=product_for(clinic, series.route).pk,
        weight_kg=who.weight_kg,
        weighed_on=day,
        expires_on=day + timedelta(days=180),
        replaces=replaces,
        **_terms(Route(series.route), series.indication, 1, who.rng),
        **(plan_terms(series, who.number) | plan),
    )


def live(clinic: DemoClinic, calendar: Calendar, rng: Random, number: int, plan: dict, now: datetime) -> Steps:
    """The whole way of one patient. `plan`: begins, route, indication, sessions (past ones to have)."""
    yield plan["begins"]
    who, series = register(clinic, rng, number, plan["begins"], plan["indication"], plan["route"])
    order = order_for(clinic, who, series, plan["begins"] + timedelta(minutes=30))
    clinic_day = plan["begins"] + timedelta(days=rng.randint(2, 5))
    for _ in range(min(plan["sessions"], series.planned_sessions)):
        starts, room = calendar.book(clinic_day)
        if starts + timedelta(hours=8) > now:
            return
        yield starts - timedelta(days=1)
        number_in_series = series.sessions.count() + 1
        session = sessions.schedule_session(
            series=series,
            by=who.team[Role.NURSE],
            at=starts - timedelta(days=1),
            scheduled_for=starts,
            room_id=room.pk,
            planned_minutes=240,
        )
        clinic.later.append(prepare_at_home(clinic, who, session, starts))
        if number_in_series == 1:
            note_preparation(clinic, who, session, starts - timedelta(hours=22))
        if number_in_series == 4 or starts - order.signed_at > timedelta(days=21):
            order = order_for(clinic, who, series, starts - timedelta(hours=20), replaces=order)
        look_at_plan(who, order, starts - timedelta(hours=19))
        if rng.random() < 0.03:
            yield starts
            sessions.mark_no_show(
                session=session, by=who.team[Role.NURSE], at=starts, reason="Did not come, car trouble"
            )
        else:
            yield from attend(clinic, who, session, order, starts, now)
        clinic_day = starts + timedelta(days=DAYS_BETWEEN[Route(series.route)])


def attend(clinic: DemoClinic, who: Patient, session: Session, order, starts: datetime, now: datetime) -> Steps:
    yield from prepare(clinic, who, session, starts)
    dose_at = starts + timedelta(minutes=who.rng.randint(20, 35))
    yield dose_at
    late = 25 if who.rng.random() < 0.04 else 0
    administration = give_after_decisions(clinic, who, session, order, dose_at, late)
    yield from observe(clinic, who, session, order, dose_at, administration)
    left_at = dose_at + (session.readings.latest("occurred_at").occurred_at - dose_at)
    yield from finish(clinic, who, session, left_at)
    session.refresh_from_db()
    clinic.later.append(follow_up(clinic, who, session, now))
    clinic.later.append(write_note(clinic, who, session, now))
    clinic.later.append(review(clinic, session, left_at, who.rng, now))


def follow_up(clinic: DemoClinic, who: Patient, session: Session, now: datetime) -> Steps:
    """Each check-in when it is due: sent, mostly answered, sometimes not; those still to come stay planned."""
    mine = CheckIn.objects.filter(session=session, occasion=CheckIn.Occasion.FOLLOW_UP)
    for check_in in mine.select_related("patient", "point").order_by("due_at"):
        if check_in.due_at > now - timedelta(minutes=30):
            return
        yield check_in.due_at
        check_in.refresh_from_db()
        if check_in.state != CheckIn.State.PLANNED:
            continue
        link = mailed(clinic, check_in)
        if who.rng.random() < 0.82:
            answered_at = check_in.due_at + timedelta(minutes=who.rng.randint(10, 400))
            if answered_at < now:
                yield answered_at
                check_in.refresh_from_db()
                suicidal = 1 if check_in.point.offset_hours >= 168 and who.rng.random() < 0.035 else 0
                answer_set(
                    who,
                    check_in.assessment_set,
                    link,
                    answered_at,
                    session.number,
                    suicidal,
                    hours_after=check_in.point.offset_hours,
                )
                yield from _handle_risk(who, answered_at, now)
        elif check_in.closes_at < now:
            yield check_in.closes_at + timedelta(minutes=1)
            expire_check_in(
                check_in=check_in,
                by=system_actor("follow-ups", clinic.practice.pk),
                at=check_in.closes_at + timedelta(minutes=1),
            )
            yield from call_about_missed(who, check_in.closes_at, now)


def _handle_risk(who: Patient, raised_at: datetime, now: datetime) -> Steps:
    """Older risk answers were called about and closed; those of the last days are still open."""
    if raised_at > now - timedelta(days=4):
        return
    by = who.team[Role.THERAPIST]
    for item in RiskItem.objects.filter(patient=who.person, closed_at=None).select_related("patient"):
        yield raised_at + timedelta(minutes=9)
        item.refresh_from_db()
        if item.acknowledged_at:
            continue  # another answer of the same days was called about already
        acknowledge_risk(item=item, by=by, at=raised_at + timedelta(minutes=9))
        yield raised_at + timedelta(minutes=40)
        record_risk_contact(
            item=item,
            by=by,
            at=raised_at + timedelta(minutes=40),
            how="phone",
            outcome=RISK_CLOSING,
            plan="Call again tomorrow, see before the next dose.",
        )
        yield raised_at + timedelta(days=1)
        close_risk(item=item, by=by, at=raised_at + timedelta(days=1), closing_text=RISK_CLOSING)


def note_preparation(clinic: DemoClinic, who: Patient, session: Session, at: datetime) -> None:
    """The visit before a patient's first dose: what it is hoped to bring, and what was agreed."""
    by, rng = who.team[Role.THERAPIST], who.rng
    note = start_note(session=session, by=by, at=at, modality=PREPARATION)
    values = {f.key: rng.choice(NOTE_TEXTS[f.key]) for f in TEMPLATES[PREPARATION].fields}
    note = save_draft(note=note, by=by, at=at, version=note.version, values=values, themes=["preparation"])
    sign_note(note=note, by=by, at=at, version=note.version, password=PASSWORD)


def write_note(clinic: DemoClinic, who: Patient, session: Session, now: datetime) -> Steps:
    """The therapist's note a day or two later; some are still drafts, some not yet written."""
    at = session.first_dose_at + timedelta(hours=who.rng.randint(22, 60))
    if at > now or who.rng.random() < 0.12:
        return
    yield at
    by, rng = who.team[Role.THERAPIST], who.rng
    note = start_note(session=session, by=by, at=at, modality=session.series.modality)
    fields = TEMPLATES[note.modality].fields
    values = {f.key: rng.choice(NOTE_TEXTS[f.key]) or "Nothing named today." for f in fields}
    note = save_draft(note=note, by=by, at=at, version=note.version, values=values, themes=rng.sample(THEMES, 3))
    if rng.random() < 0.5:
        due = (at + timedelta(days=6)).date()
        homework = set_homework(note=note, by=by, at=at, task=rng.choice(HOMEWORK), due_on=due)
        clinic.later.append(practise(by, homework, at + timedelta(days=rng.randint(3, 8)), rng, now))
    if at < now - timedelta(days=3) or rng.random() < 0.5:
        signed_at = at + timedelta(minutes=25)
        yield signed_at
        sign_note(note=note, by=by, at=signed_at, version=note.version, password=PASSWORD)
        write_private_note(by, session, signed_at + timedelta(minutes=10), rng)


def practise(by: Actor, homework, at: datetime, rng: Random, now: datetime) -> Steps:
    """Most homework is done, by the patient or in the next meeting; some is forgotten."""
    if at > now or rng.random() < 0.15:
        return
    yield at
    how, outcome = rng.choice(HOMEWORK_OUTCOMES)
    finish_homework(homework=homework, by=by, at=at, done_how=how, outcome=outcome)


def write_private_note(by: Actor, session: Session, at: datetime, rng: Random) -> None:
    """Now and then what the therapist keeps for themself; some stay drafts."""
    if rng.random() > 0.3:
        return
    note = start_private_note(patient=session.patient, session=session, by=by, at=at)
    title, text = rng.choice(PRIVATE_NOTES)
    words = {"title": title, "text": text, "tags": rng.sample(PRIVATE_TAGS, 2)}
    note = save_private_note(note=note, by=by, at=at, version=note.version, **words)
    if rng.random() < 0.7:
        sign_private_note(note=note, by=by, at=at, version=note.version, password=PASSWORD)


def review(clinic: DemoClinic, session: Session, left_at: datetime, rng: Random, now: datetime) -> Steps:
    """The admin's review some days later; the newest records still wait."""
    at = left_at + timedelta(days=rng.randint(1, 4), hours=2)
    if at > now - timedelta(days=4):
        return
    yield at
    note = rng.choice(("Order, dose and waste agree.", "Complete.", "Complete; late entry explained."))
    sessions.review_session(session=session, by=clinic.one(Role.ADMIN), at=at, note=note, password=PASSWORD)
