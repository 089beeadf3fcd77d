"""Which details of a person are accepted, and how names compare."""

from datetime import date

import pytest

from patients.person_rules import LENGTHS, fold, problems_of_person, search_text_of

TODAY = date(2026, 6, 2)


@pytest.mark.parametrize(
    ("one", "other"), [("Núñez", "NUNEZ"), ("  de  la Cruz ", "De La Cruz"), ("Łódź", "Łodz"), ("Straße", "STRASSE")]
)
def test_fold_compares_spellings_of_one_name(one, other):
    assert fold(one) == fold(other)


def test_fold_keeps_different_names_apart():
    assert fold("Moss") != fold("Mosse")


def test_search_text_holds_the_mrn_and_both_spellings_in_300_signs():
    text = search_text_of(given_name="José", family_name="Ibáñez", preferred_name="Pepe", mrn="1001")
    assert text == "1001 josé pepe ibáñez jose pepe ibanez"
    assert len(search_text_of(given_name="é" * 80, family_name="x" * 80, preferred_name="y" * 80, mrn="1")) == 300


@pytest.mark.parametrize(
    ("field", "value", "is_fine"),
    [
        ("birth_date", date(2026, 6, 2), True),
        ("birth_date", date(2026, 6, 3), False),
        ("birth_date", date(1906, 1, 1), True),
        ("birth_date", date(1905, 12, 31), False),
        ("birth_date", None, False),
        ("height_cm", 49, False),
        ("height_cm", 50, True),
        ("height_cm", 250, True),
        ("height_cm", 251, False),
        ("height_cm", None, True),
        ("time_zone", "America/New_York", True),
        ("time_zone", "", False),
        ("email", "", True),
        ("email", "a@b", False),
        ("email", "a@b.org", True),
        ("phone", "", True),
        ("phone", "+1 (555) 010-0100 x12", True),
        ("phone", "ring me", False),
        ("emergency_phone", "none", False),
        ("sex_at_birth", "female", True),
        ("sex_at_birth", "", False),
        ("given_name", " ", False),
        ("family_name", "Ng", True),
    ],
)
def test_details_at_both_sides_of_each_limit(field, value, is_fine):
    assert (field in problems_of_person({field: value}, TODAY)) is not is_fine


@pytest.mark.parametrize("field", LENGTHS)
def test_every_text_has_a_longest_length(field):
    too_long = "5" * (LENGTHS[field] + 1)
    assert "at most" in problems_of_person({field: too_long}, TODAY)[field]


def test_only_the_given_fields_are_judged():
    assert problems_of_person({}, TODAY) == {}
