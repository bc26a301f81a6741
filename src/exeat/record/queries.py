"""Named queries: SQL in ``sql/queries.sql``, each with a line that says what it does."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

__all__ = ["described", "query"]

_HEAD: Final = re.compile(r"^-- ([a-z_]+): (.+)$", re.MULTILINE)


@lru_cache(maxsize=1)
def _all() -> dict[str, tuple[str, bytes]]:
    text = (files("exeat.record") / "sql" / "queries.sql").read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return {
        head[1]: (head[2], text[head.end() : end].strip().encode())
        for head, end in zip(heads, ends, strict=True)
    }


def query(name: str) -> bytes:
    """Return the SQL of a named query."""
    return _all()[name][1]


def described() -> dict[str, str]:
    """Return what each query does, by name."""
    return {name: description for name, (description, _) in _all().items()}
