"""Commands and background jobs leave their rows in the audit trail like people, named `system:<name>` (R54)."""

import ast

import pytest

from tests.sweeps.project import APPS, ROOT, Module, modules
from tests.sweeps.test_actions_audit import OFFERED

# They touch no stored record.
WITHOUT_RECORDS = {
    "check_start": "looks at settings",
    "make_keys": "writes the key file",
    "make_backup_key": "writes two key files",
    "restore_backup": "fills a folder that is no clinic yet; check_restored, which it starts there, writes the row",
    "write_reference": "writes pages of the documentation",
    "calculate_dose": "works out a dose from its arguments",
    "score_answers": "scores a file",
}
WRITERS = {"create", "bulk_create", "update", "bulk_update", "delete", "save", "update_or_create", "get_or_create"}
# The demonstration's own sign-ins, before the clinic opens.
MAY_WRITE = {"demo/management/commands/load_demo.py"}


def commands() -> list[Module]:
    found = [module for app in APPS for module in modules(app) if module.parts[:2] == ("management", "commands")]
    return [module for module in found if module.parts[-1] != "__init__" and len(module.parts) == 3]


def tasks() -> list[Module]:
    return [module for app in APPS for module in modules(app) if module.parts and module.parts[0].startswith("tasks")]


def calls(module: Module) -> set[str]:
    found = set()
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.Call):
            found.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    return found


def name_of(module: Module) -> str:
    return module.parts[-1]


COMMANDS = commands()
each_command = pytest.mark.parametrize("module", COMMANDS, ids=name_of)


@each_command
def test_command_is_audited(module):
    if name_of(module) in WITHOUT_RECORDS:
        return
    by_actions = calls(module) & (set().union(*OFFERED.values()) | {"load"})
    writes_a_row = "audit.record(" in ast.unparse(module.tree())
    assert by_actions or writes_a_row, f"{module.name} touches records without an audit row"


@each_command
def test_command_writes_through_actions(module):
    if module.name in MAY_WRITE:
        return
    wrote = calls(module) & WRITERS
    assert not wrote, f"{module.name} writes by {sorted(wrote)}: an action does that"


@pytest.mark.parametrize("module", tasks(), ids=lambda module: module.name)
def test_job_writes_through_actions(module):
    """A job acts as the system under its own name; it never writes a record past the actions."""
    wrote = calls(module) & WRITERS
    assert not wrote, f"{module.name} writes by {sorted(wrote)}: an action does that"
    assert "system_actor" in calls(module) or not calls(module) & set().union(*OFFERED.values())


def test_every_command_was_found():
    files = [path for path in ROOT.glob("*/management/commands/*.py") if path.stem != "__init__"]
    assert sorted(path.stem for path in files) == sorted(name_of(module) for module in COMMANDS)
    assert set(WITHOUT_RECORDS) <= {path.stem for path in files}
