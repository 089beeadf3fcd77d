"""Diagnosis codes: what is offered, and which other codes are accepted."""

import pytest

from patients import icd10


@pytest.mark.parametrize("code", icd10.LABELS)
def test_every_offered_code_is_valid_tidy_and_named(code):
    assert icd10.tidy(code) == code
    assert icd10.is_valid(code)
    assert 0 < len(icd10.LABELS[code]) <= 160
    assert len(code) <= 8


@pytest.mark.parametrize(
    "code", ["F32.A", "F33.2", "F41.1", "F43.10", "F43.12", "F42.2", "F10.20", "R45.851", "Z91.51"]
)
def test_the_fact_base_codes_are_offered(code):
    assert code in icd10.LABELS


@pytest.mark.parametrize(
    ("typed", "code"), [("f43 12", "F43.12"), ("F4312", "F43.12"), ("i10", "I10"), (" r45.851 ", "R45.851"), ("", "")]
)
def test_tidy_puts_the_dot_in_its_place(typed, code):
    assert icd10.tidy(typed) == code


@pytest.mark.parametrize(
    ("code", "is_valid"),
    [
        ("I10", True),
        ("C7A.1", True),
        ("S52.521A", True),
        ("S52.5210A", False),
        ("F4", False),
        ("43.1", False),
        ("F43.", False),
        ("FF3.1", False),
        ("F43.1\n", False),
        ("", False),
    ],
)
def test_form_of_other_codes(code, is_valid):
    assert icd10.is_valid(code) is is_valid
