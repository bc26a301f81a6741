"""Measure the speed of an answer, a command and an audit; `make bench` runs it.

    python bench/run.py decide            # microseconds a record, median and 99th centile
    python bench/run.py audit [BOOKINGS]  # an export of so many bookings, made of real ones
    python bench/run.py start             # processor time of a command, from nothing to its answer
    python bench/run.py                   # all

Figures go to docs/benchmarks.md by hand, with the command and the machine beside them.
"""

from __future__ import annotations

import csv
import gc
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

from exeat.decide.eligibility import eligibility

from exeat.decide import decide, verdict
from exeat.facts.case import zone_of
from exeat.facts.record import CustodyRecord
from exeat.facts.times import bounds
from exeat.intake import iter_bookings, load_mapping
from exeat.rules.library import shipped
from exeat.rules.place import LawOfPlace, law_of_place

SAMPLE = Path(str(resources.files("exeat.sample"))) / "pierce-immigration-holds.csv"
PLACES = ("us-wa-pierce", "us-tx", "us-az", "us-va", "us-ca")
ROUNDS = 20


def machine() -> str:
    """Return the size of this machine."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {gib:.0f} GiB, Python {platform.python_version()}"


def questions() -> dict[str, list[tuple[CustodyRecord, datetime]]]:
    """Return real bookings with an instant at which to ask.

    ``at the door``: every booking, a minute before release. ``kept on a hold``: those in which
    the hold outlasted every other basis, half way between; the hardest question there is.
    """
    door, kept = [], []
    for booking in iter_bookings(SAMPLE, load_mapping("pierce")):
        record = booking.record
        assert record.release is not None
        leaves = bounds(record.release.at, zone_of(record.zone))[1]
        since = eligibility(record, zone_of(record.zone)).latest
        assert leaves is not None
        door.append((record, leaves - timedelta(minutes=1)))
        if since is not None and since < leaves - timedelta(hours=1):
            kept.append((record, since + (leaves - since) / 2))
    return {"at the door": door, "kept on a hold": kept}


def microseconds(
    answer: Callable[[CustodyRecord, LawOfPlace, datetime], object],
    asked: Sequence[tuple[CustodyRecord, datetime]],
    law: LawOfPlace,
) -> tuple[float, float]:
    """Return the median and the 99th centile of one answer, in microseconds."""
    for record, at in asked:
        answer(record, law, at)
    taken = []
    gc.disable()
    for _ in range(ROUNDS):
        for record, at in asked:
            start = time.perf_counter_ns()
            answer(record, law, at)
            taken.append(time.perf_counter_ns() - start)
    gc.enable()
    taken.sort()
    return taken[len(taken) // 2] / 1000, taken[int(len(taken) * 0.99)] / 1000


def bench_decide() -> None:
    """Print how long one answer takes, for real records under the law of several places."""
    print(f"decide: real records, {ROUNDS} rounds, microseconds ({machine()})")
    head = f"{'verdict p50':>12}{'p99':>8}{'decide p50':>12}{'p99':>8}"
    for name, asked in questions().items():
        print(f"{name + f' ({len(asked)})':22}{head}")
        for place in PLACES:
            law = law_of_place(place, shipped())
            short, short99 = microseconds(verdict, asked, law)
            full, full99 = microseconds(decide, asked, law)
            print(f"  {place:20}{short:12.1f}{short99:8.1f}{full:12.1f}{full99:8.1f}")


def make_export(path: Path, bookings: int) -> int:
    """Write an export of so many bookings by repeating the real ones under new ids."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    by_id: dict[str, list[list[str]]] = {}
    for row in rows:
        by_id.setdefault(row[0], []).append(row)
    groups = list(by_id.values())
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        for number in range(bookings):
            for row in groups[number % len(groups)]:
                out.writerow([f"{row[0]}-{number // len(groups)}", *row[1:]])
                written += 1
    return written


def bench_audit(bookings: int) -> None:
    """Print how long `exeat audit` takes on a large export, and its peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder, "export.csv")
        rows = make_export(export, bookings)
        command = [
            str(Path(sys.executable).with_name("exeat")), "audit", str(export),
            "--map", "pierce", "--place", "us-wa-pierce", "--out", str(Path(folder, "out")),
        ]  # fmt: skip
        size = export.stat().st_size / 2**20
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"audit: {bookings:,} bookings, {rows:,} rows, {size:,.0f} MiB ({machine()})")
    print(f"  {taken:.1f} s, {bookings / taken:,.0f} bookings/s, largest process {peak:.2f} GiB")


RECORD = Path(str(resources.files("exeat.sample"))) / "records/may-be-held.json"
COMMANDS = {
    "import typer, rich": ("-c", "import typer, rich"),
    "exeat --help": ("-m", "exeat", "--help"),
    "exeat clear": ("-m", "exeat", "clear", str(RECORD), "--place", "us-az"),
    "exeat clear --json": ("-m", "exeat", "clear", str(RECORD), "--place", "us-az", "--json"),
    "exeat law show": ("-m", "exeat", "law", "show", "us-az"),
    "exeat law list": ("-m", "exeat", "law", "list"),
}


def processor_seconds(words: Sequence[str]) -> float:
    """Return the processor time of one run of this Python, user and system together."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def bench_start() -> None:
    """Print what each command costs, and how many times the libraries it stands on.

    The commands take turns, so that other work on the machine weighs on all alike; the least of
    each is what it needs.
    """
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, words in COMMANDS.items():
            taken[name].append(processor_seconds(words))
    base = min(taken["import typer, rich"])
    print(f"start: {ROUNDS} rounds, least processor time ({machine()})")
    for name, seconds in taken.items():
        print(f"  {name:20}{min(seconds):8.3f} s{min(seconds) / base:8.2f}")


def main(words: Sequence[str]) -> None:
    """Run what is named, or all."""
    if not words or words[0] == "decide":
        bench_decide()
    if not words or words[0] == "start":
        bench_start()
    if not words or words[0] == "audit":
        bench_audit(int(words[1]) if len(words) > 1 else 1_000_000)


if __name__ == "__main__":
    main(sys.argv[1:])
