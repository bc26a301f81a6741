"""Where a release is from, as an in-toto statement with a SLSA provenance predicate."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tools.release.locked import Pin
from tools.release.vendored import sha256

__all__ = ["BUILD_TYPE", "Built", "provenance_of"]

BUILD_TYPE: Final = "urn:exeat:build:hatchling-from-git-archive:1"
"""Sdist and wheel by hatchling, from ``git archive`` of one commit, at that commit's time."""
_STATEMENT: Final = "https://in-toto.io/Statement/v1"
_PREDICATE: Final = "https://slsa.dev/provenance/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """How a release was built.

    Attributes:
        source: Where the commit can be had, such as the address of a repository.
        epoch: SOURCE_DATE_EPOCH: seconds since 1970.
        builder: Who built it, as a URI.
    """

    commit: str
    source: str
    epoch: int
    builder: str
    began: datetime
    ended: datetime


def provenance_of(
    built: Built, subjects: Iterable[Path], materials: Mapping[str, Path], tools: Iterable[Pin]
) -> str:
    """Return the statement about the files of a release, as JSON.

    Args:
        built: How.
        subjects: What was built.
        materials: Files that decided what came out, besides the source as such: the locks.
        tools: What built it, as the lock pins it.
    """
    source = {"uri": built.source, "digest": {"gitCommit": built.commit}}
    needed: list[dict[str, Any]] = [
        source,
        *({"uri": uri, "digest": {"sha256": sha256(path)}} for uri, path in materials.items()),
        *({"uri": f"pkg:pypi/{pin.name}@{pin.version}"} for pin in tools),
    ]
    statement = {
        "_type": _STATEMENT,
        "subject": [{"name": one.name, "digest": {"sha256": sha256(one)}} for one in subjects],
        "predicateType": _PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"source": source},
                "internalParameters": {
                    "SOURCE_DATE_EPOCH": str(built.epoch),
                    "python": platform.python_version(),
                    "system": platform.platform(),
                },
                "resolvedDependencies": needed,
            },
            "runDetails": {
                "builder": {"id": built.builder},
                "metadata": {
                    "startedOn": built.began.isoformat(timespec="seconds"),
                    "finishedOn": built.ended.isoformat(timespec="seconds"),
                },
            },
        },
    }
    return json.dumps(statement, indent=2) + "\n"
