"""The page that says which requirement is kept, by which test, and with which figure; nothing on it is typed twice."""

import ast
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import yaml

PAGE = "docs/security.md"
LINES = "docs/security.yml"
FIGURES = "docs/reference/figures.json"
STATES = ("kept", "part", "not yet")
_CITED = re.compile(r"\b([RF])(\d{1,3})(?:\s?[-–]\s?[RF]?(\d{1,3}))?\b")


@dataclass(frozen=True)
class Line:
    """One requirement: what it asks for in short, whether it is kept, and if not wholly, why."""

    id: str
    short: str
    state: str
    because: str = ""


@dataclass(frozen=True)
class Citation:
    """A test (or, without a name, a whole module of tests) whose docstring names a requirement."""

    path: str
    name: str = ""

    @property
    def link(self) -> str:
        return f"[`{self.name or Path(self.path).name}`](../{self.path})"


def lines(root: Path) -> list[Line]:
    declared = yaml.safe_load((root / LINES).read_text())
    return [Line(id=name, **row) for name, row in declared["requirements"].items()]


def ids_in(text: str) -> set[str]:
    """Every id named in a text, of a requirement (R) or a promise under faults (F); `R60-R62` names three."""
    found = set()
    for match in _CITED.finditer(text):
        first = int(match[2])
        last = int(match[3] or first)
        found |= {f"{match[1]}{number}" for number in range(first, max(first, last) + 1)}
    return found


def citations(root: Path) -> dict[str, list[Citation]]:
    """Requirement → the tests that cite it. A module's docstring speaks for a module that holds tests."""
    found: dict[str, list[Citation]] = defaultdict(list)
    for path in sorted((root / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        where = str(path.relative_to(root))
        tests = [node for node in ast.walk(tree) if _is_test(node)]
        if not tests:
            continue
        of_module = ids_in(ast.get_docstring(tree) or "")
        for name in of_module:
            found[name].append(Citation(where))
        for test in tests:
            for name in ids_in(ast.get_docstring(test) or "") - of_module:
                found[name].append(Citation(where, test.name))
    return found


def _is_test(node) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")


def figures(root: Path) -> dict[str, dict[str, str]]:
    """Requirement → what was measured → the last result, as tests and commands wrote them."""
    path = root / FIGURES
    return json.loads(path.read_text()) if path.exists() else {}


def faults(root: Path) -> list[str]:
    """What is wrong with the lines: an id without a proof or a reason, a promise without a test, an unknown id."""
    cited, found = citations(root), []
    known = {line.id for line in lines(root)}
    for line in lines(root):
        if line.state not in STATES:
            found.append(f"{line.id}: the state is one of {', '.join(STATES)}.")
        if line.state != "not yet" and line.id not in cited:
            found.append(f"{line.id}: called {line.state}, but no test cites it. Cite it, or say: not yet, because …")
        if line.state != "kept" and not line.because:
            found.append(f"{line.id}: say what is missing (because: …).")
        if line.state == "kept" and line.because:
            found.append(f"{line.id}: kept needs no excuse; call it part, or take the reason away.")
    found += [f"{name}: has a figure but no line in {LINES}." for name in figures(root) if name not in known]
    return found


def security_page(root: Path) -> str:
    declared = yaml.safe_load((root / LINES).read_text())
    cited, measured = citations(root), figures(root)
    all_lines = lines(root)
    counts = ", ".join(f"{sum(line.state == state for line in all_lines)} {state}" for state in STATES)
    head = "| id | requirement in short | state | tests that cite it | last figure |\n|---|---|---|---|---|"
    rows = [_row(line, cited.get(line.id, []), measured.get(line.id, {})) for line in all_lines]
    return "\n".join(
        [
            "# Security: what is kept, and what is not yet",
            "",
            declared["about"].strip(),
            "",
            f"In number: {counts}.",
            "",
        ]
        + [head, *rows, "", declared["notes"].strip(), ""]
    )


def _row(line: Line, tests: list[Citation], measured: dict[str, str]) -> str:
    state = line.state + (f": {line.because}" if line.because else "")
    proofs = ", ".join(sorted({test.link for test in tests}))
    numbers = "; ".join(f"{what}: {result}" for what, result in sorted(measured.items()))
    return f"| {line.id} | {line.short} | {state} | {proofs} | {numbers} |"
