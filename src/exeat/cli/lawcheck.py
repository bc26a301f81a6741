"""`exeat law check`, `coverage` and `diff`: what can be proved, what is covered, what changed."""

from __future__ import annotations

import importlib.util
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from exeat.cli.clear import console_for_reading
from exeat.cli.common import LawDir, day_of, library_of
from exeat.errors import UsageError
from exeat.prove.changes import law_diff
from exeat.prove.check import CheckReport, check
from exeat.prove.proofs import CounterExample
from exeat.report.lawpages.register import MAX_AGE_DAYS, overdue, register
from exeat.rules.model import Jurisdiction

__all__ = ["check_law", "coverage", "diff", "docs"]


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def check_law(
    proofs: Annotated[bool, typer.Option(help="Also prove properties; needs z3-solver.")] = True,
    write: Annotated[
        Path | None, typer.Option(help="Folder for the records of counter-examples.")
    ] = None,
    law: LawDir = None,
) -> None:
    """Check the law: structure, coverage over time, proofs, and every rule's own examples.

    Exits with 0 if nothing must be mended, with 1 if something must.

    Examples:
      exeat law check

      exeat law check --no-proofs

      exeat law check --law our-law --write counter-examples
    """
    if proofs and importlib.util.find_spec("z3") is None:
        raise UsageError.one(
            "E406",
            "--proofs",
            "needs z3-solver, which is not installed",
            "Install it with `pip install z3-solver`, or leave proofs out with --no-proofs.",
        )
    report = check(library_of(law), proofs=proofs, today=_today())
    console = console_for_reading()
    _show_report(report, console, proved=proofs)
    if write is not None:
        _write_records(report, write, console)
    raise typer.Exit(0 if report.green else 1)


def _show_report(report: CheckReport, console: Console, *, proved: bool) -> None:
    for fault in report.faults:
        console.print(f"{fault} [{fault.code}]", style="red", markup=False, soft_wrap=True)
    for warning in report.warnings:
        console.print(f"note: {warning}", style="dim", markup=False, soft_wrap=True)
    flagged = [c for c in report.contradictions if c.certain]
    console.print(
        f"{report.places} jurisdictions, {report.rules} rules, {report.stretches:,} spans of days "
        f"up to {report.until}, {report.seconds:.0f} s",
        markup=False,
    )
    console.print(
        f"{len(flagged)} commands and bans that can meet; the answer there is conflict",
        markup=False,
    )
    for proof in report.proofs:
        word = "proved" if proof.holds else "FAILED"
        console.print(f"{word}: {proof.says} ({proof.weighed})", markup=False, soft_wrap=True)
        for example in proof.counter_examples:
            _show_example(example, console)
    if not proved:
        console.print("no proof was tried (--no-proofs)", style="yellow")
    console.print("green" if report.green else "NOT green", style="bold")


def _show_example(example: CounterExample, console: Console) -> None:
    console.print(f"  {example.place}: {example.says}", markup=False, soft_wrap=True)
    if example.record and example.at is not None:
        at = example.at.isoformat()
        console.print(f"  exeat clear - --place {example.place} --at {at} <<'E'", markup=False)
        console.print(f"{example.record}\nE", markup=False, soft_wrap=True)


def _write_records(report: CheckReport, folder: Path, console: Console) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for proof in report.proofs:
        for number, example in enumerate(proof.counter_examples, start=1):
            if example.record:
                path = folder / f"{proof.name}-{example.place}-{number}.json"
                path.write_text(example.record + "\n", encoding="utf-8")
                console.print(f"wrote {path}", markup=False)


def coverage(law: LawDir = None) -> None:
    """List what is covered, on what basis, when it was last checked, and what is contested.

    Exits with 1 if a check is older than a year.

    Examples:
      exeat law coverage
    """
    rows = register(library_of(law), _today())
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("id", "checked", "age", "read", "recalled", "high", "medium", "low",
                  "contested", "to judge", "rests on"):  # fmt: skip
        left = title in ("id", "checked", "rests on")
        table.add_column(title, justify="left" if left else "right")
    for row in rows:
        table.add_row(
            row.id, row.checked.isoformat(), f"{row.age_days} d", str(row.read),
            str(row.recalled), str(row.high), str(row.medium), str(row.low),
            str(len(row.contested)), str(len(row.to_judge)), row.adopted or "research",
        )  # fmt: skip
    console = Console(width=None if Console().is_terminal else 130)
    console.print(table)
    late = overdue(rows)
    for row in late:
        console.print(
            f"{row.id}: checked {row.age_days} days ago; the project allows {MAX_AGE_DAYS}",
            style="red",
            markup=False,
        )
    raise typer.Exit(1 if late else 0)


def diff(
    before: Annotated[str, typer.Argument(help="A day, or a folder of adopted law.")],
    after: Annotated[str, typer.Argument(help="Another day, or another folder.")],
    place: Annotated[str, typer.Option(help="Whose law; left out: every place.")] = "",
    law: LawDir = None,
) -> None:
    """Tell which answers change for which facts between two days, or two bodies of law.

    Examples:
      exeat law diff 2019-05-20 2019-05-22 --place us-wa

      exeat law diff our-law-of-2025 our-law --place us-va-fairfax
    """
    one, first = _side(before, law)
    other, second = _side(after, law)
    places = [place] if place else sorted(set(one) & set(other))
    console = console_for_reading()
    shown = 0
    for name in places:
        changes = law_diff(name, one, first, other, second)
        if not changes:
            continue
        console.print(f"{name}", style="bold", markup=False)
        for change in changes:
            shown += 1
            rules = ", ".join(change.rules)
            console.print(
                f"  {change.kind.value}: {change} [{rules}]", markup=False, soft_wrap=True
            )
    console.print(f"{shown} changes." if shown else "No answer changes.")


def docs(
    out: Annotated[Path, typer.Option(help="Where the pages go.")] = Path("build/law"),
    law: LawDir = None,
) -> None:
    """Build the pages of the law: one a jurisdiction, two maps, a comparison, the register.

    Examples:
      exeat law docs --out build/law
    """
    from exeat.report.lawpages.site import build_site

    built = build_site(out, library_of(law), today=_today())
    typer.echo(f"{built.pages} pages: {out / 'index.html'}")


def _side(text: str, law: Path | None) -> tuple[dict[str, Jurisdiction], date]:
    folder = Path(text)
    if folder.is_dir():
        return library_of(folder), _today()
    return library_of(law), day_of(text, "the day")
