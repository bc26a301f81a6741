"""Measure how fast unknown files are looked at and read; ratios say more than seconds.

    python bench/files.py map [ROWS]      # `exeat map` on a file of so many rows
    python bench/files.py dates [ROWS]    # bare dates against times, read into records
    python bench/files.py readers [ROWS]  # our reader of CSV against Polars'
    python bench/files.py                 # all

Figures go to docs/benchmarks.md by hand, with the command and the machine beside them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars

from exeat.intake import Tally, iter_bookings, open_export, read_mapping
from exeat.intake.propose import propose

MAP = """
format = 1
name = "bench"
zone = "America/Chicago"
[file]
made_on = "2026-03-31"
[columns]
record_id = "Booking No"
booked_at = "Booked"
released_at = "Released"
charge = "Charge"
ended_at = "Ended"
[hold]
immigration = { column = "charge", any_of = ["ICE DETAINER"] }
"""
FIRST = datetime(2005, 1, 1, tzinfo=UTC)
ROUNDS = 3


def write(path: Path, rows: int, style: str) -> None:
    """Write an invented export, two rows a booking, every booking at a time of its own."""
    with path.open("w", encoding="utf-8") as file:
        file.write("Booking No,Booked,Released,Charge,Ended,Note\n")
        for number in range(rows // 2):
            # Some 7,000 days, each with its own bookings.
            booked = FIRST + timedelta(minutes=37 * (number * 7919 % 250_000), seconds=number % 60)
            out, end = booked + timedelta(hours=75), booked + timedelta(hours=50)
            times = [when.strftime(style) for when in (booked, out, end)]
            file.write(f"B{number},{times[0]},{times[1]},TEST CHARGE {number % 40},{times[2]},\n")
            hold = "ICE DETAINER" if number % 9 == 0 else "TEST THEFT"
            file.write(f"B{number},{times[0]},{times[1]},{hold},{times[1]},\n")


def least(work: Callable[[], object]) -> float:
    """Return the least processor time of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def bench_map(rows: int) -> None:
    """Print how long the whole of a file takes to be looked at."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.csv")
        write(path, rows, "%Y-%m-%d %H:%M:%S")
        start = time.perf_counter()
        propose(path)
        taken = time.perf_counter() - start
    print(f"map: {rows:,} rows, {taken:.1f} s")


def bench_dates(rows: int) -> None:
    """Print what a file of bare dates costs, against one of times."""
    mapping = read_mapping(MAP)
    taken = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, style in (("times", "%Y-%m-%d %H:%M:%S"), ("bare dates", "%Y-%m-%d")):
            path = Path(folder, "export.csv")
            write(path, rows, style)
            taken[name] = least(lambda path=path: list(iter_bookings(path, mapping, Tally())))  # type: ignore[misc]
    for name, seconds in taken.items():
        print(f"dates: {rows:,} rows, {name:10} {seconds:6.2f} s {seconds / taken['times']:5.2f}")


def bench_readers(rows: int) -> None:
    """Print what reading every field costs, against Polars' reader of CSV."""
    mapping = read_mapping(MAP)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.csv")
        write(path, rows, "%Y-%m-%d %H:%M:%S")
        theirs = least(lambda: polars.read_csv(path, infer_schema=False).rows())

        def read() -> int:
            with open_export(path, mapping) as export:
                return sum(1 for _ in export)

        ours = least(read)
    print(f"readers: {rows:,} rows, polars {theirs:.2f} s, ours {ours:.2f} s, {ours / theirs:.2f}")


def main(words: Sequence[str]) -> None:
    """Run what is named, or all."""
    rows = int(words[1]) if len(words) > 1 else 1_000_000
    for name, bench in (("map", bench_map), ("dates", bench_dates), ("readers", bench_readers)):
        if not words or words[0] == name:
            bench(rows if name == "map" or len(words) > 1 else 200_000)


if __name__ == "__main__":
    main(sys.argv[1:])
