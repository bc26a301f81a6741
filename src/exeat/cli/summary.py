"""The summary of an audit on the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from exeat.audit import FindingKind
from exeat.audit.summary import Summary
from exeat.decide import Certainty
from exeat.report.sentences import warnings_of
from exeat.rules.place import LawOfPlace
from exeat.say.answers import DISCLAIMER
from exeat.say.law_text import adoption_of

__all__ = ["show_summary"]


def show_summary(summary: Summary, law: LawOfPlace, console: Console) -> None:
    """Print what an audit counted: totals that add up, then findings by kind and certainty."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    for number, words in _totals(summary):
        table.add_row(f"{number:,}", words)
    console.print(table)
    for sentence in warnings_of(summary):
        console.print(f"! {sentence}", markup=False, highlight=False, soft_wrap=True)
    console.print()
    console.print(_findings(summary))
    for place in law.chain:
        console.print(f"{place.id}: {adoption_of(place)}", style="dim", markup=False)
    console.print(DISCLAIMER, style="dim", markup=False)


def _totals(summary: Summary) -> list[tuple[int, str]]:
    return [
        (
            summary.rows_read,
            f"rows read: {summary.rows_used:,} used, {summary.rows_duplicate:,} repeated, "
            f"{summary.rows_rejected:,} rejected",
        ),
        (summary.bookings, "bookings"),
        (summary.with_hold, "with an immigration hold"),
        (summary.only_hold, "with nothing but that hold"),
        (summary.hold_ended_last, "held on it after every other basis had ended"),
        (
            summary.hold_ended_last_over_48_running_hours,
            "of these by more than 48 running hours",
        ),
    ]


def _findings(summary: Summary) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("finding")
    table.add_column("certainty")
    for title in ("bookings", "findings", "hours"):
        table.add_column(title, justify="right")
    for kind in FindingKind:
        for certainty in Certainty:
            key = (kind.value, certainty.value)
            if not summary.findings[key]:
                continue
            hours = summary.hours[key]
            table.add_row(
                kind.value,
                certainty.value,
                f"{summary.records[key]:,}",
                f"{summary.findings[key]:,}",
                f"{hours:,.1f}" if hours else "",
            )
    return table
