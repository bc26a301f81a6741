"""Look at an unknown file: what kind it is, where its header stands, and its first rows."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Final

from exeat.errors import IntakeError
from exeat.intake.header import DELIMITERS, SEP_LINE, find_encoding, header_of
from exeat.intake.infer import formats_of
from exeat.intake.join import JoinedRows, find_key, open_rows
from exeat.intake.kinds import Kind, kind_of, read_head
from exeat.intake.lines import Broken, FieldRows, Parsed
from exeat.intake.model import Join
from exeat.intake.tables import FixedRows, read_table
from exeat.intake.words import may_be_hold

__all__ = ["LOOKED_AT", "Layout", "survey", "survey_joined"]

LOOKED_AT: Final = 5_000
"""So many rows are looked at."""

_HEAD_LINES: Final = 60
_MOST_TITLES: Final = 30
_MOST_SEEN: Final = 50_000
_MAY_BE: Final = re.compile(
    r"ICE|I\.C\.E|IMM|DHS|ERO|CBP|BORDER|CUSTOMS|ALIEN|DEPORT|HOMELAND|\bINS\b|247|287|DETAIN",
    re.IGNORECASE,
)
"""No text without one of these names an immigration hold: a million of them are passed over."""


@dataclass
class Layout:
    """How a file is laid out, and its first rows.

    Attributes:
        kind: Its container.
        header: The names of its columns.
        rows: Its first rows.
        delimiter: Of delimited text.
        skip_lines: Lines above the header.
        named: The file has a header; else the names are numbers.
        fixed: Columns of fixed width: name, first and last place.
        broken: Rows that do not fit the header: how many, and one with what is wrong.
        two_kinds: Its rows are of two kinds: a printed report.
        join: Another file that goes with it.
        later: For each column the texts below the first rows that may name an immigration hold.
        rows_below: How many rows were searched for them.
        doubts: What a person must know of it, the gravest first.
    """

    kind: Kind
    header: tuple[str, ...]
    rows: list[list[str]] = field(repr=False)
    delimiter: str = ","
    skip_lines: int = 0
    named: bool = True
    fixed: tuple[tuple[str, int, int], ...] = ()
    broken: tuple[int, str] = (0, "")
    two_kinds: bool = False
    join: Join | None = None
    later: list[Counter[str]] = field(default_factory=list, repr=False)
    rows_below: int = 0
    doubts: list[str] = field(default_factory=list)


def survey(path: Path) -> Layout:
    """Return how a file is laid out.

    Args:
        path: The file, of any kind that is read.

    Raises:
        IntakeError: E310 to E312, and E316 where the file is no table with two columns.
    """
    kind = kind_of(path)
    layout = _text(path) if kind is Kind.TEXT else _table(path, kind)
    if len(layout.header) < 2:
        raise IntakeError.one(
            "E316",
            path.name,
            "has no header with two columns or more",
            "Give a table whose first line names its columns; of a printed report ask the jail "
            "for the table behind it, as CSV or as a workbook.",
        )
    _say_layout(layout)
    return layout


def survey_joined(path: Path, other: Path) -> Layout:
    """Return how two files that go together are laid out as one table.

    Raises:
        IntakeError: As `survey`, and E318 where nothing shows by what they go together.
    """
    one, two = survey(path), survey(other)
    key = find_key(one.header, one.rows, two.header, two.rows)
    if key is None:
        raise IntakeError.one(
            "E318",
            f"{path.name}, {other.name}",
            "have no column by which they go together",
            "Ask the jail for the booking number in both files.",
        )
    join = Join(other.name, *key)
    with ExitStack() as stack:
        joined = JoinedRows(open_rows(path, stack), open_rows(other, stack), join)
        source = iter(joined)
        header = next(header_of(row) for row in source)
        rows = list(islice(_fields(source), LOOKED_AT))
        layout = Layout(one.kind, header, rows, join=join)
        _search_below(layout, _fields(source))
    layout.doubts.append(
        f"Rows of `{path.name}` and `{other.name}` go together by `{key[0]}`, in [join]: "
        f"{layout.rows_below + len(rows):,} rows in all."
    )
    if joined.left_over:
        layout.doubts.append(
            f"{joined.left_over:,} rows of `{other.name}` have no row in `{path.name}` and are not "
            "read: name the files the other way round, or ask for the missing bookings."
        )
    return layout


def _table(path: Path, kind: Kind) -> Layout:
    source = iter(read_table(path, kind, None))
    good = [row for row in islice(source, LOOKED_AT + _MOST_TITLES) if isinstance(row, tuple)]
    at = _header_at([row[1] for row in good])
    if at is None:
        return Layout(kind, (), [])
    rows = [row[1] for row in good[at + 1 :]]
    layout = Layout(kind, header_of(good[at]), rows[:LOOKED_AT], skip_lines=good[at][0] - 1)
    _search_below(layout, chain(rows[LOOKED_AT:], _fields(source)))
    return layout


def _fields(source: Iterable[Parsed]) -> Iterator[list[str]]:
    for row in source:
        if isinstance(row, tuple):
            yield row[1]


def _may_have_words(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Say whether a column may hold words: it has some, or nothing at all so far."""
    texts = [text for text in {row[at] for row in rows} if text.strip()]
    return not texts or any(re.search(r"[A-Za-z]{2}", text) for text in texts)


def _search_below(layout: Layout, rows: Iterable[list[str]]) -> None:
    """Look through the rows below the first for words of an immigration hold, column by column."""
    width = len(layout.header)
    seen: list[set[str]] = [set() for _ in range(width)]
    layout.later = [Counter() for _ in range(width)]
    watched = [at for at in range(width) if _may_have_words(layout.rows, at)]
    for fields in rows:
        layout.rows_below += 1
        for at in watched:
            text = fields[at]
            known = seen[at]
            if text in known:
                continue
            if len(known) < _MOST_SEEN:
                known.add(text)
            if _MAY_BE.search(text) and may_be_hold(text):
                layout.later[at][text.strip()] += 1


def _text(path: Path) -> Layout:
    encoding, errors = find_encoding(read_head(path))
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        lines = [line.rstrip("\r\n") for line in islice(file, _HEAD_LINES)]
    if lines and (told := SEP_LINE.fullmatch(lines[0].strip())):
        layout = _delimited(path, encoding, errors, told[1], 1)
        layout.skip_lines = 0  # the line that tells the delimiter is passed over by itself
        return layout
    delimiter, first = _find_table(lines)
    if first is None:
        fixed = _fixed_columns(lines)
        if fixed:
            return _fixed(path, encoding, errors, fixed)
        return Layout(Kind.TEXT, (), [])
    return _delimited(path, encoding, errors, delimiter, first)


def _head_rows(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the first rows, each with its line, whatever their number of fields."""
    source = FieldRows(io.StringIO("\n".join(lines)), delimiter)
    found: list[tuple[int, list[str]]] = []
    for row in source:
        source.width = 0
        found.append(row if isinstance(row, tuple) else (row.line, row.seen.split(delimiter)))
    return found


def _find_table(lines: Sequence[str]) -> tuple[str, int | None]:
    """Return the delimiter, and how many lines stand above the first one of the table."""
    best: tuple[float, str, int | None] = (0.0, ",", None)
    for rank, delimiter in enumerate(DELIMITERS):
        rows = _head_rows(lines, delimiter)
        widths = Counter(len(row) for _, row in rows if len(row) > 1)
        if not widths:
            continue
        width, number = max(widths.items(), key=lambda item: (item[1] * min(item[0], 12), item[0]))
        merit = number / len(rows) * min(width, 12) - rank * 0.01
        at = _header_at([row if width - 1 <= len(row) <= width + 4 else [] for _, row in rows])
        if at is not None and merit > best[0]:
            best = (merit, delimiter, rows[at][0] - 1)
    return best[1], best[2]


def _header_at(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which of the first rows is the header: the first with most of its names filled."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return None
    most = max(sum(map(bool, (x.strip() for x in row))) for row in rows[: _MOST_TITLES + 20])
    for at, row in enumerate(rows[:_MOST_TITLES]):
        filled = sum(bool(value.strip()) for value in row)
        if filled >= 2 and filled >= 0.6 * most:
            return at
    return None


def _delimited(path: Path, encoding: str, errors: str, delimiter: str, skip: int) -> Layout:
    with path.open(encoding=encoding, errors=errors, newline="", buffering=1 << 18) as file:
        for _ in range(skip):
            file.readline()
        rows_of = FieldRows(file, delimiter, at=skip)
        source = iter(rows_of)
        layout = _first_rows(rows_of, source, delimiter, skip)
        _search_below(layout, _fields(source))
    return layout


def _first_rows(rows_of: FieldRows, source: Iterator[Parsed], delimiter: str, skip: int) -> Layout:
    header: tuple[str, ...] = ()
    rows: list[list[str]] = []
    broken: list[Broken] = []
    for row in source:
        if isinstance(row, Broken):
            broken.append(row)
        elif not header:
            header = header_of(row)
            rows_of.least = max(2, len(header) - 3)
            first = row[1]
        else:
            rows.append(row[1])
        if len(rows) >= LOOKED_AT or len(broken) >= LOOKED_AT:
            break
    layout = Layout(Kind.TEXT, header, rows, delimiter, skip)
    if header and _looks_like_data(first):
        layout.named = False
        layout.header = tuple(f"column {at}" for at in range(1, len(header) + 1))
        layout.rows.insert(0, first)
    if broken:
        layout.broken = (len(broken), f"line {broken[0].line} {broken[0].problem}")
    return layout


def _looks_like_data(row: Sequence[str]) -> bool:
    """Say whether a row is one of data: it holds a time."""
    return any(formats_of(value.strip()) for value in row)


def _fixed_columns(lines: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    """Return the columns of a text whose columns begin at fixed places, or none."""
    full = [line.rstrip("\r\n") for line in lines if line.strip()]
    if len(full) < 2 or any("\t" in line for line in full):
        return ()
    head = full[0]
    starts = [match.start() for match in re.finditer(r"(?:^|(?<=  ))\S", head)]
    if len(starts) < 2:
        return ()
    good = [start for start in starts if _begins_column(start, full)]
    if len(good) < 2:
        return ()
    ends = [*good[1:], max(map(len, full)) + 40]
    return tuple(
        (" ".join(head[start:end].split()), start + 1, end)
        for start, end in zip(good, ends, strict=True)
    )


def _begins_column(start: int, lines: Sequence[str]) -> bool:
    """Say whether every line has a blank before a place."""
    return start == 0 or all(len(line) < start or line[start - 1] == " " for line in lines)


def _fixed(
    path: Path, encoding: str, errors: str, fixed: tuple[tuple[str, int, int], ...]
) -> Layout:
    with path.open(encoding=encoding, errors=errors) as file:
        file.readline()
        source = iter(FixedRows(file, fixed, at=1, named=True))
        rows = list(islice(_fields(source), LOOKED_AT))
        header = tuple(name for name, _, _ in fixed)
        layout = Layout(Kind.TEXT, header, rows, skip_lines=1, fixed=fixed)
        _search_below(layout, _fields(source))
    return layout


# --- what to say of it ----------------------------------------------------------------


def _say_layout(layout: Layout) -> None:
    """Put into the layout what a person must know of it."""
    doubts = layout.doubts
    if _two_kinds(layout):
        layout.two_kinds = True
        doubts.append(
            "This is a printed report with two kinds of lines, a booking and below it its "
            "charges: no mapping reads that. Ask the jail for the table behind it: one row a "
            "charge or hold, with the booking number, when the person was booked and left, and "
            "when each charge ended."
        )
    if not layout.named:
        doubts.append(
            "The first line looks like data, not like a header: the columns are numbered, in "
            "[file] header. Give them names there."
        )
    if layout.skip_lines and layout.named and not layout.fixed:
        count = layout.skip_lines
        doubts.append(
            f"{count} line{'s stand' if count > 1 else ' stands'} above the header: line "
            f"{count + 1} is taken for it, in [file] skip_lines."
        )
    if layout.fixed:
        doubts.append(
            "The columns stand at fixed places: check where each begins and ends, in [file.fixed]."
        )
    number, example = layout.broken
    if number:
        doubts.append(
            f"{number:,} of the first {number + len(layout.rows):,} rows do not fit the header and "
            f"will be rejected: {example}."
        )


def _two_kinds(layout: Layout) -> bool:
    """Say whether the first row below the header is another header, for other lines."""
    if not layout.rows or not layout.named:
        return False
    words = [value.strip() for value in layout.rows[0] if value.strip()]
    if [name.casefold() for name in layout.header if name] == [x.casefold() for x in words]:
        return False  # the header once more, as at the head of a page
    return _is_header(words) and any(map(_looks_like_data, layout.rows[1:201]))


def _is_header(words: Sequence[str]) -> bool:
    """Say whether the texts of a row are names of columns."""
    if any(any(letter.isdigit() for letter in word) for word in words):
        return False
    known = re.compile(r"date|charge|disp|type|level|desc|no\b", re.IGNORECASE)
    return sum(known.search(word) is not None for word in words) > 1
