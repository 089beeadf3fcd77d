"""One set of questionnaires that a person may answer for, in a single query made once per choice of roles."""

from functools import lru_cache
from uuid import UUID

from accounts import emergency
from accounts.actor import Actor, stand_in
from accounts.roles import Permission, Role
from assessments.models import AssessmentSet
from common.errors import OutOfScope
from common.statements import Statement, columns_of, row_of
from patients.models import Patient
from patients.scope import one


def set_for(actor: Actor, pk: UUID) -> AssessmentSet:
    """The set with its patient, when the person may record answers for that patient; else OutOfScope."""
    if emergency.possible(actor) or not actor.can(Permission.RECORD_ASSESSMENT):
        return one(_visible(actor).select_related("patient"), pk=pk)
    found = _statement(actor.roles).rows(pk=pk, practice=actor.practice_id, membership=actor.membership_id)
    if not found:
        raise OutOfScope("assessments.assessmentset")
    own = len(columns_of(AssessmentSet))
    row, row.patient = row_of(AssessmentSet, found[0][:own]), row_of(Patient, found[0][own:])
    return row


def _visible(actor: Actor):
    return AssessmentSet.objects.visible_to(actor, Permission.RECORD_ASSESSMENT)


@lru_cache(maxsize=32)
def _statement(roles: tuple[Role, ...]) -> Statement:
    columns = columns_of(AssessmentSet) + columns_of(Patient, "patient__")

    def make(pk: UUID, practice: UUID, membership: UUID):
        return _visible(stand_in(roles, practice, membership)).filter(pk=pk).values_list(*columns)

    return Statement("answered_set", make, unless=("membership",), pk=UUID, practice=UUID, membership=UUID)
