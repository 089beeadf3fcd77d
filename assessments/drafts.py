"""The draft of one questionnaire of a set: the stored one, or an unsaved one that the first answer stores."""

from datetime import datetime

from assessments.models import Assessment, AssessmentSet
from assessments.practice_catalogue import catalogue_of
from common.errors import OutOfScope


def draft_of(assessment_set: AssessmentSet, instrument: str, at: datetime) -> Assessment:
    """Reading a form stores nothing (R71). Raises OutOfScope when the instrument is not part of the set."""
    if instrument not in assessment_set.instruments:
        raise OutOfScope("assessments.assessment")
    stored = next((row for row in assessment_set.assessments.all() if row.instrument == instrument), None)
    return stored or new_draft(assessment_set, instrument, at)


def new_draft(assessment_set: AssessmentSet, instrument: str, at: datetime) -> Assessment:
    """In the version that was given: what is published meanwhile changes no form that somebody has in hand."""
    catalogue = catalogue_of(assessment_set.patient.practice_id)
    return Assessment(
        patient=assessment_set.patient,
        assessment_set=assessment_set,
        instrument=instrument,
        instrument_version=catalogue.in_set(assessment_set, instrument).version,
        started_at=at,
    )
