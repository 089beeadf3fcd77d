"""Questionnaires, links and risk items for tests, made through the app's own actions."""

from datetime import UTC, datetime, timedelta

from accounts.actor import Actor
from assessments import actions
from assessments.catalogue import get_instrument
from assessments.drafts import draft_of
from assessments.licensed import ALL, Wording
from assessments.models import (
    AnswerLink,
    Assessment,
    AssessmentSet,
    DayBefore,
    LicensedWording,
    PracticeQuestionnaire,
    RiskItem,
)

AT = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
OWN_QUESTIONS = (
    {
        "form": "choice",
        "text": "How was the music?",
        "counts": True,
        "options": [{"points": 0, "label": "Too loud"}, {"points": 3, "label": "Just right"}],
    },
    {
        "form": "number",
        "text": "How safe did the room feel?",
        "counts": True,
        "low": 0,
        "high": 10,
        "unit": "",
        "low_words": "not at all",
        "high_words": "very",
    },
    {"form": "yes_no", "text": "Was the light right?", "counts": False},
    {"form": "text", "text": "What would you change?", "counts": False},
)
OWN_SCORE = {"direction": "higher_better", "bands": [{"low": 0, "high": 6, "label": "uneasy"}]}
CALM_ASQ = {"q1": 0, "q2": 0, "q3": 0, "q4": 0}


def given_set(patient, by, at: datetime = AT, instruments=("PHQ9", "GAD7"), **more) -> AssessmentSet:
    """A set handed to the patient; `by` is a clinician on the care team."""
    values = {"occasion": "pre", "due_at": at + timedelta(days=1), **more}
    return actions.give_assessments(patient=patient, by=by, at=at, instruments=list(instruments), **values)


def link(assessment_set, by, at: datetime = AT, channel: str = "handed", days: int = 7) -> tuple[AnswerLink, str]:
    """A live link and its token."""
    return actions.make_link(
        assessment_set=assessment_set, by=by, at=at, channel=channel, expires_at=at + timedelta(days=days)
    )


def lowest_answers(code: str, **changed) -> dict:
    """The first choice (or lowest number) of every question that has to be answered; `changed` overrides some."""
    instrument = get_instrument(code)
    answers = {}
    for item in instrument.items:
        if item.ask_if is None:
            told = [one.low if one.is_range else one.options[0].value for one in item.questions]
            answers[item.key] = told if item.parts else told[0]
    return {**answers, **changed}


def answered(assessment_set, code: str, by, at: datetime = AT, **changed) -> Assessment:
    """One questionnaire of the set submitted by a clinician."""
    draft = draft_of(AssessmentSet.objects.get(pk=assessment_set.pk), code, at)
    return actions.submit_assessment(assessment=draft, by=by, at=at, answers=lowest_answers(code, **changed))


def answered_set(patient, by, at: datetime = AT, answers: dict[str, dict] | None = None, **more) -> AssessmentSet:
    """A whole set answered; `answers` maps an instrument to the answers that differ from the lowest."""
    answers = answers or {"PHQ9": {}}
    given = given_set(patient, by, at, instruments=tuple(answers), **more)
    for code, changed in answers.items():
        answered(given, code, by, at, **changed)
    given.refresh_from_db()
    return given


DAY_BEFORE = {
    "will_fast": True,
    "medicines_changed": False,
    "has_driver": True,
    "driver_name": "Alex Driver",
    "driver_phone": "555 010 0188",
}
CHANGED = {"medicines_changed": True, "medicines_note": "Sertraline raised to 100 mg"}


def told_day_before(assessment_set, by, at: datetime = AT, **changed) -> DayBefore:
    """What the patient says on the day before, told to a clinician."""
    return actions.tell_day_before(assessment_set=assessment_set, by=by, at=at, **{**DAY_BEFORE, **changed})


def risk_item(patient, by, at: datetime = AT, urgent: bool = True) -> RiskItem:
    """An open item from a positive answer on item 9."""
    given = answered_set(patient, by, at, {"PHQ9": {"q9": 3 if urgent else 1}})
    return RiskItem.objects.get(assessment__assessment_set=given)


def on_call(clinic, *people, at: datetime = AT, step_minutes: int = 15, contact_minutes: int = 60) -> list:
    """The practice's on-call list, set by its admin; `people` are memberships or actors in order."""
    keys = [person.membership_id if isinstance(person, Actor) else person.pk for person in people]
    limits = {"step_minutes": step_minutes, "contact_minutes": contact_minutes}
    return actions.set_on_call(by=clinic.admin, at=at, people=keys, **limits)


def own_draft(by, at: datetime = AT, questions=OWN_QUESTIONS, score=OWN_SCORE, **heading) -> PracticeQuestionnaire:
    """A draft of the practice's own questionnaire; its questions get the keys q1, q2 …"""
    values = {"name": "The room", "instructions": "About today.", "recall": "today", **heading}
    draft = actions.start_questionnaire(by=by, at=at, **values)
    keyed = [question | {"key": f"q{number}"} for number, question in enumerate(questions, start=1)]
    return changed_draft(draft, by, at, questions=keyed, score=score)


def changed_draft(draft, by, at: datetime = AT, **changed) -> PracticeQuestionnaire:
    return actions.change_questionnaire(
        questionnaire=draft,
        by=by,
        at=at,
        name=draft.name,
        definition=draft.definition | changed,
        revision=draft.revision,
    )


def own_questionnaire(by, at: datetime = AT, **more) -> PracticeQuestionnaire:
    """A published one."""
    return published(own_draft(by, at, **more), by, at)


def published(draft, by, at: datetime = AT, note: str = "Asked in clearer words") -> PracticeQuestionnaire:
    return actions.publish_questionnaire(questionnaire=draft, by=by, at=at, revision=draft.revision, note=note)


def made_up_wording(code: str) -> Wording:
    """Texts that stand in no real form."""
    instrument = get_instrument(code)
    values = {str(option.value) for item in instrument.questions for option in item.options}
    labels = {ALL: {value: f"made-up answer {value}" for value in values}} if values else {}
    return Wording({item.key: f"Made-up question {item.key}?" for item in instrument.questions}, labels)


def loaded_wording(by, at: datetime = AT, code: str = "BDI2", **more) -> LicensedWording:
    values = {
        "wording": more.pop("wording", None) or made_up_wording(code),
        "licence_holder": "Made-up Press",
        "licence_reference": "No. 1234",
        "licensed_on": at.date() - timedelta(days=30),
        "is_attested": True,
        **more,
    }
    return actions.load_wording(by=by, at=at, code=code, **values)
