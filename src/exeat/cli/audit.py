"""`exeat audit`: what should have happened, and what did; of an export, or of records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exeat.cli.common import LawDir, instant
from exeat.errors import Fault, UsageError

__all__ = ["audit"]


def audit(
    file: Annotated[
        Path | None,
        typer.Argument(help="The export: CSV, a workbook, JSON, Parquet, Feather, SQLite."),
    ] = None,
    map: Annotated[
        str | None,
        typer.Option(
            "--map",
            help="A mapping: `pierce`, or a file of your own; left out, one is proposed and used.",
        ),
    ] = None,
    place: Annotated[
        str | None,
        typer.Option(help="Whose law; that of the mapping, or of a line, if left out."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the report goes; `out` if left out.")
    ] = None,
    law: LawDir = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes to use; one a processor if left out.", min=0)
    ] = None,
    shown: Annotated[
        int | None, typer.Option(help="Bookings to show in full on the page; 200 if left out.")
    ] = None,
    records: Annotated[
        str | None,
        typer.Option(help="Instead of an export: finished records as JSON Lines, or - for input."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Audit also who is still inside, up to this time, with an offset, or `now`."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Of records: print one JSON object a line.")
    ] = False,
) -> None:
    """Find who was held past every authority, by how long, and under which law of that day.

    Of an export, writes index.html, findings.csv, findings.json, findings.parquet, summary.json
    and rejects.csv into the folder, and prints the summary; a mapping that was proposed because
    none was given goes there too, with its doubts. Of records, prints what was found of
    each: a line is a record, or
    {"record": {...}, "place": "us-az", "as_of": "...", "id": "..."}.

    Examples:
      exeat audit holds.csv --map pierce --place us-wa-pierce --out report

      exeat audit export.csv --map my-map.toml --place us-tx-travis

      exeat audit --records left.jsonl --place us-az --json > findings.jsonl

      exeat audit --records inside.jsonl --place us-az --as-of 2026-11-27T12:00-07:00
    """
    of_export = {"FILE": file, "--map": map, "--out": out, "--workers": workers, "--shown": shown}
    if records is not None:
        _refuse([name for name, value in of_export.items() if value is not None], "--records")
        from exeat.cli.auditrecords import audit_records

        audit_records(records, place, law, as_of, as_json=as_json)
        return
    of_records = {"--json": as_json or None}
    _refuse([name for name, value in of_records.items() if value is not None], "an export")
    if file is None:
        help = "Name an export, or give records as JSON Lines with --records."
        raise UsageError.one("E410", "FILE", "is missing", help)
    from exeat.cli.auditfile import SHOWN, run
    from exeat.cli.clear import console_for_reading

    run(
        file,
        map,
        place,
        out or Path("out"),
        console_for_reading(),
        law=law,
        workers=workers,
        shown=SHOWN if shown is None else shown,
        as_of=instant(as_of, "--as-of") if as_of is not None else None,
    )


def _refuse(given: list[str], asked: str) -> None:
    """Refuse options that have no meaning for what is audited.

    Raises:
        UsageError: Any is given.
    """
    if given:
        said = f"does not go with {asked}"
        raise UsageError([Fault("E410", name, said, "Leave it out.") for name in given])
