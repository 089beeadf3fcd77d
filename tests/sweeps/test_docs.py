"""What is drawn from the code is fresh, and decisions stay short enough to be read."""

import re

import pytest

from common.reference import FOLDER, all_pages
from tests.sweeps.project import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


@pytest.mark.parametrize("name", ["urls.md", "states.md", "roles.md"])
def test_reference_page_is_fresh(name):
    path = ROOT / FOLDER / name
    assert path.exists(), "Run manage.py write_reference."
    assert path.read_text() == all_pages()[name], f"{name} is stale: run manage.py write_reference and commit it."


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_decision_is_numbered_and_short(path):
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name)
    assert len(path.read_text().splitlines()) <= 60


def test_decision_numbers_are_unique():
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text())
    assert not [target for target in targets if not (path.parent / target).exists()]
