"""`exeat demo`: the main job on real input, and three answers at the desk."""

from __future__ import annotations

from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from exeat.cli.auditfile import run
from exeat.cli.clear import console_for_reading
from exeat.cli.common import law_for
from exeat.cli.demodesk import show_desk
from exeat.cli.show import show_answer
from exeat.decide import decide
from exeat.facts.case import zone_of
from exeat.facts.codec import record_from_json

__all__ = ["demo"]

_ANSWERS = (
    ("must go now", "must-go.json", "us-wa-pierce", "2026-11-20T18:00:00-08:00"),
    ("may be held until", "may-be-held.json", "us-az", "2026-11-20T18:00:00-07:00"),
    ("cannot decide, and what to ask", "cannot-decide.json", "us-tx", "2026-11-20T18:00:00-06:00"),
)


def demo(
    out: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("out/pierce"),
    desk: Annotated[bool, typer.Option(help="Also start the desk.")] = True,
) -> None:
    """Audit real jail records, show three answers, and start the desk on a living board.

    With no terminal on standard input the desk is started, checked and stopped again.

    Examples:
      exeat demo

      exeat demo --no-desk
    """
    console = console_for_reading()
    sample = Path(str(resources.files("exeat.sample")))
    console.rule("An audit of real records: Pierce County, Washington, 2016 to 2018")
    run(sample / "pierce-immigration-holds.csv", "pierce", "us-wa-pierce", out, console)
    for title, name, place, at in _ANSWERS:
        console.print()
        console.rule(f"An answer at the desk: {title}")
        _answer(sample / "records" / name, place, at, console)
    if desk:
        console.print()
        console.rule("The desk, on a week of real traffic with invented people")
        show_desk(console)


def _answer(path: Path, place: str, at: str, console: Console) -> None:
    shown = f"src/exeat/sample/records/{path.name}"
    command = f"$ exeat clear {shown} --place {place} --at {at}"
    console.print(command, style="dim", markup=False, soft_wrap=True)
    record = record_from_json(path.read_text(encoding="utf-8"), path.name)
    law = law_for(place, None, record.facility.kind)
    show_answer(decide(record, law, datetime.fromisoformat(at)), law, zone_of(record.zone), console)
