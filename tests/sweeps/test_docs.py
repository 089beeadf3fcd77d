"""What is drawn from the code is fresh, and decisions stay short enough to be read."""

import re

import pytest

from common import requirements
from common.reference import FOLDER, all_pages
from tests.sweeps.project import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


@pytest.mark.parametrize("name", ["urls.md", "states.md", "roles.md", "../security.md"])
def test_reference_page_is_fresh(name):
    path = ROOT / FOLDER / name
    assert path.exists(), "Run manage.py write_reference."
    assert path.read_text() == all_pages()[name], f"{name} is stale: run manage.py write_reference and commit it."


def test_every_requirement_has_a_proof_or_a_reason():
    assert not requirements.faults(ROOT)
    first = ["R1-R33", "R40-R48", "R51-R58", "R60, R61", "R70-R101"]
    assert requirements.ids_in(", ".join(first)) <= {line.id for line in requirements.lines(ROOT)}


def test_a_promise_without_a_test_is_noticed(tmp_path):
    """The first is kept and cited, the second not cited, the third only by words of no test, the fourth unexplained."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    rows = "R1: {short: a, state: kept}\n  R2: {short: b, state: kept}\n  R3: {short: c, state: part, because: d}\n"
    rows += "  R4: {short: e, state: not yet}\n"
    (tmp_path / requirements.LINES).write_text(f"about: x\nnotes: x\nrequirements:\n  {rows}")
    test = 'def test_it():\n    """R1."""\n\n\ndef aid():\n    """R3."""\n'
    (tmp_path / "tests" / "test_some.py").write_text(test)
    assert [fault.partition(":")[0] for fault in requirements.faults(tmp_path)] == ["R2", "R3", "R4"]


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


OPERATING = [ROOT / "SECURITY.md", *sorted((ROOT / "docs" / "operations").glob("*.md")), ROOT / "README.md"]
COMMANDS = {path.stem for path in ROOT.glob("*/management/commands/*.py")} | {"migrate", "check", "collectstatic"}


@pytest.mark.parametrize("path", OPERATING, ids=lambda path: path.name)
def test_what_operators_are_told_to_run_and_read_exists(path):
    """R103: how to report a hole, what to do when something happened."""
    text = path.read_text()
    assert set(re.findall(r"manage\.py (\w+)", text)) <= COMMANDS
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert not [link for link in links if not (path.parent / link).exists()]


def test_the_security_page_leads_to_deadlines_hazards_runbook_and_figures():
    """R103."""
    text = (ROOT / "SECURITY.md").read_text()
    assert "| critical |" in text
    for page in ("docs/security.md", "docs/performance.md", "docs/clinical/hazards.md", "docs/operations/incidents.md"):
        assert f"({page})" in text
