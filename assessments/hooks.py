"""Registries that higher apps fill when questionnaires arrive."""

from common.registry import Registry

# answer(assessment_set, by, at) -> list; asked inside the transaction that completes a set.
submitted = Registry("who needs to know that this set of questionnaires is complete?")
