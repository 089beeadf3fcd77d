"""What this project does without, so that nobody has to guard it: an admin site, uploads, free filters, pickles."""

import ast
import re

from django.apps import apps
from django.db.models import FileField

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
