"""The decision knows no clock, file, network or terminal; read from the source itself."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import exeat

PACKAGE = Path(exeat.__file__).parent
DECIDE = sorted((PACKAGE / "decide").glob("*.py"))
OURS = ("exeat.decide", "exeat.errors", "exeat.facts", "exeat.rules")
IMPURE = frozenset(
    {"now", "today", "utcnow", "fromtimestamp", "monotonic", "open", "connect", "print", "input"}
    | {"urlopen", "environ", "getenv", "system", "Popen", "random", "sleep", "read_text"}
)
# What the standard library has for the world outside; `run` is also a word of our own.
OUTSIDE = frozenset({"os", "pathlib", "random", "shutil", "socket", "subprocess", "time", "urllib"})
CLOCKS = frozenset({"now", "today", "utcnow"})
# Where the instant of a question comes in; everything else is told it.
ASK_THE_CLOCK = {
    "cli/auditfile.py",
    "cli/common.py",
    "cli/law.py",
    "cli/lawcheck.py",
    "cli/place.py",
    "office/clock.py",
    "intake/mapping_parts.py",
    # When a checkpoint was kept, for whoever reads the file; no answer rests on it.
    "record/signing.py",
}


def imports_of(tree: ast.AST) -> set[str]:
    """Return the modules that a source names in its imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def impure_names(tree: ast.AST, names: frozenset[str]) -> set[str]:
    """Return those of the names that a source calls or reads as an attribute."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            found.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {node.func.id} & names
    return found


def foreign(tree: ast.AST) -> set[str]:
    """Return the imports that the decision may not have."""
    return {
        name
        for name in imports_of(tree)
        if name.split(".")[0] in OUTSIDE
        or (name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(OURS))
    }


@pytest.mark.parametrize("path", DECIDE, ids=lambda path: path.name)
def test_decide_imports_facts_and_rules_only_and_asks_nobody(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert foreign(tree) == set()
    assert impure_names(tree, IMPURE) == set()


def asks_the_clock(tree: ast.AST) -> bool:
    """Say whether a source reads `datetime.now`, `date.today` and the like."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in CLOCKS
        and ast.unparse(node.value).split(".")[-1] in ("datetime", "date")
        for node in ast.walk(tree)
    )


def test_only_the_doors_ask_the_clock() -> None:
    asking = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if asks_the_clock(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert asking == ASK_THE_CLOCK


def test_a_clock_that_is_asked_is_seen() -> None:
    for source in ("datetime.now(UTC)", "date.today()", "f = datetime.datetime.utcnow"):
        assert asks_the_clock(ast.parse(source))
    assert not asks_the_clock(ast.parse("self.clock.now()"))


@pytest.mark.parametrize(
    "source",
    [
        "import polars",
        "from exeat.audit.examine import examine",
        "from . import cli",
        "import exeat.report.page",
        "import subprocess",
        "from os import environ",
    ],
)
def test_a_foreign_import_is_seen(source: str) -> None:
    assert foreign(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    ["at = datetime.now(UTC)", "open('law.toml')", "os.environ['ZONE']", "print(1)", "d.today()"],
)
def test_an_impure_call_is_seen(source: str) -> None:
    assert impure_names(ast.parse(source), IMPURE)
