"""Audit a whole export: bookings in, findings out, in parts that fit in memory.

A small file is examined in this process; a large one in several, which hand back only what
the report needs. Nothing is lost on the way: every row is used or rejected, and the totals
are checked before the last part is out.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeAlias

from exeat.audit.examine import Examination, examine
from exeat.audit.findings import Finding, FindingGroup
from exeat.audit.summary import Summary
from exeat.decide import Certainty
from exeat.intake import Mapping, Reject, Tally, build_booking, iter_groups
from exeat.rules.counties import place_id
from exeat.rules.library import library
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile_file import profile_of

__all__ = ["Part", "Rank", "audit_file", "rank"]

Rank: TypeAlias = tuple[int, int, float]
"""How soon a booking should be shown: failures first, certain first, most hours first."""

_CHUNK: Final = 1_000
"""Bookings handed to a process at a time."""

_ALONE: Final = 4_000
"""So many bookings are examined in this process: starting others would take longer."""

_FAILURES: Final = (FindingGroup.KEPT, FindingGroup.LET_GO, FindingGroup.NOT_TOLD)


@dataclass(slots=True)
class Part:
    """What came of some of the bookings.

    Attributes:
        cases: Bookings with findings, those that rank high enough to be shown.
        unmapped: For each field and text that the mapping does not list, how many lines.
    """

    summary: Summary = field(default_factory=Summary)
    findings: list[Finding] = field(default_factory=list)
    cases: list[Examination] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rows_used: int = 0
    duplicates: int = 0
    unmapped: dict[tuple[str, str], int] = field(default_factory=dict)


def rank(examined: Examination) -> Rank:
    """Return how soon a booking should be shown; the smaller the sooner."""
    best: Rank = (9, 9, 0.0)
    for finding in examined.findings:
        failure = 0 if finding.group in _FAILURES else 1
        sure = 0 if finding.certainty is Certainty.CERTAIN else 1
        best = min(best, (failure, sure, -(finding.hours or 0.0)))
    return best


def examine_groups(
    groups: Iterable[Sequence[str]],
    mapping: Mapping,
    law: LawOfPlace,
    floor: Rank | None,
    as_of: datetime | None = None,
) -> Part:
    """Build and examine some bookings.

    Args:
        groups: The packed rows of each booking.
        mapping: How to read them.
        law: The law of the place.
        floor: Bookings that rank no better than this are not handed back to be shown.
        as_of: Up to when those who are still inside are audited; None: only who has left.
    """
    part = Part()
    for rows in groups:
        built = build_booking(rows, mapping)
        part.rejects.extend(built.rejects)
        part.rows_used += built.rows_used
        part.duplicates += built.duplicates
        for booking in built.bookings:
            for key in booking.unmapped:
                part.unmapped[key] = part.unmapped.get(key, 0) + 1
            examined = examine(booking.record, law, as_of=as_of)
            part.summary.add(examined, booking.notes)
            part.findings.extend(examined.findings)
            if examined.findings and (floor is None or rank(examined) < floor):
                part.cases.append(examined)
    return part


@dataclass(frozen=True, slots=True)
class _Setting:
    mapping: Mapping
    place: str
    adopted: Path | None
    as_of: datetime | None


_worker: tuple[Mapping, LawOfPlace, datetime | None] | None = None


def _start_worker(setting: _Setting) -> None:
    global _worker  # one law a process, read once
    profile = profile_of(place_id(setting.place), setting.adopted)
    law = law_of_place(setting.place, library(setting.adopted), profile=profile)
    _worker = (setting.mapping, law, setting.as_of)


def _work(groups: list[list[str]], floor: Rank | None) -> Part:
    assert _worker is not None
    mapping, law, as_of = _worker
    return examine_groups(groups, mapping, law, floor, as_of)


class Floor:
    """The rank below which a booking is no longer shown; the caller moves it."""

    def __init__(self) -> None:
        self.rank: Rank | None = None


def audit_file(
    path: Path,
    mapping: Mapping,
    law: LawOfPlace,
    tally: Tally,
    *,
    adopted: Path | None = None,
    floor: Floor | None = None,
    workers: int | None = None,
    as_of: datetime | None = None,
) -> Iterator[Part]:
    """Examine every booking of an export, part by part.

    Args:
        path: The CSV file.
        mapping: How to read it.
        law: The law of the place; worker processes read it anew from the same files.
        tally: Counts what became of every row; complete when the last part is out.
        adopted: The folder of adopted law from which ``law`` was read.
        floor: Moved by the caller as better cases come in.
        workers: How many processes; None: one a processor, none for a small file.
        as_of: Up to when those who are still inside are audited; None: only who has left.

    Yields:
        Parts, in the order of the file.

    Raises:
        IntakeError: The file is no such export.
    """
    floor = floor or Floor()
    groups = iter_groups(path, mapping, tally)
    first = list(islice(groups, _ALONE))
    few = len(first) < _ALONE
    # What the whole file shows is known once the first group is out.
    mapping = tally.knowing(mapping)
    if few or workers == 0:
        for chunk in _chunks(chain(first, groups)):
            yield _counted(examine_groups(chunk, mapping, law, floor.rank, as_of), tally)
        return
    setting = _Setting(mapping, law.id, adopted, as_of)
    for part in _in_processes(chain(first, groups), setting, floor, workers or os.cpu_count() or 1):
        yield _counted(part, tally)


def _counted(part: Part, tally: Tally) -> Part:
    for reject in part.rejects:
        tally.reject(reject)
    tally.rows_used += part.rows_used
    tally.duplicates += part.duplicates
    tally.bookings += part.summary.bookings
    tally.notes.update(part.summary.quality)
    tally.unmapped.update(part.unmapped)
    return part


def _chunks(groups: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while chunk := list(islice(groups, _CHUNK)):
        yield chunk


def _in_processes(
    groups: Iterator[list[str]], setting: _Setting, floor: Floor, workers: int
) -> Iterator[Part]:
    # Spawned, because a forked copy of a process that has threads (Polars has) may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_worker, initargs=(setting,)
    ) as pool:
        waiting: deque[Future[Part]] = deque()
        for chunk in _chunks(groups):
            waiting.append(pool.submit(_work, chunk, floor.rank))
            if len(waiting) > workers * 3:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
