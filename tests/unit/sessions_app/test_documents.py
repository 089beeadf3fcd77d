"""The clinical documents of a session name every source the code uses, and only tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = (ROOT / "docs/clinical/sources_monitoring.md").read_text()
HAZARDS = (ROOT / "docs/clinical/hazards.md").read_text()
OWN = re.compile(r"\"(KAP-(?:MON|CHK|DIS|SIGN|REV)-[A-Z0-9-]+)\"")


def used_sources():
    return sorted({name for path in (ROOT / "sessions_app").rglob("*.py") for name in OWN.findall(path.read_text())})


@pytest.mark.parametrize("source", used_sources())
def test_source_is_explained(source):
    assert f"| {source} |" in SOURCES


def test_every_hazard_names_tests_that_exist():
    known = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    lines = [line for line in HAZARDS.splitlines() if line.startswith("| HZ-")]
    missing = {name for line in lines for name in re.findall(r"`(test_\w+)`", line) if name not in known}

    assert lines
    assert all(re.search(r"`test_\w+`", line) for line in lines)
    assert not missing
