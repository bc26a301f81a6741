"""Findings as CSV, JSON and Parquet, in batches, so that an audit of any size can be written.

A file is written under another name and takes its own when it is whole, so that nobody
reads half of one.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self
from zoneinfo import ZoneInfo

import polars as pl

from exeat.audit.findings import Finding
from exeat.audit.summary import Summary
from exeat.report.findings import asked_of, say_finding

__all__ = [
    "COLUMNS",
    "FindingsWriter",
    "finding_row",
    "safe_cell",
    "write_summary_json",
]

COLUMNS: Final = (
    "record_id",
    "kind",
    "group",
    "from",
    "until",
    "hours",
    "certainty",
    "detainer",
    "rules",
    "sources",
    "readings",
    "questions",
    "says",
)
"""The columns of every form, in order."""

_LISTS: Final = ("rules", "sources", "readings", "questions")

# What a spreadsheet would take for a formula; a tab or a line end before it does not help.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

_PART_ROWS: Final = 50_000


def finding_row(finding: Finding, zone: ZoneInfo) -> dict[str, Any]:
    """Return one finding as a row: times in the facility's zone, rules and sources as lists.

    Args:
        finding: What was found.
        zone: The facility's time zone.

    Units: ``hours`` are running hours.
    """
    return {
        "record_id": finding.record_id,
        "kind": finding.kind.value,
        "group": finding.group.value,
        "from": finding.start.astimezone(zone) if finding.start else None,
        "until": finding.end.astimezone(zone) if finding.end else None,
        "hours": finding.hours,
        "certainty": finding.certainty.value,
        "detainer": finding.detainer,
        "rules": list(finding.rules),
        "sources": list(finding.sources),
        "readings": list(finding.readings),
        "questions": asked_of(finding),
        "says": say_finding(finding, zone),
    }


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples:
        >>> safe_cell("=HYPERLINK(1)"), safe_cell("a1"), safe_cell("  -2+3")
        ("'=HYPERLINK(1)", 'a1', "'  -2+3")
    """
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _flat(row: Mapping[str, Any], *, join: bool) -> dict[str, Any]:
    """Return a row with its times as ISO text and, for CSV, its lists as one text each."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("from", "until"):
            value = value.isoformat() if value is not None else None
        elif join and name in _LISTS:
            value = "; ".join(value)
        if join:
            value = safe_cell(value) if isinstance(value, str) else "" if value is None else value
        flat[name] = value
    return flat


class _Sink(Protocol):
    def add(self, rows: Sequence[Mapping[str, Any]]) -> None: ...

    def close(self) -> None: ...

    def drop(self) -> None: ...


class _TextSink:
    """A text file that takes its name when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._file = self._part.open("w", encoding="utf-8", newline="")

    def close(self) -> None:
        self._file.close()
        self._part.replace(self._path)

    def drop(self) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)


class _CsvSink(_TextSink):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._csv = csv.DictWriter(self._file, COLUMNS, lineterminator="\r\n")
        self._csv.writeheader()

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._csv.writerows(_flat(row, join=True) for row in rows)


class _JsonSink(_TextSink):
    """A JSON array, one finding a line."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._comma = ""
        self._file.write("[")

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for row in rows:
            text = json.dumps(_flat(row, join=False), ensure_ascii=False)
            self._file.write(f"{self._comma}\n{text}")
            self._comma = ","

    def close(self) -> None:
        self._file.write("\n]\n")
        super().close()


class _ParquetSink:
    """Parts of a bounded size, put together at the end without reading them all at once."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        self._path = path
        self._schema = _schema(zone)
        self._parts = Path(tempfile.mkdtemp(prefix=".findings-", dir=path.parent))
        self._rows: list[Mapping[str, Any]] = []
        self._count = 0

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows.extend(rows)
        if len(self._rows) >= _PART_ROWS:
            self._flush()

    def _flush(self) -> None:
        frame = pl.DataFrame(self._rows, schema=self._schema, orient="row")
        frame.write_parquet(self._parts / f"{self._count:06}.parquet")
        self._count += 1
        self._rows = []

    def close(self) -> None:
        if self._rows or not self._count:
            self._flush()
        whole = self._parts / "whole"
        parts = sorted(self._parts.glob("*.parquet"))
        pl.scan_parquet(parts).sink_parquet(whole, compression="zstd")
        whole.replace(self._path)
        shutil.rmtree(self._parts)

    def drop(self) -> None:
        shutil.rmtree(self._parts, ignore_errors=True)


def _schema(zone: ZoneInfo) -> dict[str, Any]:
    kinds: dict[str, Any] = dict.fromkeys(COLUMNS, pl.String)
    kinds |= {name: pl.List(pl.String) for name in _LISTS}
    kinds |= {name: pl.Datetime("us", zone.key) for name in ("from", "until")}
    kinds["hours"] = pl.Float64
    return kinds


class FindingsWriter:
    """Writes ``findings.csv``, ``findings.json`` and ``findings.parquet`` in batches.

    Args:
        out_dir: The folder to write into; it must exist.
        zone: The facility's time zone, in which times are written.

    Examples:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with FindingsWriter(Path(folder), ZoneInfo("UTC")) as writer:
        ...         writer.add([])
        ...     sorted(path.name for path in Path(folder).iterdir())
        ['findings.csv', 'findings.json', 'findings.parquet']
    """

    def __init__(self, out_dir: Path, zone: ZoneInfo) -> None:
        self._zone = zone
        self._sinks: tuple[_Sink, ...] = (
            _CsvSink(out_dir / "findings.csv"),
            _JsonSink(out_dir / "findings.json"),
            _ParquetSink(out_dir / "findings.parquet", zone),
        )

    def add(self, findings: Sequence[Finding]) -> None:
        """Write some more findings."""
        rows = [finding_row(finding, self._zone) for finding in findings]
        for sink in self._sinks:
            sink.add(rows)

    def close(self) -> None:
        """Finish the files and give them their names."""
        for sink in self._sinks:
            sink.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
            return
        for sink in self._sinks:
            sink.drop()


def write_summary_json(
    path: Path, summary: Summary, extra: Mapping[str, Any] | None = None
) -> None:
    """Write the summary as JSON, with what else a reader must know of the run in front."""
    content = {**(extra or {}), **summary.to_json()}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
