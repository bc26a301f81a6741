"""The register of error codes: whole, and each with one meaning."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import exeat
from exeat import errors
from exeat.errors import ExeatError
from exeat.i18n.words import catalogue
from exeat.office import errors as of_the_desk
from exeat.record import _errors as of_the_ledger

TEXTS = {
    key.removeprefix("fault_code."): text
    for key, (text, *_) in catalogue("en").texts.items()
    if key.startswith("fault_code.")
}
CODE = re.compile(r"E\d{3}")
FAMILY = {
    errors.RecordError: "E1",
    errors.LawError: "E2",
    errors.IntakeError: "E3",
    errors.UsageError: "E4",
    errors.LedgerError: "E5",
    of_the_desk.DeskError: "E6",
}


@cache
def nodes() -> tuple[ast.AST, ...]:
    return tuple(
        node
        for file in Path(exeat.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    )


def raised() -> Iterator[tuple[str, str]]:
    """Yield each class that is given a single code, with the code."""
    for node in nodes():
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="one"),
                args=[ast.Constant(value=str(code)), *_],
            ) if CODE.fullmatch(code):
                yield name, code


def test_every_code_in_use_is_in_the_register_and_none_else() -> None:
    used = {
        node.value
        for node in nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    codes = {text for text in used if CODE.fullmatch(text)}
    assert {*codes, *(f"{code}.do" for code in codes)} == set(TEXTS)


def test_no_two_codes_mean_the_same_and_each_says_what_to_do() -> None:
    means = [text for code, text in TEXTS.items() if CODE.fullmatch(code)]
    assert len(set(means)) == len(means) and list(TEXTS) == sorted(TEXTS)
    assert all(text.endswith(".") for text in TEXTS.values())


def test_a_code_is_of_the_family_of_its_error() -> None:
    kinds = {**vars(errors), **vars(of_the_desk), **vars(of_the_ledger)}
    found = set(raised())
    assert len(found) > 60
    for name, code in sorted(found):
        kind = kinds[name]
        assert issubclass(kind, ExeatError)
        wanted = [family for base, family in FAMILY.items() if issubclass(kind, base)]
        assert wanted == [code[:2]], (name, code)
