"""A look for known faults says when it could not look."""

from __future__ import annotations

from typing import Any

import pytest
from tools.audit_deps import BLIND, CLEAN, KNOWN, looked_of

SEEN: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
SKIPPED: dict[str, Any] = {"name": "b", "skip_reason": "Dependency not found on PyPI"}
FAULT: dict[str, Any] = {"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": []}
FAULTY: dict[str, Any] = {"name": "c", "version": "2", "vulns": [FAULT]}


@pytest.mark.parametrize(
    ("found", "code", "words"),
    [
        ([SEEN], CLEAN, "1 looked up, nothing is known"),
        ([SEEN, SKIPPED], BLIND, "COULD NOT LOOK at 1 of 2 (b)"),
        ([], BLIND, "COULD NOT LOOK at 0 of 0"),
        ([SEEN, FAULTY], KNOWN, "KNOWN: c 2: PYSEC-1; mended in 2.1"),
        ([SKIPPED, FAULTY], KNOWN, "COULD NOT LOOK at 1 of 2"),
    ],
)
def test_what_was_not_looked_up_is_no_clean_bill(
    found: list[dict[str, Any]], code: int, words: str
) -> None:
    looked = looked_of({"dependencies": found})
    assert looked.code == code
    assert words in looked.said("run.lock")
    assert ("nothing is known" in looked.said("run.lock")) is (code == CLEAN)
