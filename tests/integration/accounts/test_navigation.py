import pytest

from accounts.navigation import navigation_for

PLACES = [
    ("/", "Today"),
    ("/follow-ups/", "Follow-up"),
    ("/follow-ups/patients/1/", "Follow-up"),
    ("/follow-ups/points/add/", "Measuring"),
    ("/follow-ups/measuring/ALL/", "Measuring"),
    ("/follow-ups/hours/", "Measuring"),
    ("/assessments/own/new/", "Questionnaires"),
    ("/assessments/licensed/WHO5/", "Questionnaires"),
    ("/nowhere/", None),
]


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_the_place_one_is_in_is_marked(clinic, path, place):
    entries = navigation_for(clinic.prescriber, path)
    assert [entry["label"] for entry in entries if entry["is_current"]] == ([place] if place else [])
