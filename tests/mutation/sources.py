"""Whether a sweep of the source notices that a check was taken out of it: not every test runs the code (R20).

`tests/sweeps/test_imports.py` refuses code that reads rows around `visible_to`. A switch inside compiled code cannot
show that, so the source itself is changed here and given to the same functions.
"""

import ast

from tests.mutation.points import ROOT, Point
from tests.sweeps.project import Module
from tests.sweeps.test_imports import read_around_actor, read_around_scope, reads_rows, writes_rows


class _WithoutScope(ast.NodeTransformer):
    """`visible_to(…)` of one line becomes `all()`."""

    def __init__(self, line: int):
        self.line = line

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "visible_to" and node.lineno == self.line:
            return ast.Call(ast.Attribute(node.func.value, "all", ast.Load()), [], [])
        return node


def is_noticed_in_source(point: Point) -> bool:
    if point.kind != "visible_to":
        return False
    path = ROOT / point.file
    module = Module(point.file.partition("/")[0], path)
    before = ast.parse(path.read_text())
    after = ast.fix_missing_locations(_WithoutScope(point.line).visit(ast.parse(path.read_text())))
    return _faults(module, after) > _faults(module, before)


def _faults(module: Module, tree: ast.AST) -> int:
    found = len(read_around_scope(tree)) if reads_rows(module) else 0
    return found if writes_rows(module) else found + len(read_around_actor(tree))
