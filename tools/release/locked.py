"""A lock file, read: what it pins, with hashes, and who asked for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["Pin", "pins"]

_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_OURS: Final = "exeat (pyproject.toml"


@dataclass(frozen=True, slots=True)
class Pin:
    """One line of a lock.

    Attributes:
        marker: On which systems it is installed; "": on all.
        hashes: SHA-256 of every file of that release that the index has, in hex.
        via: Who asked for it, as the lock's comments say.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    via: tuple[str, ...]

    @property
    def asked(self) -> bool:
        """Say whether pyproject.toml itself asks for it, so that exeat runs."""
        return f"{_OURS})" in self.via

    @property
    def builds(self) -> bool:
        """Say whether pyproject.toml asks for it so that exeat can be built."""
        return any(one.startswith(f"{_OURS}:") for one in self.via)


def pins(lock: Path) -> tuple[Pin, ...]:
    """Return every pin of a lock, in its order."""
    text = lock.read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)
    return tuple(_pin(block) for block in blocks if "==" in block)


def _pin(block: str) -> Pin:
    head = Requirement(block.splitlines()[0].removesuffix("\\").strip())
    [pinned] = head.specifier
    comments = [line.strip().lstrip("#").strip() for line in block.splitlines() if "#" in line]
    via = (one.removeprefix("via").strip() for one in comments)
    return Pin(
        canonicalize_name(head.name),
        pinned.version,
        str(head.marker or ""),
        tuple(_HASH.findall(block)),
        tuple(one for one in via if one),
    )
