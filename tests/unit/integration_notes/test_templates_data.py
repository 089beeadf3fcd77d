"""Note templates as data: what is kept, what is missing, in the template's own order."""

from types import SimpleNamespace

import pytest

from integration_notes.templates_data import TEMPLATES, VERSION, VERSIONS, clean_values, missing_fields, template_of


@pytest.mark.parametrize("modality", list(TEMPLATES))
def test_nothing_filled_in_misses_the_required_fields_in_order(modality):
    template = TEMPLATES[modality]
    assert missing_fields(template, {}) == [field for field in template.fields if field.is_required]
    assert missing_fields(template, {field.key: "text" for field in template.fields}) == []


@pytest.mark.parametrize("empty", ["", "   ", "\n\t"])
def test_spaces_do_not_fill_a_field(empty):
    keys = [field.key for field in missing_fields(TEMPLATES["OPEN"], {"narrative": empty, "meaning": "x"})]
    assert keys == ["narrative"]


def test_only_the_templates_own_fields_are_kept():
    values = {"narrative": " text ", "plan": " ", "transference": "x", "": "y"}
    assert clean_values(TEMPLATES["OPEN"], values) == {"narrative": "text"}


def test_every_version_a_note_may_name_is_there():
    note = SimpleNamespace(template_version=VERSION, modality="CBT")
    assert template_of(note) is VERSIONS[VERSION]["CBT"]
