"""Every action says who and when, and leaves an audit row or hands on to an action that does (R51, R54)."""

import ast
from dataclasses import dataclass

import pytest

from tests.sweeps.project import APPS, ROOT, Module, modules


@dataclass(frozen=True)
class Function:
    """One function of an app's action modules."""

    app: str
    name: str
    node: ast.FunctionDef
    module: Module

    @property
    def is_public(self) -> bool:
        return not self.name.startswith("_")

    @property
    def keywords(self) -> set[str]:
        return {argument.arg for argument in self.node.args.kwonlyargs}

    @property
    def where(self) -> str:
        return f"{self.module.name}:{self.node.lineno} {self.name}"

    def calls(self) -> set[str]:
        """Names of what it calls; `audit.record…` stands for itself."""
        names = set()
        for node in ast.walk(self.node):
            if isinstance(node, ast.Call):
                target = node.func
                if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                    names.add(f"{target.value.id}.{target.attr}")
                if isinstance(target, ast.Attribute):
                    names.add(target.attr)
                elif isinstance(target, ast.Name):
                    names.add(target.id)
        return names

    def writes_audit_rows(self) -> bool:
        """By audit.record…, or several made by audit.row and stored in bulk."""
        calls = self.calls()
        return any(call.startswith("audit.record") for call in calls) or {"audit.row", "bulk_create"} <= calls


def action_functions() -> list[Function]:
    found = []
    for app in APPS:
        for module in modules(app):
            if module.parts and module.parts[0] == "actions":
                tops = [node for node in module.tree().body if isinstance(node, ast.FunctionDef)]
                found += [Function(app, node.name, node, module) for node in tops]
    return found


def exported(app: str) -> set[str]:
    """What an `actions` package offers to others; what it shares only among its own modules is no action."""
    package = ROOT / app / "actions" / "__init__.py"
    if not package.exists():
        return {function.name for function in ALL if function.app == app and function.is_public}
    imports = [node for node in ast.walk(ast.parse(package.read_text())) if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


ALL = action_functions()
OFFERED = {app: exported(app) for app in APPS}
ACTIONS = [function for function in ALL if function.is_public and function.name in OFFERED[function.app]]


def audited_names() -> set[str]:
    """Names of functions that write an audit row themselves or through another one; grown until nothing changes."""
    audited: set[str] = set()
    while True:
        grown = {function.name for function in ALL if function.calls() & audited or function.writes_audit_rows()}
        if grown <= audited:
            return audited
        audited |= grown


AUDITED = audited_names()
in_each_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.app}.{action.name}")


@in_each_action
def test_action_takes_who_and_when_by_keyword(action: Function):
    assert {"by", "at"} <= action.keywords, f"{action.where} must take `by` and `at` as keywords."
    assert not action.node.args.args, f"{action.where} must take keywords only."


@in_each_action
def test_action_is_audited(action: Function):
    assert action.name in AUDITED, f"{action.where} writes no audit row."


@in_each_action
def test_action_says_what_it_does(action: Function):
    assert ast.get_docstring(action.node) or len(action.node.body) <= 3, f"{action.where} needs a docstring."


@in_each_action
def test_action_does_not_ask_the_clock(action: Function):
    assert "timezone.now" not in action.calls(), f"{action.where}: the time is the argument `at`."


def test_action_names_begin_with_a_verb_and_are_unique_in_their_app():
    names = [(action.app, action.name) for action in ACTIONS]
    assert not {name for name in names if names.count(name) > 1}


def test_no_back_door_into_actions():
    """Outside its package, only what the package offers is called, so that the rules above see all of it."""
    wrong = []
    for app in APPS:
        for module in modules(app):
            for node in ast.walk(module.tree()):
                if not isinstance(node, ast.ImportFrom) or ".actions" not in (node.module or ""):
                    continue
                other, _, _ = node.module.partition(".actions")
                if other == app and module.parts and module.parts[0] == "actions":
                    continue
                names = {alias.name for alias in node.names}
                if other in APPS and not names <= OFFERED[other]:
                    wrong.append(f"{module.name}:{node.lineno} {sorted(names - OFFERED[other])}")
    assert not wrong


def test_packages_offer_something():
    empty = [app for app in APPS if (ROOT / app / "actions" / "__init__.py").exists() and not OFFERED[app]]
    assert not empty, f"List the actions in actions/__init__.py of {empty}."
