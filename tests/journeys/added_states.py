"""What the demonstration clinic has only by chance, added for the crawl: `manage.py shell -c "...add()"` runs it."""

import json
import sys
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.actions import begin_authenticator, issue_token, record_drill
from accounts.actor import system_actor
from accounts.models import Membership
from accounts.roles import Permission, Role
from assessments import actions as assessments
from common.backups.keys import add_recipient, make_identity
from common.models import BackupRun
from demo.clinic import PASSWORD, as_actor
from dosing.actions import count_stock, make_diversion_report
from dosing.models import StockLot
from followups.actions import pause_follow_ups
from followups.models import CheckIn, MissedInARow
from integration_notes.actions import save_private_note, sign_private_note, start_note, start_private_note
from patients import actions as patients
from patients.models import Patient
from sessions_app.actions import ask_for_pack, build_pack
from sessions_app.models import InspectionPack, Session
from tests.builders import dosing, sessions
from tests.builders.assessments import given_set, risk_item

BORN = date(1990, 5, 17)


def add() -> None:
    """Adds an open risk item, notes begun, people without a series and out of care, tokens, links, a short
    lot, packs, new authenticators, a session whose readings nobody takes.

    Prints the links by channel as JSON.
    """
    at = timezone.now()
    people = Membership.objects.select_related("practice", "user").order_by("user__email")
    by_role = {role: [as_actor(one) for one in people if role in one.roles] for role in Role}
    nurse = by_role[Role.NURSE][0]
    for actor in map(as_actor, people):
        issue_token(by=actor, at=at, name="Reading list")
        if actor.membership.roles:
            begin_authenticator(by=actor, at=at, password=PASSWORD)
    _about_backups(at)
    _about_sessions(by_role, nurse, at)
    _about_the_register(by_role, at)
    _about_follow_up(nurse, at)
    _unread_session(by_role, at)
    everybody = [actor.membership_id for actors in by_role.values() for actor in actors]
    waiting = _registered(nurse, at, "Aaronson", everybody)
    pause_follow_ups(patient=_registered(nurse, at, "Abner", everybody), by=nurse, at=at, reason="Away with no phone")
    patients.end_care(patient=_registered(nurse, at, "Abbott", everybody), by=nurse, at=at)
    sys.stdout.write(json.dumps({name: _link(waiting, name, nurse, at) for name in ("handed", "tablet")}) + "\n")


def _about_backups(at) -> None:
    """Backups are set up; one failed yesterday, and one that was made did not restore."""
    add_recipient(make_identity()[1])
    by = system_actor("backups")
    made = {"file_name": "20260602T020000Z.clinic.age", "done_at": at - timedelta(days=2)}
    failed = {"trouble": "The backup could not be written: No space left on device.", "done_at": at - timedelta(days=1)}
    for what in (made, failed):
        BackupRun.objects.create(asked_at=what["done_at"], asked_by_name=by.name, **what)
    faults = ["The file is torn, was altered, or is no backup."]
    record_drill(by=by, at=at, file_name=made["file_name"], sha256="", made_at=None, seconds=4, faults=faults)


def _about_sessions(by_role: dict, nurse, at) -> None:
    """Somebody who is about to get a dose answers that they think of suicide; a note about a dose is begun."""
    arrived = Session.objects.filter(state="checked_in", first_dose_at=None).select_related("patient").first()
    risk_item(arrived.patient, nurse, at, urgent=True)
    about = Session.objects.filter(first_dose_at__isnull=False, signed_at__isnull=False).latest("first_dose_at")
    for therapist in by_role[Role.THERAPIST]:
        start_note(session=about, by=therapist, at=at, modality="CBT")
        for is_signed in (False, True):
            _private_note(about.patient, therapist, at, is_signed)


def _about_follow_up(nurse, at) -> None:
    """Somebody of the nurse's patients is paused, another one missed two check-ins in a row."""
    mine = CheckIn.objects.visible_to(nurse, Permission.MANAGE_FOLLOWUPS).filter(state=CheckIn.State.PLANNED)
    first = mine.select_related("patient").order_by("patient__mrn").first()
    pause_follow_ups(patient=first.patient, by=nurse, at=at, reason="Away without a phone")
    other = mine.exclude(patient=first.patient).select_related("patient").order_by("patient__mrn").first()
    MissedInARow.objects.get_or_create(
        patient=other.patient, closed_at=None, defaults={"check_in": other, "raised_at": at}
    )


def _unread_session(by_role: dict, at) -> None:
    """A dose given more than an hour ago, after which no reading was taken and none explained; the watch saw it."""
    prescriber, nurse, therapist = (by_role[role][0] for role in (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST))
    clinic = SimpleNamespace(practice=nurse.practice, prescriber=prescriber, nurse=nurse, therapist=therapist)
    arrived = at - timedelta(minutes=80)
    series = sessions.series_with_order(clinic, arrived, password=PASSWORD)
    sessions.dosed_session(clinic, arrived, series=series)
    zone, by = ZoneInfo(nurse.practice.time_zone), system_actor("diversion-watch", nurse.practice_id)
    for day in sorted({moment.astimezone(zone).date() for moment in (arrived, at)}):
        make_diversion_report(practice=nurse.practice, day=day, by=by, at=at)


def _about_the_register(by_role: dict, at) -> None:
    """A lot of which neither nurse found that it is short; packs made, being made, and waiting as for many people."""
    lot = StockLot.objects.in_order().in_stock().first()
    in_place = StockLot.objects.filter(practice=lot.practice, location=lot.location).in_order().in_stock()
    found = [dosing.found_of(one, Decimal(5 if one.pk == lot.pk else 0)) for one in in_place]
    count_stock(by=by_role[Role.PRESCRIBER][0], at=at, location=lot.location, occasion="spot", counted=found)
    day = at.astimezone(ZoneInfo(lot.practice.time_zone)).date()
    asked = {"at": at, "date_from": day - timedelta(days=60), "date_to": day, "password": PASSWORD}
    for role in (Role.ADMIN, Role.COMPLIANCE):
        made, _, waiting = (ask_for_pack(by=by_role[role][0], reason="An inspector asked", **asked) for _ in range(3))
        build_pack(pack=made, by=system_actor("inspection-packs", made.practice_id), at=at)
        InspectionPack.objects.filter(pk=waiting.pk).update(state=InspectionPack.State.WAITING)


def _private_note(patient: Patient, by, at, is_signed: bool) -> None:
    note = start_private_note(patient=patient, by=by, at=at)
    words = {"title": "Distance", "text": "Leaned back when the anger came.", "tags": ["pace"]}
    note = save_private_note(note=note, by=by, at=at, version=note.version, **words)
    if is_signed:
        sign_private_note(note=note, by=by, at=at, version=note.version, password=PASSWORD)


def _registered(by, at, family_name: str, team: list) -> Patient:
    return patients.register_patient(
        by=by,
        at=at,
        given_name="Ada",
        family_name=family_name,
        birth_date=BORN,
        time_zone="America/New_York",
        team=[member for member in team if member != by.membership_id],
    )


def _link(patient: Patient, channel: str, by, at) -> str:
    given = given_set(patient, by, at, instruments=("PHQ9", "SUDS"), asks_day_before=True)
    expires_at = at + timedelta(days=2)
    _, token = assessments.make_link(assessment_set=given, by=by, at=at, channel=channel, expires_at=expires_at)
    return f"/c/{token}/"
