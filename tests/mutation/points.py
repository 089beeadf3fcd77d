"""Finds every check of a right in the code and compiles a switch into each, so that one at a time can be left out.

A check is: a call of `authorize`, `reauthenticate`, `require` or `patient_for`; a `visible_to`, and each filter and
each `none()` inside its definition; a view's `@needs`; and an `if` that raises NotPermitted or OutOfScope. Nothing
changes until a point is switched off.
"""

import ast
import contextlib
import functools
import importlib.machinery
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "patients", "assessments", "dosing", "sessions_app", "followups", "integration_notes", "outcomes")
APPS += ("portal",)
CALLS = {"authorize", "reauthenticate", "patient_for"}
REFUSALS = {"NotPermitted", "OutOfScope"}
SWITCH = "__right__"


@dataclass(frozen=True)
class Point:
    """One check: where it stands, what kind, and the line's text."""

    id: int
    file: str
    line: int
    kind: str
    text: str

    def __str__(self):
        return f"{self.file}:{self.line} {self.kind}: {self.text}"


class Switch:
    """What compiled code calls: tells whether a point is off, and who came by."""

    def __init__(self):
        self.points: list[Point] = []
        self.off: int | None = None
        self.passed: set[int] = set()
        self.refused: set[int] = set()

    def add(self, **about) -> int:
        self.points.append(Point(id=len(self.points), **about))
        return len(self.points) - 1

    def is_off(self, point: int) -> bool:
        self.passed.add(point)
        return self.off == point

    def condition(self, point: int, holds) -> bool:
        """The condition of a refusal."""
        if holds:
            self.refused.add(point)
        return not self.is_off(point) and bool(holds)

    def call(self, point: int, function, *args, **kwargs):
        if self.is_off(point):
            return _LEFT_OUT[function.__name__](*args, **kwargs)
        with self._watched(point):
            return function(*args, **kwargs)

    @contextlib.contextmanager
    def _watched(self, point: int):
        """Whoever is refused here tells that its test needs this check."""
        try:
            yield
        except Exception:
            self.refused.add(point)
            raise

    def method(self, point: int, owner, name: str, *args, **kwargs):
        """`visible_to` and `filter` give everything, `require` any role."""
        if not self.is_off(point):
            with self._watched(point):
                return getattr(owner, name)(*args, **kwargs)
        return _any_scopes(owner) if name == "require" else owner.all()

    def needs(self, point: int, needs, *args, **kwargs):
        def decorate(view):
            guarded = needs(*args, **kwargs)(view)

            @functools.wraps(guarded)
            def either(request, *rest, **more):
                if self.is_off(point):
                    return view(request, *rest, **more)
                with self._watched(point):
                    return guarded(request, *rest, **more)

            return either

        return decorate


def _any_scopes(actor):
    from accounts.roles import Role, Scope

    return dict.fromkeys(actor.roles or Role, Scope.PRACTICE)


def _authorized(by, *args, **kwargs):
    from accounts.roles import Role

    return next(iter(by.roles), Role.ADMIN)


def _any_patient(actor, pk, *args, **kwargs):
    from patients.models import Patient

    return Patient.objects.get(pk=pk)


_LEFT_OUT = {"authorize": _authorized, "reauthenticate": lambda *args, **kwargs: None, "patient_for": _any_patient}
switch = Switch()


class _Compile(ast.NodeTransformer):
    def __init__(self, file: str, lines: list[str]):
        self.file, self.lines = file, lines

    def _point(self, node, kind: str) -> ast.Constant:
        text = self.lines[node.lineno - 1].strip()
        return ast.Constant(switch.add(file=self.file, line=node.lineno, kind=kind, text=text))

    @staticmethod
    def _ask(method: str, *args) -> ast.Call:
        function = ast.Attribute(ast.Name(SWITCH, ast.Load()), method, ast.Load())
        return ast.Call(function, list(args), [])

    def visit_Call(self, node):
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name in CALLS or name == "needs":
            kind = "needs" if name == "needs" else name
            asked = self._ask("needs" if name == "needs" else "call", self._point(node, kind), node.func, *node.args)
            asked.keywords = node.keywords
            return asked
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("visible_to", "require") and node.args:
            kind, owner = node.func.attr, node.func.value
            asked = self._ask("method", self._point(node, kind), owner, ast.Constant(kind), *node.args)
            asked.keywords = node.keywords
            return asked
        return node

    def visit_If(self, node):
        self.generic_visit(node)
        if any(_refuses(one) for one in node.body):
            node.test = self._ask("condition", self._point(node, "if"), node.test)
        return node

    def visit_FunctionDef(self, node):
        return _Scope(self).visit(node) if node.name == "visible_to" else self.generic_visit(node)


class _Scope(_Compile):
    """Inside a `visible_to`: each filter, and each way out with nothing."""

    def __init__(self, outside: _Compile):
        super().__init__(outside.file, outside.lines)

    def visit_FunctionDef(self, node):
        return self.generic_visit(node)

    def visit_Call(self, node):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "filter":
            self.generic_visit(node)
            asked = self._ask(
                "method", self._point(node, "filter"), node.func.value, ast.Constant("filter"), *node.args
            )
            asked.keywords = node.keywords
            return asked
        return super().visit_Call(node)

    def visit_If(self, node):
        self.generic_visit(node)
        if any(isinstance(one, ast.Return) and ast.unparse(one).endswith(".none()") for one in node.body):
            node.test = self._ask("condition", self._point(node, "none"), node.test)
        return node


def _refuses(node) -> bool:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    call = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(call, ast.Name) and call.id in REFUSALS


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):
        source = self.get_source(fullname)
        file = str(Path(self.path).relative_to(ROOT))
        tree = ast.parse(source, filename=self.path)
        if "migrations" not in file:
            tree = ast.fix_missing_locations(_Compile(file, source.splitlines()).visit(tree))
        return compile(tree, self.path, "exec", dont_inherit=True)

    def exec_module(self, module):
        module.__dict__[SWITCH] = switch
        super().exec_module(module)


class _Finder(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname.partition(".")[0] not in APPS:
            return None
        spec = super().find_spec(fullname, path, target)
        if spec and spec.origin and spec.origin.endswith(".py"):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


def install() -> None:
    """Before any app is imported."""
    sys.meta_path.insert(0, _Finder)
