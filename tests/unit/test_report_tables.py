"""Findings as files: columns, times, formulas made safe, batches, nothing left half written."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from exeat.audit import Finding, FindingCode, FindingKind
from exeat.audit.summary import Summary
from exeat.decide import Certainty
from exeat.report import tables
from exeat.report.tables import (
    COLUMNS,
    FindingsWriter,
    write_summary_json,
)

ZONE = ZoneInfo("America/Los_Angeles")


def finding(record_id: str = "b-1", **changes: object) -> Finding:
    values: dict[str, object] = {
        "record_id": record_id,
        "kind": FindingKind.HELD_PAST,
        "start": datetime(2017, 11, 5, 8, 30, tzinfo=UTC),
        "end": datetime(2017, 11, 5, 9, 30, tzinfo=UTC),
        "hours": 1.0,
        "certainty": Certainty.POSSIBLE,
        "code": FindingCode.KEPT_PAST,
        "rules": ("us-a", "us-b"),
        "sources": ("us/s1",),
    }
    return Finding(**{**values, **changes})  # type: ignore[arg-type]


def write(folder: Path, findings: list[Finding]) -> None:
    with FindingsWriter(folder, ZONE) as writer:
        writer.add(findings)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_has_the_columns_and_tells_the_repeated_hour_apart(tmp_path: Path) -> None:
    path = tmp_path / "findings.csv"
    write(tmp_path, [finding()])
    [row] = read_csv(path)
    assert tuple(row) == COLUMNS
    assert (row["from"], row["until"]) == ("2017-11-05T01:30:00-07:00", "2017-11-05T01:30:00-08:00")
    assert row["rules"] == "us-a; us-b"
    assert row["group"] == "kept"


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1"])
def test_csv_runs_no_formula(tmp_path: Path, hostile: str) -> None:
    path = tmp_path / "findings.csv"
    changes = {"detainer": hostile, "rules": (hostile,)}
    write(tmp_path, [finding(hostile, **changes)])
    [row] = read_csv(path)
    for column in ("record_id", "detainer", "rules"):
        assert row[column] == f"'{hostile}"


def test_json_is_an_array_with_lists_and_untouched_text(tmp_path: Path) -> None:
    path = tmp_path / "findings.json"
    write(tmp_path, [finding("=a"), finding("ü", start=None, end=None, hours=None)])
    first, second = json.loads(path.read_text(encoding="utf-8"))
    assert first["record_id"] == "=a"
    assert first["rules"] == ["us-a", "us-b"]
    assert second["from"] is None
    write(tmp_path, [])
    assert json.loads(path.read_text()) == []


def test_parquet_comes_back_as_it_went_in(tmp_path: Path) -> None:
    path = tmp_path / "findings.parquet"
    write(tmp_path, [finding(), finding("b-2", start=None, hours=None)])
    frame = pl.read_parquet(path)
    assert tuple(frame.columns) == COLUMNS
    one, two = frame.to_dicts()
    # In the night on which the clocks go back; Python compares such times in UTC only.
    assert one["from"].astimezone(UTC) == finding().start
    assert one["until"].astimezone(UTC) == finding().end
    assert str(one["from"].tzinfo) == "America/Los_Angeles"
    assert one["rules"] == ["us-a", "us-b"]
    assert two["from"] is None
    assert two["hours"] is None


def test_batches_make_the_same_files_as_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = [finding(f"b-{n}") for n in range(25)]
    for name in ("one", "many"):
        (tmp_path / name).mkdir()
    with FindingsWriter(tmp_path / "one", ZONE) as writer:
        writer.add(findings)
    monkeypatch.setattr(tables, "_PART_ROWS", 4)
    with FindingsWriter(tmp_path / "many", ZONE) as writer:
        for n in range(0, 25, 3):
            writer.add(findings[n : n + 3])
    for name in ("findings.csv", "findings.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()
    one, many = (pl.read_parquet(tmp_path / n / "findings.parquet") for n in ("one", "many"))
    assert one.equals(many)


def test_no_findings_still_make_three_readable_files(tmp_path: Path) -> None:
    with FindingsWriter(tmp_path, ZONE):
        pass
    assert pl.read_parquet(tmp_path / "findings.parquet").height == 0
    assert (tmp_path / "findings.csv").read_text().strip() == ",".join(COLUMNS)


def test_a_failure_leaves_no_file_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), FindingsWriter(tmp_path, ZONE) as writer:
        writer.add([finding()])
        raise RuntimeError("power cut")
    assert list(tmp_path.iterdir()) == []


def test_summary_json_has_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    write_summary_json(path, Summary(rows_read=3), {"place": "us"})
    content = json.loads(path.read_text())
    assert content["place"] == "us"
    assert content["rows_read"] == 3
    assert {"bookings", "findings", "data_quality", "bookings_with_immigration_hold"} <= set(
        content
    )
