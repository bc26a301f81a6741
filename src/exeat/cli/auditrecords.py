"""The audit of finished records: one line in, one line of findings out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from exeat.audit import Examination, examine
from exeat.cli.common import Laws
from exeat.cli.jsonlines import Faults, Line, finish, lines_of, name_of, outcomes, record_of
from exeat.facts.case import zone_of
from exeat.report.findings import finding_to_json

__all__ = ["audit_records"]

_KEYS: Final = ("place",)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of every line; its own `place` goes before it."""

    place: str | None
    laws: Laws

    def examine(self, line: Line) -> Examination:
        faults = Faults(line.where)
        record = faults.of(record_of, line)
        law = faults.of(self.laws.for_record, line.keys.get("place", self.place), record)
        faults.told()
        assert record is not None and law is not None
        return examine(record, law)


def audit_records(path: str, place: str | None, law: Path | None, *, as_json: bool) -> None:
    """Print what was found of each record of a file, in order.

    Raises:
        UsageError: The file cannot be read.
        typer.Exit: A line was at fault; the others are examined all the same.
    """
    asked = _Asked(place, Laws(law))
    failed = examined = 0
    for out in outcomes(lines_of(path), name_of(path), _KEYS, asked.examine):
        if as_json:
            print(out.to_json(_to_json))
        elif out.given is not None:
            _say(out.name, out.given)
        else:
            out.show_fault()
        failed, examined = failed + (out.given is None), examined + (out.given is not None)
    finish(failed, examined)


def _to_json(examined: Examination) -> dict[str, Any]:
    zone = zone_of(examined.record.zone)
    return {"findings": [finding_to_json(found, zone) for found in examined.findings]}


def _say(name: str, examined: Examination) -> None:
    print(f"{name}: {len(examined.findings) or 'no'} finding{'s'[len(examined.findings) == 1 :]}")
    for found in examined.findings:
        print(f"  - {found.kind.value} ({found.certainty.value}): {found.says}")
