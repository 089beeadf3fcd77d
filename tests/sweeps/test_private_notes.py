"""Only the modules made for it touch the table of private notes (R10)."""

import ast

from tests.sweeps.project import APPS, modules

MAY = {
    "integration_notes/models/private.py",
    "integration_notes/models/__init__.py",
    "integration_notes/actions/private.py",
    "integration_notes/private_pages.py",
    "integration_notes/private_signing.py",
    "integration_notes/views/private.py",
}
NAMES = {"PrivateNote", "PrivateAddendum"}


def test_nobody_else_reads_private_notes():
    found = set()
    for app in APPS:
        for module in modules(app):
            if module.parts and module.parts[0] == "migrations":
                continue
            used = {node.id for node in ast.walk(module.tree()) if isinstance(node, ast.Name)}
            imported = {
                alias.name
                for node in ast.walk(module.tree())
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }
            if NAMES & (used | imported):
                found.add(module.name)
    assert found <= MAY, f"{sorted(found - MAY)} must not touch private notes."
    assert "integration_notes/actions/private.py" in found
