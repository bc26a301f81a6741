"""What the whole of a file shows that no row can: midnights, batch stamps, ids almost alike."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import starmap
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from exeat.intake.cells import parts_of
from exeat.intake.lines import SEPARATOR
from exeat.intake.model import ANY, TIME_FIELDS, Learned, Mapping
from exeat.intake.times import TimeReader

__all__ = ["CUT_ID", "MIDNIGHT", "PLACEHOLDER", "Learner", "same_id"]

MIDNIGHT: Final = re.compile(
    r"(?:(?:[T ]|^)(?:0?0:00(?::00(?:[.,:]0+)?)?|12:00(?::00(?:[.,:]0+)?)? ?[Aa]\.?[Mm]?\.?|"
    r"12\.00\.00(?:\.0+)? ?[Aa][Mm]|0?0\.00\.00(?:\.0+)?|0000(?:00)?)"
    r"(?: ?(?:Z|[+-]\d{2}(?::?\d{2})?|[A-Z]{2,4}))?|^\d{5}\.0+)$"
)
"""A time of day that is midnight, at the end of a text."""

PLACEHOLDER: Final = re.compile(
    r"(?:1[0-8]\d\d|190\d|1970-01-01|2099|9999|0000)-|0?1/0?1/(?:19[07]0)\b|12/31/(?:2099|9999)"
)
"""A day that stands for none, or for one that is not over."""

_ODD_STARTS: Final = frozenset(
    {*(str(year) for year in range(1000, 1910)), "1970", "2099", "9999", "0000", "01/0", "1/1/",
     "1/01", "01/1", "12/3"}
)  # fmt: skip
_ODD_ENDS: Final = ("0", "M", "m", "A", "a", "Z", "T", "C")
"""How a placeholder begins, and what stands last in a time at midnight."""

MIDNIGHT_SHARE: Final = 0.1
"""One time in 1,440 falls on midnight by chance; one in 24 where a jail writes whole hours. If so
large a share does, midnight means that the column holds dates."""

_WRITTEN_FOR_NONE: Final = frozenset(
    {time(0), time(0, 0, 1), time(0, 1), time(12), time(23, 59), time(23, 59, 59)}
)
_DAYS: Final = 5
"""On so many days a time of day other than midnight must stand to stand for none."""
_SAMPLE: Final = 5_000
"""So many texts of a column, or twice as many, are looked at for their times of day."""
_OF_BOOKING: Final = ("booked_at", "released_at")

_MOST_TEXTS: Final = 200_000
_MOST_IDS: Final = 500_000
_FEW: Final = 20
_MANY: Final = 25
CUT_ID: Final = re.compile(r"\d[.,]\d+[Ee]\+\d+")
"""An id that a spreadsheet took for a number and cut."""


def same_id(text: str) -> str:
    """Return an id as it is compared when case and a spreadsheet's `.0` do not count.

    Examples:
        >>> same_id("X1"), same_id("1001.0")
        ('x1', '1001')
    """
    folded = text.casefold()
    return folded[:-2] if folded.endswith(".0") else folded


def _least_share(clock: time) -> float:
    """Return how large a share of a column makes a time of day one that stands for none.

    Jails let one in six go at eight, and end one charge in five at ten at night: but for the
    times that programs write where they have none, only what most of a column has will do.
    """
    return MIDNIGHT_SHARE if clock in _WRITTEN_FOR_NONE else 0.5


class _Column:
    """What the texts of one column of times show.

    Args:
        name: Its field.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.filled = 0
        self.midnights = 0
        self._booked = name == "booked_at"
        self._of_line = name not in _OF_BOOKING
        self._texts: dict[str, tuple[int, str]] = {}
        self._sample: list[str] = []
        self._every = self._left = 1

    def see(self, text: str, record_id: str, *, new: bool) -> None:
        """Look at one text that is not empty.

        Args:
            text: The text, without blanks around it.
            record_id: Whose it is.
            new: The row before was of another booking.
        """
        # Most times are neither a placeholder nor midnight: past them quickly.
        if text[:4] in _ODD_STARTS and PLACEHOLDER.match(text):
            return
        midnight = text.endswith(_ODD_ENDS) and MIDNIGHT.search(text) is not None
        timed = midnight or len(text) > 10 or text.replace(".", "", 1).isdigit()
        self.filled += timed
        self.midnights += midnight
        # Many leave on one day; only a day on which far too many came in tells something.
        if not (self._booked or (timed and not midnight)) or not (new or self._of_line):
            return
        count, last = self._texts.get(text, (0, ""))
        if last == record_id:
            return
        self._texts[text] = (count + 1, record_id)
        self._left -= 1
        if not self._left:
            self._take(text)
        if len(self._texts) > _MOST_TEXTS:
            self._forget_rare()

    def _forget_rare(self) -> None:
        # What far too many bookings share has been seen again by now.
        rare = [key for key, (seen, _) in self._texts.items() if seen == 1]
        for key in rare[: _MOST_TEXTS // 2] or list(self._texts)[: _MOST_TEXTS // 2]:
            del self._texts[key]

    def _take(self, text: str) -> None:
        # Every so-manieth text, whatever it is: of those counted above the rare ones are
        # forgotten, and a share among the others is none in the column.
        self._sample.append(text)
        if len(self._sample) > 2 * _SAMPLE:
            del self._sample[::2]
            self._every *= 2
        self._left = self._every

    @property
    def dates_only(self) -> bool:
        """Whether a midnight in it means that no time of day is given."""
        return self.midnights > 0 and self.midnights >= MIDNIGHT_SHARE * self.filled

    def no_clocks(self, reader: TimeReader, at: Sequence[str]) -> dict[time, float]:
        """Return the times of day that stand for none in it, with the share of each.

        Args:
            reader: Reads its texts.
            at: What parts its lists.
        """
        counts: Counter[time] = Counter()
        days: defaultdict[time, set[date]] = defaultdict(set)
        seen = 0
        for text, number in Counter(self._sample).items():
            for part in parts_of(text, at) if at else [text]:
                clocks, day = reader.clocks(part) if not MIDNIGHT.search(part) else ((), None)
                seen += number * bool(clocks)
                for clock in set(clocks):
                    counts[clock] += number
                    days[clock] |= {day} if day else set()
        return {
            clock: number / seen
            for clock, number in counts.items()
            if number >= _least_share(clock) * seen
            and (clock == time.min or len(days[clock]) >= _DAYS)
        }

    def too_common(self, bookings: int) -> list[tuple[str, int]]:
        """Return the texts that far too many bookings share, with how many do."""
        enough = max(_FEW, min(max(_MANY, bookings / 200), bookings * 0.3))
        # The commonest is no measure of itself.
        counts = sorted(count for count, _ in self._texts.values())[:-1]
        usual = median(counts) if counts else 1
        return [
            (text, count)
            for text, (count, _) in self._texts.items()
            if count >= enough and count >= 10 * usual
        ]


class Learner:
    """Looks at every row once while rows are brought together.

    Args:
        mapping: How they are read.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        names = [name for name in TIME_FIELDS if name in mapping.columns]
        self._width = 2 + len(names)
        self._columns = [_Column(name) for name in names if name != "scheduled_at"]
        places = [at for at, name in enumerate(names, start=2) if name != "scheduled_at"]
        self._watched = list(zip(places, self._columns, strict=True))
        self._empty = {text.strip().casefold() for text in mapping.empty_values}
        self._longest = max(map(len, self._empty))
        self._last = ""
        self._bookings = 0
        self._ids: dict[str, str] = {}
        self._alike: dict[str, str] = {}
        self._cut: Counter[str] = Counter()
        self._lost = False
        self._of_join: list[str] = []

    def see(self, record_id: str, packed: str) -> None:
        """Look at one row."""
        texts = packed.split(SEPARATOR, self._width)
        new = record_id != self._last
        if new:
            self._see_id(record_id)
            self._last = record_id
        for at, column in self._watched:
            text = texts[at].strip()
            if len(text) > self._longest or text.casefold() not in self._empty:
                column.see(text, record_id, new=new)

    def see_join(self, file: str, lost: int, left_over: int) -> None:
        """Look at what a file that goes with the export left unread.

        Args:
            file: Its name.
            lost: So many rows may be of any booking.
            left_over: So many rows have no row in the export, or no key.
        """
        self._lost = lost > 0
        if lost:
            self._of_join.append(
                f"{lost:,} rows of `{file}` are broken or without a key: a charge of any booking "
                "may be missing, and no booking counts as having all its grounds."
            )
        if left_over:
            self._of_join.append(
                f"{left_over:,} rows of `{file}` have no row in the export and are not read."
            )

    def _see_id(self, record_id: str) -> None:
        self._bookings += 1
        if CUT_ID.fullmatch(record_id):
            self._cut[record_id] += 1
        if len(self._ids) < _MOST_IDS:
            norm = same_id(record_id)
            if self._ids.setdefault(norm, record_id) != record_id:
                self._alike[norm] = record_id

    def learned(self) -> Learned:
        """Return what the rows seen show."""
        found_out = self._columns if ANY in self._mapping.midnight else []
        counted = self._columns if self._mapping.shared else []
        dates = [column for column in found_out if column.dates_only]
        clocks = [(one.name, *pair) for one in found_out for pair in self._no_clocks(one).items()]
        shared = [(one.name, *pair) for one in counted for pair in one.too_common(self._bookings)]
        doubts = [
            *self._of_join,
            *self._release_doubts(),
            *map(self._midnight_doubt, dates),
            *starmap(self._clock_doubt, clocks),
            *starmap(self._shared_doubt, shared),
            *self._id_doubts(),
        ]
        return Learned(
            frozenset(column.name for column in dates),
            frozenset((name, text) for name, text, _ in shared),
            tuple(doubts),
            frozenset(self._alike),
            no_clocks=frozenset((name, clock) for name, clock, _ in clocks),
            grounds_lost=self._lost,
        )

    def _no_clocks(self, column: _Column) -> dict[time, float]:
        mapping, name = self._mapping, column.name
        reader = TimeReader(
            ZoneInfo(mapping.zone),
            mapping.formats,
            until=mapping.until,
            written_in=ZoneInfo(mapping.zones.get(name, mapping.zone)),
        )
        return column.no_clocks(reader, mapping.split_at if name in mapping.split else ())

    def _release_doubts(self) -> Iterator[str]:
        planned = self._mapping.columns.get("scheduled_at")
        if self._mapping.release_from == "not-given" and planned:
            yield (
                f"`{planned[0]}` says when release was planned, not when the person left: nobody "
                "can tell from it how long anybody was kept. If it is the release all the same, "
                'write released_at for it, and release = "column" under [times].'
            )
        elif self._mapping.release_from == "last-end":
            yield (
                f"The export has no release: the last `{self._column('ended_at')}` of a booking "
                "stands for it."
            )

    def _midnight_doubt(self, column: _Column) -> str:
        name = self._column(column.name)
        return (
            f"{column.midnights:,} of {column.filled:,} times of `{name}` are midnight: they are "
            "taken for dates without a time of day. If people did come and go at "
            'midnight, write midnight = "time" under [times].'
        )

    def _clock_doubt(self, name: str, clock: time, share: float) -> str:
        shown = "midnight" if clock == time.min else f"at {clock}"
        return (
            f"{share:.0%} of the times of `{self._column(name)}` are {shown}, on the jail's clock "
            "or as written: they are taken for dates without a time of day. If they are true, "
            'write midnight = "time" under [times].'
        )

    def _shared_doubt(self, name: str, text: str, number: int) -> str:
        return (
            f"{number:,} bookings have one and the same `{self._column(name)}`, `{text}`: it is "
            "taken for a stamp of a change of systems, and nothing certain rests on it. If it "
            'is true, write shared = "time" under [times].'
        )

    def _column(self, name: str) -> str:
        return " + ".join(self._mapping.columns[name])

    def _id_doubts(self) -> Iterator[str]:
        if self._cut:
            example, _ = self._cut.most_common(1)[0]
            yield (
                f"Ids look cut by a spreadsheet, such as `{example}`: bookings may have run "
                "together. Ask for the file as it was before a spreadsheet opened it, or format "
                "that column as text."
            )
        if self._alike and not self._mapping.same_ids:
            norm, other = next(iter(self._alike.items()))
            yield (
                f"{len(self._alike):,} ids differ from another only in letter case or a `.0`, "
                f"such as `{self._ids[norm]}` and `{other}`: they count as different bookings. If "
                "they are one, write same_ids = true under [file]."
            )
