"""Sweeps that read the code alone say the same on every engine: SWEEPS=code runs these, SWEEPS=stored the others."""

import os
from pathlib import Path

import pytest

from tests.sweeps.asking import Asked, everybody

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    wanted = os.environ.get("SWEEPS")
    if wanted not in ("code", "stored"):
        return
    left_out = [item for item in items if HERE in item.path.parents and _part(item) != wanted]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def _part(item) -> str:
    return "stored" if item.get_closest_marker("django_db") else "code"


@pytest.fixture(scope="module")
def asked(shared) -> Asked:
    """The world, what each address is asked about, and everybody signed in."""
    return shared(everybody)
