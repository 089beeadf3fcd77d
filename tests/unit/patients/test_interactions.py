"""Medicines that matter beside ketamine, recognised by name."""

import pytest

from patients.interactions import BEGINNINGS, class_of, names_ketamine
from patients.models import Medicine


@pytest.mark.parametrize(
    ("name", "interaction"),
    [
        ("Lorazepam 1 mg", "benzodiazepine"),
        ("DIAZEPAM", "benzodiazepine"),
        ("zolpidem tartrate", "cns_depressant"),
        ("buprenorphine/naloxone", "cns_depressant"),
        ("Lisdexamfetamine", "stimulant"),
        ("tranylcypromine", "maoi"),
        ("Theophylline ER", "theophylline"),
        ("aminophylline", "theophylline"),
        ("pseudoephedrine", "sympathomimetic"),
        ("Sertraline", None),
        ("Lamotrigine", None),
        ("", None),
    ],
)
def test_class_of_a_name(name, interaction):
    assert class_of(name) == interaction


def test_every_class_is_one_the_record_knows():
    assert set(BEGINNINGS) == set(Medicine.Interaction.values) - {"none"}


@pytest.mark.parametrize(
    ("substance", "is_ketamine"),
    [
        ("Ketamine", True),
        ("esketamine spray", True),
        ("SPRAVATO", True),
        ("Ketalar 50 mg/mL", True),
        ("S-ketamin", True),
        ("Arketamine", True),
        ("Ketorolac", False),
        ("Ketoconazole", False),
        ("", False),
    ],
)
def test_ketamine_by_any_of_its_names(substance, is_ketamine):
    assert names_ketamine(substance) is is_ketamine
