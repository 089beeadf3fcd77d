"""A practice writes a questionnaire of its own: a draft, its publication as a version that stays, its retirement."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.access import authorize
from accounts.roles import Permission
from assessments.hooks import in_use
from assessments.models import PracticeQuestionnaire, QuestionnaireRetirement
from assessments.practice_catalogue import catalogue_of
from assessments.practice_made import (
    CODE_PREFIX,
    EMPTY,
    Definition,
    faults_of_draft,
    faults_to_publish,
    is_practice_made,
)
from common import audit
from common.errors import InvalidInput, OutOfScope, StaleState

CHANGED = "Somebody changed this draft first. Nothing was saved; reload to see it."


@transaction.atomic
def start_questionnaire(*, by, at: datetime, name: str, instructions: str, recall: str) -> PracticeQuestionnaire:
    """The draft of a new questionnaire, without questions yet. Raises InvalidInput."""
    role = authorize(by, Permission.EDIT_QUESTIONNAIRES, practice_id=by.practice_id)
    definition = EMPTY | {"instructions": instructions.strip(), "recall": recall}
    _refuse(faults_of_draft(name, definition))
    made = PracticeQuestionnaire.objects.filter(practice_id=by.practice_id)
    code = f"{CODE_PREFIX}{made.values('code').distinct().count() + 1}"
    return _store_draft(by, at, role, code=code, version=1, name=name.strip(), definition=definition)


@transaction.atomic
def start_version(*, by, at: datetime, code: str) -> PracticeQuestionnaire:
    """The draft of the next version, as the newest one stands; the one there is, when somebody began it already."""
    role = authorize(by, Permission.EDIT_QUESTIONNAIRES, practice_id=by.practice_id)
    newest = PracticeQuestionnaire.objects.filter(practice_id=by.practice_id, code=code).order_by("-version").first()
    if newest is None:
        raise OutOfScope("assessments.practicequestionnaire")
    if not newest.is_published:
        return newest
    values = {"name": newest.name, "definition": newest.definition}
    return _store_draft(by, at, role, code=code, version=newest.version + 1, **values)


def _store_draft(by, at: datetime, role, **values) -> PracticeQuestionnaire:
    draft = PracticeQuestionnaire(practice_id=by.practice_id, drafted_at=at, **values)
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState("Somebody began a questionnaire in this moment. Try again.") from error
    detail = {"code": draft.code, "version": draft.version}
    audit.record(by, "assessments.start_questionnaire", at=at, subject=draft, role=role, detail=detail)
    return draft


@transaction.atomic
def change_questionnaire(
    *, questionnaire: PracticeQuestionnaire, by, at: datetime, name: str, definition: Definition, revision: int
) -> PracticeQuestionnaire:
    """Keep a draft as it is now. `revision` is the one it was read at.

    Raises InvalidInput by field, StaleState when somebody changed or published it meanwhile.
    """
    role = authorize(by, Permission.EDIT_QUESTIONNAIRES, practice_id=questionnaire.practice_id)
    _refuse(faults_of_draft(name, definition))
    _hold(questionnaire, revision, name=name.strip(), definition=definition, drafted_at=at)
    detail = {"revision": revision + 1, "questions": len(definition["questions"])}
    audit.record(by, "assessments.change_questionnaire", at=at, subject=questionnaire, role=role, detail=detail)
    questionnaire.refresh_from_db()
    return questionnaire


@transaction.atomic
def publish_questionnaire(
    *, questionnaire: PracticeQuestionnaire, by, at: datetime, revision: int, note: str = ""
) -> PracticeQuestionnaire:
    """From now on this version is given; it never changes again. A version after the first says what changed.

    Raises InvalidInput with everything that is missing, StaleState when it is published or was changed meanwhile.
    """
    role = authorize(by, Permission.EDIT_QUESTIONNAIRES, practice_id=questionnaire.practice_id)
    missing = faults_to_publish(questionnaire.definition)
    if missing:
        raise InvalidInput({"": missing})
    if questionnaire.version > 1 and not 10 <= len(note.strip()) <= 300:
        raise InvalidInput({"note": "Say what changed and why, in 10 to 300 characters."})
    _hold(questionnaire, revision, set_at=at, set_by_id=by.membership_id, note=note.strip())
    detail = {"code": questionnaire.code, "version": questionnaire.version}
    audit.record(by, "assessments.publish_questionnaire", at=at, subject=questionnaire, role=role, detail=detail)
    questionnaire.refresh_from_db()
    return questionnaire


def _hold(questionnaire: PracticeQuestionnaire, revision: int, **change) -> None:
    drafts = PracticeQuestionnaire.objects.filter(pk=questionnaire.pk, set_at=None, revision=revision)
    if not drafts.update(revision=F("revision") + 1, **change):
        raise StaleState(CHANGED)


@transaction.atomic
def retire_questionnaire(*, by, at: datetime, code: str, reason: str) -> QuestionnaireRetirement:
    """Nobody is given it any more; what was given can still be answered, and answers stay.

    Raises InvalidInput while settings of the practice still ask for it, StaleState when it is retired already.
    """
    role = authorize(by, Permission.EDIT_QUESTIONNAIRES, practice_id=by.practice_id)
    if not 10 <= len(reason.strip()) <= 300:
        raise InvalidInput({"reason": "Say why, in 10 to 300 characters."})
    if not (is_practice_made(code) and catalogue_of(by.practice_id).is_offered(code)):
        raise StaleState("This questionnaire is not given any more.")
    used = in_use.collect(practice_id=by.practice_id, code=code)
    if used:
        raise InvalidInput(f"It is still asked for by: {', '.join(used)}. Take it out there first.")
    row = QuestionnaireRetirement(
        practice_id=by.practice_id, code=code, set_at=at, set_by_id=by.membership_id, reason=reason.strip()
    )
    row.save(force_insert=True)
    audit.record(by, "assessments.retire_questionnaire", at=at, subject=row, role=role, detail={"code": code})
    return row


def _refuse(faults: dict[str, str]) -> None:
    if faults:
        raise InvalidInput(faults)
