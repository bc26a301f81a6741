"""The audit of finished records: one line in, one line of findings out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from exeat.audit import Examination, examine
from exeat.cli.common import Laws, instant
from exeat.cli.jsonlines import Faults, Line, finish, lines_of, name_of, outcomes, record_of
from exeat.facts.case import zone_of
from exeat.report.findings import finding_to_json, say_finding

__all__ = ["audit_records"]

_KEYS: Final = ("place", "as_of")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of every line; its own `place` and `as_of` go before it."""

    place: str | None
    laws: Laws
    as_of: datetime | None

    def examine(self, line: Line) -> Examination:
        faults, keys = Faults(line.where), line.keys
        record = faults.of(record_of, line)
        as_of = self.as_of
        if "as_of" in keys:
            as_of = faults.of(instant, keys["as_of"], "field `as_of`")
        law = faults.of(self.laws.for_record, keys.get("place", self.place), record)
        faults.told()
        assert record is not None and law is not None
        return examine(record, law, as_of=as_of)


def audit_records(
    path: str, place: str | None, law: Path | None, as_of: str | None, *, as_json: bool
) -> None:
    """Print what was found of each record of a file, in order.

    Args:
        path: The file, or ``-`` for standard input.
        place: Whose law, where a line does not say.
        law: A folder of adopted law, or None.
        as_of: Up to when those who are still inside are audited; None: only who has left.
        as_json: One JSON object a line, and not words.

    Raises:
        UsageError: The file cannot be read.
        typer.Exit: A line was at fault; the others are examined all the same.
    """
    up_to = instant(as_of, "--as-of") if as_of is not None else None
    asked = _Asked(place, Laws(law), up_to)
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
        says = say_finding(found, zone_of(examined.record.zone))
        print(f"  - {found.kind.value} ({found.certainty.value}): {says}")
