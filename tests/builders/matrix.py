"""What the access matrix asks each address about: one practice in motion, and the arguments of every address.

A new address with arguments gets one entry in SAMPLES (name → arguments, made from the world). Objects are made when
first asked for, through the builders of each app.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from types import SimpleNamespace

from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, Passkey, SignIn
from accounts.roles import Role
from dosing.models import DiversionFinding, DiversionReport, StockCount
from sessions_app.models import InspectionPack, RemsForm
from tests.builders import accounts, assessments, dosing, notes, patients, room, sessions

CANARY = "Featherstonehaugh"
CLINICAL = (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST)


class World:
    """A practice with a patient and everything that may hang on one; a stranger off the team; somebody whose first role
    is not approved yet; another practice."""

    def __init__(self):
        self.at = timezone.now() - timedelta(hours=8)
        self.clinic = accounts.clinic_with_staff(at=self.at - timedelta(days=1))
        self.other = accounts.clinic_with_staff(at=self.at - timedelta(days=1), name="Hill")
        everybody = accounts.staff(self.other.practice, tuple(Role), at=self.at)
        off_team = accounts.staff(self.clinic.practice, CLINICAL, at=self.at)
        awaits_role = accounts.newcomer(self.clinic, self.at)
        self.principals = {
            "prescriber": self.clinic.prescriber,
            "nurse": self.clinic.nurse,
            "therapist": self.clinic.therapist,
            "off_team": accounts.actor(off_team),
            "elsewhere": accounts.actor(everybody),
            "no_role": accounts.actor(awaits_role),
            "admin": self.clinic.admin,
            "compliance": self.clinic.compliance,
        }

    @cached_property
    def session(self):
        """Signed, with every row a session can have on the way there."""
        session = sessions.signed_session(self.clinic, self.at)
        type(session.patient).objects.filter(pk=session.patient_id).update(family_name=CANARY)
        return session

    @cached_property
    def esketamine(self):
        """Another patient's signed session, whose REMS form was submitted and, as the portal lost it, once more."""
        session = sessions.signed_session(self.clinic, self.at, "ESK")
        for number, reason in ((1, ""), (2, "The portal lost it")):
            at = session.signed_at + timedelta(minutes=number)
            sessions.rems_submitted(self.clinic, session, at, confirmation_number=f"R-{number}", reason=reason)
        type(session.patient).objects.filter(pk=session.patient_id).update(family_name=CANARY)
        return session

    @property
    def rems_form(self):
        return RemsForm.objects.get(session=self.esketamine)

    @cached_property
    def patient(self):
        return type(self.session.patient).objects.get(pk=self.session.patient_id)

    @property
    def series(self):
        return self.session.series

    @property
    def reading(self):
        return self.session.readings.first()

    @cached_property
    def room_entry(self):
        """Of another session, which is under way: of a signed one nothing is corrected."""
        session = sessions.dosed_session(self.clinic, self.at + timedelta(hours=2))
        return room.went(self.clinic, session, session.first_dose_at)

    @cached_property
    def administration(self):
        from dosing.models import Administration

        return Administration.objects.get(dosing_record_id=self.session.pk)

    @property
    def order(self):
        return self.administration.dosing_record.order

    @property
    def lot(self):
        return self.administration.draw.lot

    @cached_property
    def container(self):
        """The vial that the dose came from."""
        return self.administration.draw.movements.get(what="draw").container

    @cached_property
    def discrepancy(self):
        """Opened by the nurse's count."""
        return dosing.discrepancy(self.clinic.nurse, self.lot, self.at + timedelta(hours=6))

    @cached_property
    def stock_count(self):
        assert self.discrepancy
        return StockCount.objects.filter(practice=self.clinic.practice).first()

    @cached_property
    def sign(self):
        """What a night's look left to settle."""
        about = {"practice": self.clinic.practice, "day": self.at.date()}
        report = DiversionReport.objects.create(**about, made_at=self.at, doses=1, findings=1)
        return DiversionFinding.objects.create(
            **about, report=report, pattern="NO_VITALS", gravity=9, first_id="x", words="Nothing was read in time."
        )

    @cached_property
    def pack(self):
        """Asked for by the compliance officer; the other one of the pair approves."""
        day = self.at.date()
        return InspectionPack.objects.create(
            practice=self.clinic.practice,
            asked_at=self.at,
            asked_by=self.clinic.members["compliance"],
            reason="Asked by the inspector",
            wanted={"date_from": day.isoformat(), "date_to": day.isoformat()},
            patients=60,
            state="waiting",
        )

    @cached_property
    def question(self):
        """Asked by an admin who is none of the principals."""
        asking = accounts.actor(accounts.staff(self.clinic.practice, [Role.ADMIN], at=self.at))
        return sessions.asked(self.session, asking, self.clinic.prescriber)

    @cached_property
    def assessment_set(self):
        return assessments.given_set(self.patient, self.clinic.nurse, self.at)

    @cached_property
    def questionnaire(self):
        """The practice's own: version 1 is given, version 2 a draft."""
        from assessments import actions

        admin = self.clinic.admin
        made = assessments.own_questionnaire(admin, self.at)
        return actions.start_version(by=admin, at=self.at, code=made.code)

    @cached_property
    def wording(self):
        return assessments.loaded_wording(self.clinic.admin, self.at, code="SDS")

    @cached_property
    def set_of_day_before(self):
        """Still to be told; another one was told, with everything that may be said."""
        asks = {"instruments": ("SUDS",), "asks_day_before": True}
        told, waits = (assessments.given_set(self.patient, self.clinic.nurse, self.at, **asks) for _ in range(2))
        assessments.told_day_before(told, self.clinic.nurse, self.at, **assessments.CHANGED)
        return waits

    @cached_property
    def on_call(self):
        """Somebody who is none of the principals."""
        return assessments.on_call(self.clinic, self.another_nurse, at=self.at)

    @cached_property
    def risk_item(self):
        assert self.on_call
        return assessments.risk_item(self.patient, self.clinic.nurse, self.at)

    @cached_property
    def assessment(self):
        return self.risk_item.assessment

    @cached_property
    def check_in(self):
        """One of those that the dose planned."""
        from followups.models import CheckIn

        return CheckIn.objects.filter(session=self.session).order_by("due_at").first()

    @cached_property
    def pause(self):
        """Of a patient's follow-up, asked for by somebody who is none of the principals, and standing."""
        from followups.models import FollowUpPause

        about = {"patient": self.patient, "paused_at": self.at, "paused_by": self.another_nurse}
        return FollowUpPause.objects.create(reason="Away without a phone", **about)

    @cached_property
    def missed(self):
        """Two check-ins in a row without an answer."""
        from followups.models import MissedInARow

        return MissedInARow.objects.create(patient=self.patient, check_in=self.check_in, raised_at=self.at)

    @cached_property
    def another_nurse(self):
        return accounts.staff(self.clinic.practice, [Role.NURSE], at=self.at)

    @cached_property
    def note(self):
        """Signed by the therapist: the care team reads it. A draft is its author's alone."""
        return notes.signed(self.clinic, self.session, self.at)

    @cached_property
    def private_note(self):
        """The therapist's alone: for everybody else it does not exist."""
        return notes.private(self.clinic, self.patient, self.at)

    @cached_property
    def release(self):
        """Asked for by somebody in compliance who is none of the principals."""
        another = accounts.actor(accounts.staff(self.clinic.practice, [Role.COMPLIANCE], at=self.at))
        reader = accounts.staff(self.clinic.practice, [Role.THERAPIST], at=self.at)
        return notes.release_asked(SimpleNamespace(members=self.clinic.members, compliance=another), reader, self.at)

    @cached_property
    def homework(self):
        return notes.homework(self.clinic, self.note, self.at)

    @cached_property
    def fact(self):
        from patients import actions

        return actions.add_allergy(
            patient=self.patient, by=self.clinic.nurse, at=self.at, substance="latex", severity="mild"
        )

    @cached_property
    def consent(self):
        return patients.consent(self.patient, self.clinic.nurse, self.at, scope="messages")

    @cached_property
    def correction(self):
        from patients import actions

        words = {"entry": "Allergy to latex", "wanted": "There is none"}
        return actions.request_correction(patient=self.patient, by=self.clinic.nurse, at=self.at, **words)

    @cached_property
    def emergency(self):
        """Opened by somebody outside the team who is none of the principals, and over."""
        from patients import actions

        somebody = accounts.actor(accounts.staff(self.clinic.practice, [Role.NURSE], at=self.at))
        access = patients.emergency(somebody, self.patient, self.at)
        return actions.close_emergency_access(access=access, by=somebody, at=self.at)

    @cached_property
    def unusual(self):
        from patients.models import UnusualLook

        about = {"practice": self.clinic.practice, "membership_id": self.clinic.nurse.membership_id}
        when = {"on_day": self.at.date(), "first_at": self.at, "found_at": self.at}
        return UnusualLook.objects.create(patient=self.patient, pattern="surname", **about, **when)

    @cached_property
    def role_request(self):
        from accounts.actions import request_roles

        another = accounts.actor(accounts.staff(self.clinic.practice, [Role.ADMIN], at=self.at))
        asked = {"membership": self.member, "by": another, "at": self.at, "roles": {Role.NURSE}}
        return request_roles(**asked)[0]

    @cached_property
    def token(self):
        accounts.api_token(self.clinic.nurse)
        return ApiToken.objects.get(membership=self.clinic.members["nurse"])

    @cached_property
    def sign_in(self):
        accounts.sign_in(Client(), self.clinic.nurse)
        return SignIn.objects.filter(user_id=self.clinic.nurse.user_id).first()

    @cached_property
    def passkey(self):
        user_id = self.clinic.nurse.user_id
        about = {"user_id": user_id, "credential_id": f"key{user_id.hex}A", "public_key": "AAAA"}
        return Passkey.objects.create(name="blue key", made_at=self.at, **about)

    @property
    def member(self):
        return self.clinic.members["therapist"]


def _same(names: str, arguments: Callable[[World], dict]) -> dict[str, Callable]:
    return dict.fromkeys(names.split(), arguments)


SAMPLES: dict[str, Callable[[World], dict]] = {
    # accounts
    **_same(
        "accounts:staff_member accounts:change_roles accounts:end_membership accounts:reset_password "
        "accounts:reset_factor accounts:end_staff_sign_ins",
        lambda world: {"pk": world.member.pk},
    ),
    "accounts:end_sign_in": lambda world: {"pk": world.sign_in.pk},
    "accounts:end_passkey": lambda world: {"pk": world.passkey.pk},
    **_same("accounts:approve_role accounts:refuse_role", lambda world: {"pk": world.role_request.pk}),
    "accounts:revoke_token": lambda world: {"pk": world.token.pk},
    # patients
    **_same(
        "patients:overview patients:edit patients:end_care patients:resume_care patients:facts "
        "patients:contraindications patients:answer_contraindications patients:consents patients:record_consent "
        "patients:access_report patients:team patients:add_to_team patients:series_list patients:open_series "
        "api:patient",
        lambda world: {"pk": world.patient.pk},
    ),
    **_same("patients:corrections patients:request_correction records:copy", lambda world: {"pk": world.patient.pk}),
    "patients:answer_correction": lambda world: {"pk": world.correction.pk},
    **_same("patients:close_emergency patients:emergency_access", lambda world: {"pk": world.emergency.pk}),
    "patients:acknowledge_unusual": lambda world: {"pk": world.unusual.pk},
    "patients:add_fact": lambda world: {"pk": world.patient.pk, "kind": "allergy"},
    "patients:end_fact": lambda world: {"pk": world.patient.pk, "kind": "allergy", "fact_pk": world.fact.pk},
    "patients:withdraw_consent": lambda world: {"pk": world.patient.pk, "consent_pk": world.consent.pk},
    "patients:remove_from_team": lambda world: {
        "pk": world.patient.pk,
        "membership_pk": world.clinic.therapist.membership_id,
    },
    **_same(
        "patients:series patients:change_series patients:close_series dosing:order_new dosing:order_preview",
        lambda world: {"pk": world.series.pk},
    ),
    # dosing
    **_same("dosing:lot dosing:containers dosing:transfer dosing:dispose", lambda world: {"pk": world.lot.pk}),
    "dosing:container": lambda world: {"pk": world.container.pk},
    **_same(
        "sessions:pack sessions:pack_progress sessions:approve_pack sessions:take_pack",
        lambda world: {"pk": world.pack.pk},
    ),
    **_same("dosing:sign dosing:settle_sign", lambda world: {"pk": world.sign.pk}),
    "dosing:count": lambda world: {"pk": world.stock_count.pk},
    **_same(
        "dosing:discrepancy dosing:discrepancy_note dosing:discrepancy_correct dosing:discrepancy_close",
        lambda world: {"pk": world.discrepancy.pk},
    ),
    "dosing:product_in_use": lambda world: {"pk": world.lot.product_id},
    **_same("dosing:limits_of_route dosing:limits_new", lambda world: {"route": "IM"}),
    **_same("dosing:order dosing:continue_plan", lambda world: {"pk": world.order.pk}),
    "dosing:patient_orders": lambda world: {"pk": world.patient.pk},
    # assessments
    **_same("assessments:of_patient assessments:give assessments:rate", lambda world: {"patient_id": world.patient.pk}),
    **_same(
        "assessments:trend assessments:plain_trend",
        lambda world: {"patient_id": world.risk_item.patient_id, "code": "PHQ9"},
    ),
    **_same(
        "assessments:set assessments:make_link assessments:tablet assessments:cancel_set",
        lambda world: {"pk": world.assessment_set.pk},
    ),
    "assessments:day_before": lambda world: {"pk": world.set_of_day_before.pk},
    "assessments:answer": lambda world: {"pk": world.assessment_set.pk, "code": "PHQ9"},
    "assessments:assessment": lambda world: {"pk": world.assessment.pk},
    **_same(
        "assessments:risk_item assessments:acknowledge_risk assessments:record_risk_contact assessments:close_risk",
        lambda world: {"pk": world.risk_item.pk},
    ),
    **_same(
        "assessments:own_versions assessments:own_retire assessments:own_draft assessments:own_begin "
        "assessments:own_details assessments:own_score assessments:own_publish",
        lambda world: {"code": world.questionnaire.code},
    ),
    "assessments:own_preview": lambda world: {"code": world.questionnaire.code, "version": 1},
    "assessments:own_add": lambda world: {"code": world.questionnaire.code, "form": "choice"},
    **_same(
        "assessments:own_question assessments:own_up assessments:own_down assessments:own_remove",
        lambda world: {"code": world.questionnaire.code, "key": "q1"},
    ),
    **_same(
        "assessments:licensed_of assessments:load_wording assessments:licensed_preview assessments:withdraw_wording",
        lambda world: {"code": world.wording.code},
    ),
    "api:patient_assessments": lambda world: {"pk": world.patient.pk},
    "api:assessment_submit": lambda world: {"pk": world.assessment_set.pk, "code": "PHQ9"},
    # follow-ups
    **_same(
        "followups:of_patient followups:pause followups:confirm_contact followups:text_status",
        lambda world: {"pk": world.patient.pk},
    ),
    "followups:resume": lambda world: {"pk": world.pause.pk},
    **_same(
        "followups:missed followups:take_missed followups:record_missed_call followups:close_missed",
        lambda world: {"pk": world.missed.pk},
    ),
    **_same("followups:change_point followups:switch_point", lambda world: {"pk": world.check_in.point_id}),
    **_same(
        "followups:check_in followups:send_now followups:send_again followups:confirm_delivery followups:hand_over "
        "followups:cancel api:check_in",
        lambda world: {"pk": world.check_in.pk},
    ),
    # integration notes
    "notes:of_patient": lambda world: {"pk": world.patient.pk},
    "notes:new": lambda world: {"pk": world.session.pk},
    **_same(
        "notes:note notes:edit notes:autosave notes:sign notes:add_addendum notes:set_homework",
        lambda world: {"pk": world.note.pk},
    ),
    "notes:private_about": lambda world: {"pk": world.patient.pk},
    **_same(
        "notes:private_note notes:private_edit notes:private_autosave notes:private_sign notes:private_addendum",
        lambda world: {"pk": world.private_note.pk},
    ),
    "notes:approve_release": lambda world: {"pk": world.release.pk},
    "notes:finish_homework": lambda world: {"pk": world.homework.pk},
    # portal
    **_same("portal:part portal:keep", lambda world: {"number": 1}),
    # sessions
    **_same(
        "sessions:dosing_record sessions:review_dosing_record sessions:ask_about_dosing_record api:session "
        "api:session_timeline api:session_readings api:session_alarm_answers "
        "api:session_not_taken api:session_observations api:session_adverse_events api:session_scales "
        "api:session_room_entries api:session_rescue_drugs api:session_room_consents api:session_withdrawals "
        "api:session_doses api:session_discharge api:session_waivers api:dosing_record",
        lambda world: {"pk": world.session.pk},
    ),
    **_same("sessions:of_patient", lambda world: {"patient_id": world.patient.pk}),
    **_same("sessions:schedule", lambda world: {"series_id": world.series.pk}),
    **_same(
        "sessions:session sessions:live sessions:signature sessions:questionnaires sessions:abort sessions:check_in "
        "sessions:roster sessions:ready sessions:give_dose sessions:recovery sessions:reading sessions:observation "
        "sessions:stop_early "
        "sessions:alarms sessions:grade_reading "
        "sessions:room_entry sessions:rescue_drug sessions:room_consent sessions:not_taken "
        "sessions:adverse_event sessions:discharge sessions:sign sessions:addendum "
        "sessions:offline_choices "
        "sessions:reschedule",
        lambda world: {"pk": world.session.pk},
    ),
    **_same("followups:measuring_of followups:measuring_new", lambda world: {"about": "ALL"}),
    **_same("sessions:monitoring_of sessions:monitoring_new", lambda world: {"about": "pressure"}),
    **_same("sessions:summary sessions:summary_pdf sessions:rems_check", lambda world: {"pk": world.session.pk}),
    **_same("sessions:rems sessions:submit_rems api:session_rems", lambda world: {"pk": world.esketamine.pk}),
    "sessions:room_in_use": lambda world: {"pk": world.clinic.practice.rooms.first().pk},
    "sessions:call_off": lambda world: {"pk": world.session.pk, "how": "cancel"},
    "sessions:waive": lambda world: {"pk": world.session.pk, "code": "WALKS"},
    "sessions:override": lambda world: {"pk": world.session.pk, "code": "PRE_ASSESSMENT_MISSING"},
    **_same(
        "sessions:change_infusion sessions:end_infusion sessions:correct_dose_time api:session_dose_times",
        lambda world: {"pk": world.session.pk, "administration_id": world.administration.pk},
    ),
    **_same(
        "sessions:remainder sessions:unwitnessed",
        lambda world: {"pk": world.session.pk, "draw_id": world.administration.draw_id},
    ),
    "sessions:keep": lambda world: {"pk": world.session.pk, "what": "observation"},
    "sessions:scale": lambda world: {"pk": world.session.pk, "instrument": "RASS"},
    **_same(
        "sessions:correct_entry sessions:withdraw_entry",
        lambda world: {
            "pk": world.room_entry.session_id,
            "entry_kind": "room_entry",
            "entry_id": world.room_entry.pk,
        },
    ),
    "sessions:correct_reading": lambda world: {"pk": world.session.pk, "reading_id": world.reading.pk},
}

# Addresses of one's own things: everybody else gets 404.
OWNERS = {
    **dict.fromkeys(("accounts:revoke_token", "accounts:end_sign_in", "accounts:end_passkey"), "nurse"),
    "patients:close_emergency": "who opened it",
    "sessions:take_pack": "compliance",
}

# Values that lead to a patient's link pages; an unknown token gets the same page as an expired one.
LINK_TOKEN = {"token": "x" * 43}


def sample(world: World, name: str, arguments) -> dict | None:
    """The arguments for an address, or None when nobody said which."""
    if not arguments:
        return {}
    if arguments == {"token"}:
        return LINK_TOKEN
    make = SAMPLES.get(name)
    return make(world) if make else None
