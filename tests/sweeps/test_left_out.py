"""What this project does without, so that nobody has to guard it: an admin site, uploads, free filters, pickles."""

import ast
import re
from importlib import import_module

from django import forms
from django.apps import apps
from django.db.models import FileField
from rest_framework import serializers

from clinic.celery import app as celery
from tests.sweeps.project import APPS, ROOT, modules, record_models, routes


def test_there_is_no_admin_site():
    """R100."""
    assert not apps.is_installed("django.contrib.admin")
    assert not [route.pattern for route in routes() if "admin:" in route.name]


def test_nothing_can_be_uploaded():
    """R89: no field, form or view takes a file."""
    fields = [field for model in record_models() for field in model._meta.get_fields() if isinstance(field, FileField)]
    takes = [
        f"{module.name}:{node.lineno}"
        for app in APPS
        for module in modules(app)
        for node in ast.walk(module.tree())
        if isinstance(node, ast.Attribute) and node.attr in ("FILES", "FileField", "ImageField", "MultiPartParser")
    ]
    assert not fields
    assert not takes


def test_no_query_is_made_of_what_was_typed():
    """R6: `filter(**request.GET)` and its like would let a reader ask about any column."""
    found = [
        f"{module.name}:{node.lineno}"
        for app in APPS
        for module in modules(app)
        for node in ast.walk(module.tree())
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("filter", "exclude", "order_by", "values")
        for argument in [*node.args, *(word.value for word in node.keywords)]
        if re.search(r"\b(GET|POST|query_params)\b|request\.data", ast.unparse(argument))
    ]
    assert not found


# What only the server says: who, when it was written, and what follows from the rest.
STAMPS = {"practice", "practice_id", "clinic", "signed_at", "signed_by", "signature", "author", "author_id", "witness"}
STAMPS |= {"witness_id", "recorded_at", "recorded_by", "recorded_as", "is_staff", "is_superuser", "score", "total"}
STAMPS |= {"flags", "reviewed_at", "reviewed_by", "ordered_mg", "wasted_mg", "registered_by", "content_sha256"}
CHOSEN = {("ReleaseForm", "author")}  # whose private notes are to be released is what two people decide


def _below(kind) -> set[type]:
    for app in [app for app in APPS if app != "clinic"]:
        for module in modules(app):
            import_module(".".join([app, *module.parts]).removesuffix(".__init__"))
    found, waiting = set(), [kind]
    while waiting:
        new = set(waiting.pop().__subclasses__()) - found
        found |= new
        waiting += new
    return {shape for shape in found if shape.__module__.partition(".")[0] in APPS}


def test_no_form_and_no_body_takes_a_stamp():
    """R18: authors, times of writing, signatures and scores are in no form and in no body that the API takes."""
    assert not _below(forms.ModelForm) | _below(serializers.ModelSerializer)
    taken = {(form.__name__, name) for form in _below(forms.BaseForm) for name in form.base_fields}
    bodies = {body for body in _below(serializers.BaseSerializer) if body.__name__.endswith("In")}
    assert len(taken) > 100
    assert len(bodies) >= 4
    taken |= {(body.__name__, name) for body in bodies for name in body().fields}
    assert {(name, field) for name, field in taken if field in STAMPS} == CHOSEN


# Which button was pressed, where to go on, which of one's own practices: nothing of it is stored.
PRESSED = {"keep", "leave_open", "check", "sign", "back", "is_active", "membership", "next"}


def test_what_is_posted_goes_through_a_form():
    """R18: a field that no form names reaches no action."""
    read = {
        ast.unparse(node)
        for app in APPS
        for module in modules(app)
        for node in ast.walk(module.tree())
        if isinstance(node, ast.Call | ast.Subscript | ast.Compare) and _reads_posted(node)
    }
    assert read
    assert not [text for text in read if not any(f"'{name}'" in text for name in PRESSED)]


def _reads_posted(node) -> bool:
    """`request.POST.get(…)`, `request.POST[…]` and `… in request.POST`, and the same of `request.data`."""
    posted = re.compile(r"request\.(POST|data)")
    if isinstance(node, ast.Subscript):
        return bool(posted.fullmatch(ast.unparse(node.value).removeprefix("self.")))
    if isinstance(node, ast.Compare):
        return any(posted.fullmatch(ast.unparse(side).removeprefix("self.")) for side in node.comparators)
    of = node.func.value if isinstance(node.func, ast.Attribute) else None
    return of is not None and bool(posted.fullmatch(ast.unparse(of).removeprefix("self.")))


def test_the_queue_takes_json_only():
    """R96."""
    conf = celery.conf
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == conf.result_serializer == "json"
    assert conf.result_backend is None


def test_every_package_is_pinned_with_its_hash():
    """R98."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text().replace("\\\n", " ")
        packages = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "-"))]
        assert packages
        assert not [line for line in packages if "==" not in line or "--hash=sha256:" not in line]
