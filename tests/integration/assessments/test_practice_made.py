"""Questionnaires that a practice writes: versions that stay, other practices that see nothing, the same engine."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.drafts import draft_of, new_draft
from assessments.models import Assessment, AssessmentSet, PracticeQuestionnaire, RiskItem
from assessments.practice_catalogue import catalogue_of
from assessments.trend import trend_of
from common.errors import InvalidInput, OutOfScope, StaleState
from common.models import AuditEvent
from portal.record_copy import copy_of
from tests.builders import accounts
from tests.builders import assessments as build

NOW = timezone.now
ANSWERS = {"q1": 3, "q2": 5, "q3": 1, "q4": "Warmer blankets, please"}


@pytest.fixture
def own(clinic):
    return build.own_questionnaire(clinic.prescriber, NOW() - timedelta(days=40))


def answer_own(patient, by, at, **changed) -> Assessment:
    given = build.given_set(patient, by, at, instruments=("OWN-1",))
    return actions.submit_assessment(
        assessment=new_draft(given, "OWN-1", at), by=by, at=at, answers={**ANSWERS, **changed}
    )


def next_version(clinic, **changed) -> PracticeQuestionnaire:
    draft = actions.start_version(by=clinic.admin, at=NOW(), code="OWN-1")
    return build.published(build.changed_draft(draft, clinic.admin, NOW(), **changed), clinic.admin, NOW())


def text(answer) -> str:
    return answer.content.decode()


# versions


def test_answers_keep_the_version_they_were_given_on(clinic, patient, own):
    first = answer_own(patient, clinic.nurse, NOW() - timedelta(days=2))
    in_hand = build.given_set(patient, clinic.nurse, NOW(), instruments=("OWN-1",))
    asked = [own.definition["questions"][0] | {"text": "How loud was it?"}, own.definition["questions"][1]]
    second = next_version(clinic, questions=asked)

    assert (first.instrument_version, first.total, first.severity) == ("1", 8, "")
    catalogue = catalogue_of(clinic.practice.pk)
    assert catalogue.of(first).item("q1").text == "How was the music?"
    assert catalogue.in_set(in_hand, "OWN-1").item("q1").text == "How was the music?"
    assert draft_of(in_hand, "OWN-1", NOW()).instrument_version == "1"
    assert catalogue.get("OWN-1").item("q1").text == "How loud was it?"
    later = build.given_set(patient, clinic.nurse, NOW(), instruments=("OWN-1",))
    assert later.versions == {"OWN-1": str(second.version)} == {"OWN-1": "2"}


def test_a_published_version_never_changes(clinic, own):
    """R44: not by an action, not behind the code."""
    for act in (actions.change_questionnaire, actions.publish_questionnaire):
        values = {"name": "Other", "definition": own.definition} if act is actions.change_questionnaire else {}
        with pytest.raises(StaleState):
            act(questionnaire=own, by=clinic.admin, at=NOW(), revision=own.revision, **values)
    for change in ({"definition": {}}, {"name": "Forged"}, {"set_at": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PracticeQuestionnaire.objects.filter(pk=own.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        PracticeQuestionnaire.objects.filter(pk=own.pk)._raw_delete("default")
    own.refresh_from_db()
    assert own.name == "The room"


def test_a_draft_is_given_to_nobody(clinic, patient):
    build.own_draft(clinic.admin, NOW())
    with pytest.raises(InvalidInput, match="There is no questionnaire OWN-1"):
        build.given_set(patient, clinic.nurse, NOW(), instruments=("OWN-1",))


def test_a_change_of_the_draft_by_two_is_noticed(clinic):
    draft = build.own_draft(clinic.admin, NOW())
    old = PracticeQuestionnaire.objects.get(pk=draft.pk)
    build.changed_draft(draft, clinic.prescriber, NOW(), instructions="Mine")
    with pytest.raises(StaleState):
        build.changed_draft(old, clinic.admin, NOW(), instructions="Yours")
    with pytest.raises(StaleState):
        actions.publish_questionnaire(questionnaire=old, by=clinic.admin, at=NOW(), revision=old.revision)
    assert actions.start_version(by=clinic.admin, at=NOW(), code="OWN-1").pk == draft.pk


def test_a_later_version_says_what_changed(clinic, own):
    draft = actions.start_version(by=clinic.admin, at=NOW(), code="OWN-1")
    asked = {"questionnaire": draft, "by": clinic.admin, "at": NOW(), "revision": draft.revision}
    with pytest.raises(InvalidInput, match="Say what changed"):
        actions.publish_questionnaire(**asked, note="short")
    empty = build.changed_draft(draft, clinic.admin, NOW(), questions=[])
    with pytest.raises(InvalidInput, match="Add at least one question"):
        actions.publish_questionnaire(**asked | {"questionnaire": empty, "revision": empty.revision})
    assert draft.version == 2
    assert AuditEvent.objects.filter(action="assessments.publish_questionnaire").count() == 1


def test_retired_is_given_no_more_and_answered_to_the_end(clinic, patient, own):
    in_hand = build.given_set(patient, clinic.nurse, NOW(), instruments=("OWN-1",))
    reason = {"code": "OWN-1", "reason": "Nobody reads the answers"}
    actions.retire_questionnaire(by=clinic.admin, at=NOW(), **reason)
    with pytest.raises(InvalidInput, match="The room was retired"):
        build.given_set(patient, clinic.nurse, NOW(), instruments=("OWN-1",))
    with pytest.raises(StaleState):
        actions.retire_questionnaire(by=clinic.admin, at=NOW(), **reason)
    with pytest.raises(StaleState):
        actions.retire_questionnaire(by=clinic.admin, at=NOW(), **reason | {"code": "PHQ9"})
    row = actions.submit_assessment(
        assessment=new_draft(in_hand, "OWN-1", NOW()), by=clinic.nurse, at=NOW(), answers=ANSWERS
    )
    assert row.total == 8
    next_version(clinic)
    assert build.given_set(patient, clinic.nurse, NOW(), instruments=("OWN-1",)).versions == {"OWN-1": "2"}


def test_what_the_follow_up_plan_asks_for_is_not_retired(clinic, own):
    from followups.actions import add_point
    from followups.models import FollowUpPoint

    FollowUpPoint.objects.filter(practice=clinic.practice).update(is_active=False)
    more = {"window_before_h": 1, "window_after_h": 48}
    add_point(by=clinic.admin, at=NOW(), label="2 days", offset_hours=49, instruments=["OWN-1"], **more)
    with pytest.raises(InvalidInput, match="the check-in after 2 days"):
        actions.retire_questionnaire(by=clinic.admin, at=NOW(), code="OWN-1", reason="Nobody reads the answers")


# another practice


def test_another_practice_neither_sees_nor_gives_it(clinic, other_clinic, own, patient):
    assert PracticeQuestionnaire.objects.visible_to(other_clinic.admin).count() == 0
    assert "OWN-1" not in [each.code for each in catalogue_of(other_clinic.practice.pk).offered()]
    theirs = accounts.sign_in(Client(), other_clinic.members["admin"])
    for route, args in (("own_versions", ["OWN-1"]), ("own_preview", ["OWN-1", 1]), ("own_draft", ["OWN-1"])):
        assert theirs.get(reverse(f"assessments:{route}", args=args)).status_code == 404
    assert "The room" not in text(theirs.get(reverse("assessments:own")))
    with pytest.raises(OutOfScope):
        actions.start_version(by=other_clinic.admin, at=NOW(), code="OWN-1")
    with pytest.raises((InvalidInput, OutOfScope)):
        build.given_set(patient, other_clinic.nurse, NOW(), instruments=("OWN-1",))


def test_the_same_code_in_two_practices_is_two_questionnaires(clinic, other_clinic, own):
    build.own_questionnaire(other_clinic.admin, NOW(), name="Another thing")
    assert catalogue_of(clinic.practice.pk).name_of("OWN-1") == "The room"
    assert catalogue_of(other_clinic.practice.pk).name_of("OWN-1") == "Another thing"


# the same pages, trend, copy and API


def test_the_patient_answers_it_over_a_link(clinic, patient, own):
    given = build.given_set(patient, clinic.nurse, NOW(), instruments=("OWN-1", "SUDS"))
    _, token = build.link(given, clinic.nurse, NOW())
    phone, day = Client(), patient.birth_date
    phone.get(reverse("portal:open", args=[token]))
    phone.post(reverse("portal:birth_date"), {"month": day.month, "day": day.day, "year": day.year})
    part, keep = reverse("portal:part", args=[1]), reverse("portal:keep", args=[1])
    page = text(phone.get(part))
    assert "About today." in page
    assert "How was the music?" in page
    assert 'maxlength="2000"' in page
    assert "The room" not in page  # names stay with the clinic
    assert phone.post(keep, {"q4": "Warmer, please"}).status_code == 204
    assert "Warmer, please</textarea>" in text(phone.get(part))
    assert phone.post(part, {"q1": "3"}).status_code == 422
    assert phone.post(part, {"q1": "3", "q2": "9", "q3": "0", "q4": "Warmer, please"}).status_code == 303
    row = Assessment.objects.get(assessment_set=given, instrument="OWN-1")
    assert (row.total, row.answers["q4"], row.link_id is not None) == (12, "Warmer, please", True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM assessments_assessment WHERE instrument = 'OWN-1'")
        assert "Warmer" not in cursor.fetchone()[0]


def test_it_has_a_course_and_compares_only_what_scores_alike(clinic, patient, own):
    answer_own(patient, clinic.nurse, NOW() - timedelta(days=30), q2=2)
    answer_own(patient, clinic.nurse, NOW() - timedelta(days=20), q2=7)
    trend = trend_of(patient.pk, "OWN-1", actor=clinic.nurse)
    assert trend.latest.change.improvement == 5
    assert (trend.latest.change.is_response, trend.latest.change.is_reliable_improvement) == (None, None)
    browser = accounts.sign_in(Client(), clinic.nurse)
    page = text(browser.get(reverse("assessments:trend", args=[patient.pk, "OWN-1"])))
    assert "trend-own-1" in page
    assert "5 points better" in page
    plain = text(browser.get(reverse("assessments:plain_trend", args=[patient.pk, "OWN-1"])))
    assert "Your newest score is 10; it began at 5, better. Higher is better." in plain
    assert "trend-own-1" in plain
    asked = [own.definition["questions"][0] | {"counts": False}, *own.definition["questions"][1:]]
    next_version(clinic, questions=asked, score={"direction": "higher_worse", "bands": []})
    answer_own(patient, clinic.nurse, NOW())
    trend = trend_of(patient.pk, "OWN-1", actor=clinic.nurse)
    assert [point.is_comparable for point in trend.points] == [False, False, True]
    assert [point.change for point in trend.points] == [None, None, None]
    nurse = accounts.sign_in(Client(), clinic.nurse)
    page = text(nurse.get(reverse("assessments:trend", args=[patient.pk, "OWN-1"])))
    assert "The room" in page
    assert "Scored otherwise" in page


def test_it_is_read_over_the_api_and_in_the_copy(clinic, patient, own):
    row = answer_own(patient, clinic.nurse, NOW())
    api = Client(headers={"Authorization": f"Token {accounts.api_token(clinic.therapist)}"})
    listed = f"/api/v1/patients/{patient.pk}/assessments"
    (told,) = api.get(listed, {"instrument": "OWN-1"}).json()["results"]
    assert (told["answers"]["q4"], told["instrument_version"]) == ("Warmer blankets, please", "1")
    assert api.get(listed, {"instrument": "OWN-2"}).status_code == 422
    (part,) = [part for part in copy_of(patient) if part.title == "Questionnaires"]
    words = {name: words for name, _, _, words in part.rows[0]}
    assert (words["instrument"], words["instrument_version"]) == ("The room", "1")
    assert "How was the music?: Just right" in words["answers"]
    assert row.pk


def test_a_wish_to_be_called_is_read_beside_it(clinic, patient, own):
    given = build.given_set(patient, clinic.nurse, NOW(), instruments=("OWN-1",))
    draft = new_draft(given, "OWN-1", NOW())
    actions.submit_assessment(assessment=draft, by=clinic.nurse, at=NOW(), answers=ANSWERS, call_words="Please")
    nurse = accounts.sign_in(Client(), clinic.nurse)
    item = RiskItem.objects.get(assessment__assessment_set=given)
    assert nurse.get(reverse("assessments:risk_item", args=[item.pk])).status_code == 200


def test_many_own_questionnaires_cost_as_much_as_one(clinic, patient):
    def cost(address):
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get(address).status_code == 200
        return len(captured)

    def fill(count):
        codes = []
        for _ in range(count):
            row = build.own_questionnaire(clinic.admin, NOW())
            codes.append(row.code)
        given = build.given_set(patient, clinic.nurse, NOW(), instruments=tuple(codes))
        for code in codes[:-1]:
            draft = new_draft(AssessmentSet.objects.get(pk=given.pk), code, NOW())
            actions.submit_assessment(assessment=draft, by=clinic.nurse, at=NOW(), answers=ANSWERS)
        return given

    nurse = accounts.sign_in(Client(), clinic.nurse)
    given = fill(2)
    pages = [
        reverse("assessments:of_patient", args=[patient.pk]),
        reverse("assessments:set", args=[given.pk]),
        reverse("assessments:give", args=[patient.pk]),
        reverse("assessments:own"),
        reverse("assessments:own_versions", args=["OWN-1"]),
        reverse("patients:overview", args=[patient.pk]),
        reverse("followups:points"),
    ]
    few = [cost(page) for page in pages]
    fill(5)
    assert [cost(page) for page in pages] == few


# the pages


def test_an_admin_writes_looks_and_publishes(clinic):
    admin = accounts.sign_in(Client(), clinic.members["admin"])

    def go(route, *args, **told):
        return admin.post(reverse(f"assessments:{route}", args=args), told)

    def revision():
        return PracticeQuestionnaire.objects.get().revision

    assert reverse("assessments:own") in text(admin.get(reverse("accounts:home")))
    told = {"name": "Before the journey", "instructions": "Take your time.", "recall": "today"}
    assert "Enter a name." in text(go("own_new", **told | {"name": ""}))
    draft_page = go("own_new", **told)["Location"]
    assert draft_page == reverse("assessments:own_draft", args=["OWN-1"])
    assert "Add at least one question." in text(admin.get(draft_page))
    typed = {"text": "How do you feel?", "options": "0 = Calm\n2: Tense", "counts": "on"}
    refused = go("own_add", "OWN-1", "choice", revision=revision(), **typed)
    assert refused.status_code == 422
    assert "as points, an equals sign and words" in text(refused)
    assert "2: Tense" in text(refused)
    typed["options"] = "0 = Calm\n2 = Tense"
    go("own_add", "OWN-1", "choice", revision=revision(), **typed)
    go("own_add", "OWN-1", "number", revision=revision(), text="How much hope?", low=0, high=10, counts="on")
    go("own_add", "OWN-1", "yes_no", revision=revision(), text="Did you sleep?")
    go("own_add", "OWN-1", "text", revision=revision(), text="What do you hope for?")
    go("own_up", "OWN-1", "q4", revision=revision())
    go("own_remove", "OWN-1", "q3", revision=revision())
    go("own_score", "OWN-1", revision=revision(), direction="higher_worse", bands="0-5 = calm\n6-12 = tense")
    changed = typed | {"text": "How do you feel now?"}
    go("own_question", "OWN-1", "q1", revision=revision(), **changed)
    stale = go("own_details", "OWN-1", revision=1, **told | {"name": "Late"})
    assert stale.status_code == 409
    assert 'value="Late"' in text(stale)
    preview = text(admin.get(reverse("assessments:own_preview", args=["OWN-1", 1])))
    assert "How do you feel now?" in preview
    assert "Nothing you choose here is kept." in preview
    assert go("own_publish", "OWN-1", revision=1).status_code == 409
    assert go("own_publish", "OWN-1", revision=revision())["Location"] == reverse(
        "assessments:own_versions", args=["OWN-1"]
    )
    row = PracticeQuestionnaire.objects.get()
    assert [one["key"] for one in row.definition["questions"]] == ["q1", "q2", "q4"]
    assert (row.instrument.scoring.high, row.instrument.bands[1].label) == (12, "tense")
    assert admin.get(draft_page).status_code == 404
    assert go("own_begin", "OWN-1")["Location"] == draft_page
    assert go("own_retire", "OWN-1", reason="x").status_code == 422
    go("own_retire", "OWN-1", reason="It asks too much at once")
    assert "Retired" in text(admin.get(reverse("assessments:own")))


@pytest.mark.parametrize(("member", "may"), [("prescriber", True), ("admin", True), ("nurse", False)])
def test_who_writes_and_who_reads(clinic, own, member, may):
    browser = accounts.sign_in(Client(), clinic.members[member])
    assert browser.get(reverse("assessments:own")).status_code == 200
    assert browser.get(reverse("assessments:own_versions", args=["OWN-1"])).status_code == 200
    assert browser.get(reverse("assessments:own_new")).status_code == (200 if may else 403)
    assert browser.post(reverse("assessments:own_begin", args=["OWN-1"])).status_code == (302 if may else 403)


@pytest.mark.parametrize("path", ["own/OWN-1/draft/add/picture/", "own/OWN-1/draft/question/q9/", "own/OWN-9/draft/"])
def test_what_there_is_not_does_not_open(clinic, path):
    build.own_draft(clinic.admin, NOW())
    admin = accounts.sign_in(Client(), clinic.members["admin"])
    assert admin.get(reverse("assessments:own").removesuffix("own/") + path).status_code == 404


def test_who_gives_it_finds_it_in_the_list(clinic, patient, own):
    nurse = accounts.sign_in(Client(), clinic.nurse)
    told = {"occasion": "pre", "instruments": ["OWN-1"], "due_at": "2100-05-05T09:30"}
    assert "The room" in text(nurse.get(reverse("assessments:give", args=[patient.pk])))
    nurse.post(reverse("assessments:give", args=[patient.pk]), told)
    given = AssessmentSet.objects.get()
    page = text(
        nurse.post(
            reverse("assessments:answer", args=[given.pk, "OWN-1"]), {"q1": "3", "q2": "4", "q3": "1"}, follow=True
        )
    )
    assert "Version" in page
    assert "How was the music?" in page
