"""The audit of an export: from a jail's own file, of any kind, to a report and tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from exeat._version import __version__
from exeat.audit import Examination
from exeat.audit.summary import Summary
from exeat.cli.auditrun import Floor, audit_file, rank
from exeat.cli.common import law_for
from exeat.cli.map import show_proposal
from exeat.cli.summary import show_summary
from exeat.errors import IntakeError, UsageError
from exeat.facts.case import zone_of
from exeat.intake import NOTES, Mapping, RejectFile, Tally, load_mapping, place_in
from exeat.intake.propose import propose
from exeat.report.chart import HoursHistogram
from exeat.report.page import ReportInfo, write_page
from exeat.report.tables import FindingsWriter, write_summary_json
from exeat.rules.place import LawOfPlace

__all__ = ["SHOWN", "run"]

SHOWN: Final = 200
"""So many bookings the page shows in full; the tables have them all."""


def run(
    file: Path,
    map_name: str | None,
    place: str | None,
    out: Path,
    console: Console,
    *,
    law: Path | None = None,
    workers: int | None = None,
    shown: int = SHOWN,
    as_of: datetime | None = None,
) -> Summary:
    """Audit one export into a folder, and print what came of it."""
    _keep_apart(file, out)
    if map_name is None:
        map_name = _own_mapping(file, place, out)
    place = place or place_in(map_name)
    if place is None:
        raise UsageError.one(
            "E404", "--place", "is missing, and the mapping names none", "Say whose law applies."
        )
    mapping = load_mapping(map_name, zone=law_for(place, law).zone)
    rules = law_for(place, law, mapping.facility.kind)
    _make_folder(out)
    begun = file.exists()
    if begun:
        _clear_folder(out)
    try:
        summary, cases, histogram = _examine(
            file, mapping, rules, out, law=law, workers=workers, shown=shown, as_of=as_of
        )
    except IntakeError:
        if begun:
            _clear_folder(out)  # what was begun is no report
        raise
    write_summary_json(out / "summary.json", summary)
    write_page(
        out / "index.html",
        summary=summary,
        cases=cases,
        law=rules,
        info=_info(file, mapping, rules, summary, cases, histogram),
    )
    show_summary(summary, rules, console)
    console.print(f"\nThe report: {out / 'index.html'}", markup=False, style="bold")
    console.print(f"Tables beside it: {', '.join(_tables(out))}", markup=False)
    if not summary.bookings:
        raise UsageError.one(
            "E411",
            file.name,
            f"no row could be used: {summary.rows_rejected:,} of {summary.rows_read:,} were "
            "rejected",
            f"Look into {out / 'rejects.csv'}: each row stands there with what is wrong and what "
            "would do. Most often one time format or one column is wrong in the mapping.",
        )
    return summary


def _own_mapping(file: Path, place: str | None, out: Path) -> str:
    """Return a mapping for an export that was given without one: that beside it, or a new one."""
    beside = file.with_suffix(".map.toml")
    if beside.exists():
        typer.echo(f"Read by {beside.name}, which lies beside it.", err=True)
        return str(beside)
    proposal = propose(file, place=place or "")
    show_proposal(proposal, Console(stderr=True, highlight=False, soft_wrap=True))
    _make_folder(out)
    path = out / "map.toml"
    if path.exists() and path.read_text(encoding="utf-8") != proposal.toml:
        raise UsageError.one(
            "E405",
            "--map",
            f"`{path}` is there already, and is not what would be proposed anew",
            f"Give --map {path} if it was mended for this export; else name another --out.",
        )
    path.write_text(proposal.toml, encoding="utf-8")
    return str(path)


def _keep_apart(file: Path, out: Path) -> None:
    """Refuse to write a report over the export it is made of, such as mended rejected rows."""
    if file.resolve() in {(out / name).resolve() for name in ("index.html", *_TABLES)}:
        raise UsageError.one(
            "E405",
            "--out",
            f"`{out}` is where `{file.name}` itself would be written anew",
            "Name another folder, or move the export out of it.",
        )


def _clear_folder(out: Path) -> None:
    """Take away an earlier report: one that is refused must not leave it there as its own."""
    for name in ("index.html", *_TABLES):
        with suppress(OSError):
            (out / name).unlink()


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError.one(
            "E405", "--out", f"`{out}` cannot be made ({error.strerror})", "Name another folder."
        ) from None


_TABLES: Final = (
    "findings.csv",
    "findings.json",
    "findings.parquet",
    "summary.json",
    "rejects.csv",
)


def _tables(out: Path) -> list[str]:
    return [name for name in _TABLES if (out / name).exists()]


def _examine(
    file: Path,
    mapping: Mapping,
    rules: LawOfPlace,
    out: Path,
    *,
    law: Path | None,
    workers: int | None,
    shown: int,
    as_of: datetime | None,
) -> tuple[Summary, list[Examination], HoursHistogram]:
    summary, histogram, floor = Summary(), HoursHistogram(), Floor()
    cases: list[Examination] = []
    zone = zone_of(mapping.zone)
    with RejectFile(out / "rejects.csv") as rejects, FindingsWriter(out, zone) as writer:
        tally = Tally(on_reject=rejects.add)
        parts = audit_file(
            file, mapping, rules, tally, adopted=law, floor=floor, workers=workers, as_of=as_of
        )
        with _progress() as progress:
            task = progress.add_task("reading", total=None)
            for part in parts:
                summary += part.summary
                writer.add(part.findings)
                for _, found in groupby(part.findings, key=lambda finding: finding.record_id):
                    histogram.add(list(found))
                cases = sorted([*cases, *part.cases], key=_order)[:shown]
                if len(cases) == shown:
                    floor.rank = rank(cases[-1])
                progress.update(task, description=f"{summary.bookings:,} bookings examined")
    summary.rows_read = tally.rows_read
    summary.rows_rejected = tally.rows_rejected
    summary.rows_duplicate = tally.duplicates
    summary.rows_used = tally.rows_used - tally.duplicates
    summary.unmapped.update(tally.unmapped)
    summary.doubts = tally.learned.doubts
    assert tally.rows_read == tally.rows_used + tally.rows_rejected, "every row is used or rejected"
    return summary, cases, histogram


def _order(examined: Examination) -> tuple[object, str]:
    return rank(examined), examined.record.id


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show what is being done on standard error, where a person watches."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as progress:
        yield progress


def _info(
    file: Path,
    mapping: Mapping,
    rules: LawOfPlace,
    summary: Summary,
    cases: list[Examination],
    histogram: HoursHistogram,
) -> ReportInfo:
    return ReportInfo(
        title=f"Custody and detainers: {rules.chain[-1].name}",
        source_file=file.name,
        attribution=mapping.attribution,
        mapping=mapping.name,
        place_id=rules.id,
        place_name=rules.chain[-1].name,
        version=__version__,
        made_at=datetime.now(UTC),
        findings_total=sum(summary.findings.values()),
        findings_shown=sum(len(case.findings) for case in cases),
        command=f"exeat audit {file.name} --map {mapping.name} --place {rules.id}",
        quality=NOTES,
        processing_hours=rules.processing.total_seconds() / 3600,
        rejects_file="rejects.csv" if summary.rows_rejected else None,
        histogram=histogram,
    )
