"""Registries that higher apps fill when questionnaires arrive."""

from common.registry import Registry

# answer(assessment_set, by, at) -> list; asked inside the transaction that completes a set.
submitted = Registry("who needs to know that this set of questionnaires is complete?")

# answer(practice_id, code) -> list[str]; where the practice's settings ask for this questionnaire, in words.
in_use = Registry("which settings of the practice still ask for this questionnaire?")

# answer(code, licence, by, at) -> list; `licence` names it, or is '' when it was withdrawn; asked in its transaction.
licence_changed = Registry("who else uses the licence of this instrument?")
