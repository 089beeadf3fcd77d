"""Every action refuses whoever lacks its right, behind no view: other roles, people off the team, other practices (R2).

The right is read from the action's own source. Whatever it needs besides its subject is left empty: the right is asked
first, so that nobody without it learns what was wrong with the rest.
"""

import inspect
import re
from dataclasses import replace
from importlib import import_module
from uuid import uuid4

import pytest

from accounts import actions as account_actions
from accounts.actor import system_actor
from accounts.models import Membership
from accounts.roles import Permission, Role, Scope, access_table
from common.errors import InvalidInput, NotPermitted, OutOfScope
from dosing.actions._sheet import claim
from dosing.models import DosingRecord
from integration_notes import actions as note_actions
from patients import actions as patient_actions
from patients.models import EmergencyAccess
from sessions_app import actions as session_actions
from sessions_app.session_facts import administration_of, draw_of
from tests.builders import accounts, sessions
from tests.builders.matrix import SAMPLES, World
from tests.sweeps.test_actions_audit import ACTIONS

pytestmark = pytest.mark.django_db
ASKS = re.compile(r"(?:authorize\(\s*by,\s*|by\.require\()Permission\.(\w+)")
SUBJECTS = {
    "patient": lambda world: world.patient,
    "session": lambda world: world.session,
    "series": lambda world: world.series,
    "order": lambda world: world.order,
    "replaces": lambda world: world.order,
    "lot": lambda world: world.lot,
    "product": lambda world: world.lot.product,
    "dosing_record": lambda world: world.administration.dosing_record,
    "administration": lambda world: world.administration,
    "assessment_set": lambda world: world.assessment_set,
    "assessment": lambda world: world.assessment,
    "risk_item": lambda world: world.risk_item,
    "item": lambda world: world.risk_item,
    "check_in": lambda world: world.check_in,
    "point": lambda world: world.check_in.point,
    "pause": lambda world: world.pause,
    "task": lambda world: world.missed,
    "note": lambda world: world.note,
    "homework": lambda world: world.homework,
    "release": lambda world: world.release,
    "fact": lambda world: world.fact,
    "consent": lambda world: world.consent,
    "request": lambda world: world.correction,
    "correction": lambda world: world.correction,
    "access": lambda world: world.emergency,
    "look": lambda world: world.unusual,
    "membership": lambda world: world.member,
    "practice": lambda world: world.clinic.practice,
    "practice_id": lambda world: world.clinic.practice.pk,
    "room": lambda world: world.clinic.practice.rooms.first(),
    "reading": lambda world: world.reading,
    "discrepancy": lambda world: world.discrepancy,
    "finding": lambda world: world.sign,
    "pack": lambda world: world.pack,
    "rems_form": lambda world: world.rems_form,
    "draw": lambda world: world.administration.draw,
    "author": lambda world: world.member,
    "questionnaire": lambda world: world.questionnaire,
}
TYPED = {"password": accounts.PASSWORD, "route": "IM"}


def permission_of(action) -> str | None:
    found = set(ASKS.findall(inspect.getsource(action)))
    return found.pop() if len(found) == 1 else None


def offered() -> list:
    found = []
    for one in ACTIONS:
        action = getattr(import_module(f"{one.app}.actions"), one.name, None)
        if action and permission_of(action):
            found.append(action)
    return found


OFFERED = offered()


@pytest.fixture(scope="module")
def world(shared) -> World:
    def make():
        made = World()
        for subject in (*SAMPLES.values(), *SUBJECTS.values()):
            subject(made)
        return made

    return shared(make)


def _asked(world: World, action) -> dict:
    """Its subjects from the world, everything else it needs empty."""
    wanted = inspect.signature(inspect.unwrap(action)).parameters.values()
    needed = [one for one in wanted if one.default is one.empty and one.kind is one.KEYWORD_ONLY]
    asked = {}
    for one in needed:
        is_subject = one.name in SUBJECTS and one.annotation is not str
        asked[one.name] = SUBJECTS[one.name](world) if is_subject else TYPED.get(one.name)
    return {name: value for name, value in asked.items() if name not in ("by", "at")}


def _without_right(world: World, permission: Permission, subjects: set[str]) -> dict[str, object]:
    scopes = access_table()[permission]
    found = {who: actor for who, actor in world.principals.items() if not any(role in scopes for role in actor.roles)}
    if subjects:
        found["elsewhere"] = world.principals["elsewhere"]
    if Scope.PRACTICE not in scopes.values() and subjects & ABOUT_A_PATIENT:
        found["off_team"] = world.principals["off_team"]
    return found


def _is_refused(act, asked: dict) -> bool:
    try:
        act(**asked)
    except (NotPermitted, OutOfScope):
        return True
    return False


OF_THE_PRACTICE = {"practice", "practice_id", "membership", "lot", "product", "room", "point", "author"}
OF_THE_PRACTICE |= {"discrepancy", "finding", "pack", "questionnaire"}
ABOUT_A_PATIENT = set(SUBJECTS) - OF_THE_PRACTICE


@pytest.mark.parametrize("action", OFFERED, ids=lambda action: f"{action.__module__.split('.')[0]}.{action.__name__}")
def test_whoever_lacks_the_right_is_refused(world, action):
    permission = Permission[permission_of(action)]
    asked = _asked(world, action)
    subjects = {name for name, value in asked.items() if name in SUBJECTS and value is not None}
    refused = _without_right(world, permission, subjects)
    assert refused, f"nobody lacks {permission.value}"
    for who, actor in refused.items():
        assert _is_refused(action, {"by": actor, "at": world.at, **asked}), f"{action.__name__} lets {who} in"


def test_most_actions_are_asked():
    assert len(OFFERED) >= 60


def test_own_things_are_ended_by_oneself(world):
    """R32: somebody else's sign-in, token and passkey do not exist, whatever the role."""
    by, at = world.clinic.therapist, world.at
    for end, thing in (
        (account_actions.end_sign_in, {"sign_in": world.sign_in}),
        (account_actions.revoke_token, {"token": world.token}),
        (account_actions.end_passkey, {"passkey": world.passkey, "password": accounts.PASSWORD}),
    ):
        with pytest.raises(OutOfScope):
            end(by=by, at=at, **thing)


def test_a_token_belongs_to_somebody(world):
    with pytest.raises(NotPermitted):
        account_actions.issue_token(by=system_actor("robot", world.clinic.practice.pk), at=world.at, name="robot")


def test_an_emergency_access_is_closed_by_its_person_and_reviewed_by_another(world):
    """R13."""
    with pytest.raises(NotPermitted):
        patient_actions.close_emergency_access(access=world.emergency, by=world.principals["off_team"], at=world.at)
    reviewer = world.clinic.compliance
    EmergencyAccess.objects.filter(pk=world.emergency.pk).update(membership_id=reviewer.membership_id)
    access = EmergencyAccess.objects.get(pk=world.emergency.pk)
    with pytest.raises(NotPermitted):
        patient_actions.review_emergency_access(
            access=access, by=reviewer, at=world.at, outcome="justified", review_words="It was me."
        )


def test_a_release_concerns_neither_who_asks_nor_another_practice(world):
    """R10: and nothing is asked without the password."""
    both = accounts.staff(world.clinic.practice, [Role.COMPLIANCE, Role.THERAPIST], at=world.at)
    colleague = accounts.staff(world.clinic.practice, [Role.THERAPIST], at=world.at)
    asked = {"at": world.at, "reason": "Order of the district court", "reader": colleague}
    with pytest.raises(NotPermitted):
        note_actions.request_private_release(
            author=world.member, by=accounts.actor(both), password=accounts.PASSWORD, **{**asked, "reader": both}
        )
    stranger = Membership.objects.get(pk=world.principals["elsewhere"].membership_id)
    with pytest.raises(OutOfScope):
        note_actions.request_private_release(
            author=stranger, by=world.clinic.compliance, password=accounts.PASSWORD, **asked
        )
    with pytest.raises(InvalidInput):
        note_actions.request_private_release(author=world.member, by=world.clinic.compliance, password="wrong", **asked)


def test_two_passwords_take_a_factor_away(world):
    """R23: the own one, too."""
    second = accounts.staff(world.clinic.practice, [Role.ADMIN], at=world.at)
    with pytest.raises(InvalidInput):
        account_actions.reset_staff_factor(
            membership=world.member,
            by=world.clinic.admin,
            at=world.at,
            password="wrong",
            email=second.user.email,
            second_password=accounts.PASSWORD,
        )


def test_a_session_is_called_off_by_who_plans_it(world):
    """R2: both ways of calling off share one check."""
    asked = {"session": world.session, "at": world.at, "reason": "The patient asked for another day"}
    for act in (session_actions.cancel_session, session_actions.mark_no_show):
        for by in (world.clinic.therapist, world.principals["elsewhere"], world.principals["off_team"]):
            with pytest.raises((NotPermitted, OutOfScope)):
                act(by=by, **asked)


def test_letting_go_needs_the_right_to_discharge_first(world):
    """R2: also where it is not against advice, which asks for a right of its own."""
    answers = dict.fromkeys(
        ("is_oriented", "walks_unaided", "dissociation_resolved", "nausea_controlled", "no_suicidal_intent"), True
    )
    for by in (world.clinic.therapist, world.clinic.admin, world.principals["off_team"]):
        with pytest.raises((NotPermitted, OutOfScope)):
            session_actions.discharge_patient(
                session=world.session,
                by=by,
                at=world.at,
                **dict.fromkeys(ALDRETE, 2),
                **answers,
                escort_present=True,
                escort_name="Ada Escort",
                instructions_given=True,
            )


ALDRETE = [f"aldrete_{item}" for item in ("activity", "respiration", "circulation", "consciousness", "oxygen")]


def test_a_private_note_is_begun_about_patients_of_ones_own_team(world):
    """R10: a therapist off the team begins none, and somebody who is a therapist no more saves none."""
    stranger = world.principals["off_team"]
    with pytest.raises((NotPermitted, OutOfScope)):
        note_actions.start_private_note(patient=world.patient, by=stranger, at=world.at)
    no_more = replace(world.clinic.therapist, roles=(Role.NURSE,))
    with pytest.raises(NotPermitted):
        note_actions.save_private_note(
            note=world.private_note, by=no_more, at=world.at, title="Mine", text="words", tags=[], version=1
        )


def test_an_emergency_access_is_closed_by_a_clinician(world):
    """R13: whoever lost the role since does not act any more; the access ends by itself."""
    opener = accounts.actor(Membership.objects.get(pk=EmergencyAccess.objects.get(pk=world.emergency.pk).membership_id))
    with pytest.raises(NotPermitted):
        patient_actions.close_emergency_access(
            access=world.emergency, by=replace(opener, roles=(Role.ADMIN,)), at=world.at
        )


def test_what_was_drawn_and_given_belongs_to_its_session(world):
    """R3: an administration or a draw of one session does not exist for another."""
    other = sessions.dosed_session(world.clinic, world.at)
    with pytest.raises(OutOfScope):
        administration_of(other, world.administration.pk)
    with pytest.raises(OutOfScope):
        draw_of(other, world.administration.draw_id)
    with pytest.raises(OutOfScope):
        claim(DosingRecord(pk=uuid4()))
