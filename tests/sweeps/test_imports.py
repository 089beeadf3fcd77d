"""Apps import in one direction, layers only downwards, and no view reads around its scope (house.md 1 and 2)."""

import ast

import pytest
from django.apps import apps

from tests.sweeps.project import APPS, LEVELS, Module, modules, record_models

LAYERS = {
    "urls": 5,
    "api_urls": 5,
    "views": 4,
    "api": 4,
    "tasks": 4,
    "management": 4,
    "forms": 3,
    "serializers": 3,
    "actions": 2,
    "models": 1,
}
PURE = {"rules", "states", "schedule", "arithmetic", "scoring", "lockout"}
READERS = {"views", "api", "forms", "serializers"}
MODULES = [module for app in APPS for module in modules(app)]
in_each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def imported(module: Module) -> list[tuple[int, str]]:
    """Line and dotted name of everything the module imports, also inside functions."""
    found = []
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.name}:{node.lineno} imports relatively."
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def layer(parts) -> int | None:
    """`patients/api_people.py`, `patients/views/people.py`: the first name that says a layer."""
    for part in parts:
        if part in LAYERS:
            return LAYERS[part]
    first = parts[0].partition("_")[0] if parts else ""
    return LAYERS[first] if first in READERS else None


@in_each_module
def test_app_imports_only_lower_apps(module: Module):
    wrong = []
    for line, name in imported(module):
        other = name.partition(".")[0]
        if other in LEVELS and other != module.app and LEVELS[other] >= LEVELS[module.app]:
            wrong.append(f"{module.name}:{line} imports {name}")
        if other == "tests":
            wrong.append(f"{module.name}:{line} imports {name}")
    assert not wrong


@in_each_module
def test_layers_import_only_downwards(module: Module):
    own = layer(module.parts)
    if own is None:
        return
    wrong = []
    for line, name in imported(module):
        app, *parts = name.split(".")
        other = layer(parts) if app == module.app else None
        if other is not None and other > own:
            wrong.append(f"{module.name}:{line} imports {name}")
    assert not wrong


@in_each_module
def test_pure_rules_know_no_django_and_no_clock(module: Module):
    if not PURE & set(module.parts) or module.parts[0] in LAYERS:
        return
    outside = {"django", "rest_framework", "celery", "time"}
    wrong = [f"{module.name}:{line} {name}" for line, name in imported(module) if name.partition(".")[0] in outside]
    clock = [
        f"{module.name}:{node.lineno} asks the clock"
        for node in ast.walk(module.tree())
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")
    ]
    assert not wrong + clock


def reads_rows(module: Module) -> bool:
    """Whether the module is a view, an API view or a form; how one gets into the API is another matter."""
    first = module.parts[0]
    return first in READERS or (first.partition("_")[0] in READERS and first not in ("api_urls", "api_auth"))


def writes_rows(module: Module) -> bool:
    """Actions ask for rights themselves; models say what is visible; the gate comes before there is an actor."""
    first = module.parts[0] if module.parts else ""
    return first in ("actions", "models", "management") or module.name in GATE or module.app == "demo"


GATE = {"accounts/middleware.py", "accounts/backends.py", "accounts/sessions.py"}
# (module, what is read): the person's own rows, the practice's own rows, or parts of rows that were reached already.
EXCUSED = {
    ("accounts/chain_page.py", "ChainCheck.objects.shown_to"),  # scoped by practice under another name
    ("accounts/home.py", "Membership.objects.of_practice"),  # counts for whoever manages the staff
    ("accounts/home.py", "AuditEvent.objects.filter"),  # of the practice; the right is asked above it
    ("integration_notes/private_pages.py", "PrivateRelease.objects.in_force"),  # of the author's own notes
    ("integration_notes/worklist.py", "IntegrationNote.objects.drafts_of"),  # one's own, as a subquery
    ("integration_notes/worklist.py", "IntegrationNote.objects.signed"),  # subqueries of sessions that are visible
    ("dosing/drug_charts.py", "Draw.objects.filter"),  # of records that are visible
    ("patients/context.py", "EmergencyAccess.objects.filter"),  # one's own, for the banner
    ("patients/home.py", "EmergencyAccess.objects.filter"),  # of the practice, for who reviews them
    ("sessions_app/home.py", "ReviewQuestion.objects.asked_of_member"),  # asked of this person
    ("portal/visits.py", "AnswerLink.objects.with_patient"),  # the link itself is what lets in
    ("portal/kiosk.py", "Practice.objects.filter"),  # whose tablet it is, by a signed cookie
    ("sessions_app/dosing_list.py", "Membership.objects.of_practice"),  # choices of the filter
    ("sessions_app/dosing_list.py", "Product.objects.filter"),  # choices of the filter, of the practice
    ("sessions_app/dosing_record_page.py", "InfusionChange.objects.filter"),  # parts of a record that was reached
    ("sessions_app/dosing_record_page.py", "type(record.session).objects.defer"),  # the session of that record
}
MANAGERS = ("objects", "_default_manager", "_base_manager")


def read_around_scope(tree: ast.AST) -> list[str]:
    """What is read of managers otherwise than by `visible_to`, as "Model.objects.method"."""
    allowed = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("visible_to", "none")
    }
    named = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return [
        f"{ast.unparse(node)}.{named.get(id(node), '')}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS and id(node) not in allowed
    ]


def read_around_actor(tree: ast.AST) -> list[str]:
    """The same within functions that are told who asks."""
    found = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            told = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
            found += read_around_scope(function) if told & {"actor", "request"} else []
    return found


@in_each_module
def test_views_read_only_what_is_visible(module: Module):
    wrong = read_around_scope(module.tree()) if reads_rows(module) else []
    assert not wrong, f"{module.name}: read rows with .objects.visible_to(actor), or in a page module: {wrong}"


@in_each_module
def test_whoever_takes_an_actor_reads_what_the_actor_may_see(module: Module):
    """R2: pages, lists and home panels; each exception is named with its reason."""
    wrong = [] if writes_rows(module) else read_around_actor(module.tree())
    excused = {text for name, text in EXCUSED if name == module.name}
    assert [text for text in wrong if text not in excused] == []
    assert excused <= set(wrong), "An excuse that nothing needs any more."


@in_each_module
def test_no_signals(module: Module):
    """Only the kernel may connect one (the record triggers after each migration)."""
    wrong = [f"{module.name}:{line} {name}" for line, name in imported(module) if "signals" in name.split(".")]
    assert not wrong or module.name == "common/apps.py"


def test_foreign_keys_point_downwards():
    wrong = [
        f"{model._meta.label}.{field.name} points at {field.related_model._meta.label}"
        for model in record_models()
        for field in model._meta.concrete_fields
        if field.is_relation
        and LEVELS.get(field.related_model._meta.app_config.name, 0) > LEVELS[model._meta.app_config.name]
    ]
    assert not wrong


def test_siblings_exist_as_declared():
    installed = {config.name for config in apps.get_app_configs()}
    assert {app for app in APPS if app != "clinic"} <= installed
