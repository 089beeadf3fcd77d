"""What the made-up practice wrote itself: a form that is given, one in the making, one retired; and made-up texts under
a made-up licence, which stand in no real form."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.actor import Actor
from accounts.roles import Role
from assessments.actions import (
    change_questionnaire,
    load_wording,
    publish_questionnaire,
    retire_questionnaire,
    start_questionnaire,
    start_version,
)
from assessments.catalogue import get_instrument
from assessments.licensed import Wording
from assessments.models import PracticeQuestionnaire
from demo.clinic import DemoClinic

ROOM, SLEEP = "OWN-1", "OWN-2"
_NUMBER = {"form": "number", "low": 0, "high": 10, "unit": ""}
_CHOICE = {"form": "choice", "counts": True}
ROOM_QUESTIONS = (
    _NUMBER
    | {"text": "How safe did you feel today?", "counts": True, "low_words": "not at all", "high_words": "entirely"},
    _CHOICE
    | {
        "text": "How was the music for you?",
        "options": [
            {"points": 0, "label": "It disturbed me"},
            {"points": 2, "label": "Neither good nor bad"},
            {"points": 4, "label": "It carried me"},
        ],
    },
    {"form": "yes_no", "text": "Was somebody there whenever you needed it?", "counts": False},
    {"form": "text", "text": "What should we do differently next time?", "counts": False},
)
ROOM_SCORE = {
    "direction": "higher_better",
    "bands": [{"low": 0, "high": 6, "label": "talk about it"}, {"low": 7, "high": 14, "label": "felt well held"}],
}
SLEEP_QUESTIONS = (
    {
        **_NUMBER,
        "text": "How many hours did you sleep last night?",
        "high": 14,
        "unit": "hours",
        "counts": False,
        "low_words": "",
        "high_words": "",
    },
)


def write_questionnaires(clinic: DemoClinic, at: datetime) -> None:
    admin = clinic.one(Role.ADMIN)
    room = _written(admin, at, "The room and the music", "About today's session.", "today", ROOM_QUESTIONS, ROOM_SCORE)
    _published(room, admin, at)
    sleep = _written(admin, at, "Sleep last night", "", "today", SLEEP_QUESTIONS, None)
    _published(sleep, admin, at)
    instrument = get_instrument("SDS")
    load_wording(
        by=admin,
        at=at,
        code=instrument.code,
        wording=Wording({item.key: f"Made-up question about {item.label}?" for item in instrument.items}, {}),
        licence_holder="Made-up Press",
        licence_reference="No. 0000, for the demonstration",
        licensed_on=at.date() - timedelta(days=10),
        is_attested=True,
    )


def go_on_writing(clinic: DemoClinic, opened: datetime) -> Iterator[datetime]:
    """Three weeks later one is given no more, and somebody begins to word it anew."""
    at = opened + timedelta(days=21)
    yield at
    retire_questionnaire(by=clinic.one(Role.ADMIN), at=at, code=SLEEP, reason="The nurse asks this at check-in")
    prescriber = clinic.one(Role.PRESCRIBER)
    draft = start_version(by=prescriber, at=at, code=SLEEP)
    clearer = draft.definition["questions"][0] | {"text": "How many hours did you sleep, all in all?"}
    woken = {"key": "q2", "form": "yes_no", "text": "Were you woken in the night?", "counts": False}
    _changed(draft, prescriber, at, questions=[clearer, woken])


def _written(by: Actor, at, name: str, instructions: str, recall: str, questions, score) -> PracticeQuestionnaire:
    draft = start_questionnaire(by=by, at=at, name=name, instructions=instructions, recall=recall)
    keyed = [question | {"key": f"q{number}"} for number, question in enumerate(questions, start=1)]
    return _changed(draft, by, at, questions=keyed, score=score)


def _changed(draft: PracticeQuestionnaire, by: Actor, at, **changed) -> PracticeQuestionnaire:
    definition = draft.definition | changed
    return change_questionnaire(
        questionnaire=draft, by=by, at=at, name=draft.name, definition=definition, revision=draft.revision
    )


def _published(draft: PracticeQuestionnaire, by: Actor, at) -> None:
    publish_questionnaire(questionnaire=draft, by=by, at=at, revision=draft.revision)


def room_answers(doses: float) -> dict:
    """Believable answers after so many doses: the room becomes familiar."""
    trust = min(int(doses), 4)
    words = {0: "Please say when you dim the light.", 1: "Softer music at the beginning.", 3: "A second blanket."}
    answers = {"q1": 5 + trust, "q2": 2 if trust < 2 else 4, "q3": 1}
    return answers | ({"q4": words[trust]} if trust in words else {})
