"""How questionnaires answer the questions of the apps below them."""

from assessments.actions import end_links


def end_links_of(patient, by, at) -> list:
    """A link opens nothing any more once its contact or the patient's care has ended (R73)."""
    end_links(patient=patient, by=by, at=at)
    return []
