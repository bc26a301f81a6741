"""The mapping: how one jail's export says what a custody record needs.

A mapping is data, a small TOML file; `docs/mapping-files.md` has every key. It is read once and
goes to worker processes as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from exeat.facts.codes import BasisEnd, BasisKind, LiftReason, OffenceClass, ReleaseKind
from exeat.facts.record import Facility
from exeat.intake.times import ISO, LAST_DAY, Ambiguous

__all__ = [
    "ANY",
    "DEFAULT_EMPTY",
    "FIELDS",
    "REQUIRED_FIELDS",
    "TIME_FIELDS",
    "WORD_FIELDS",
    "Agency",
    "Codes",
    "EmptyEnd",
    "HoldWords",
    "Join",
    "Learned",
    "Mapping",
    "ReleaseFrom",
    "normal",
]

FIELDS: Final = MappingProxyType(
    {
        "record_id": "The booking's id: one column, or several that make one together.",
        "booked_at": "When the person was booked.",
        "released_at": "When the person left the jail; empty: still there.",
        "ended_at": "When this charge or hold ended.",
        "started_at": "When this charge or hold began; left out: at booking.",
        "received_at": "On an immigration line: when the jail had the request in hand.",
        "served_at": "On an immigration line: when a copy was served on the person.",
        "scheduled_at": "When release is scheduled, projected or expected: it is no release.",
        "hold_ended_at": "When the hold that `hold` names ended.",
        "charge": "The words of the charge or hold.",
        "disposition": "How it ended.",
        "agency": "Code of the court or agency whose it is.",
        "statute": "The section charged.",
        "offence_class": "Its class, read by [classes].",
        "hold": "The holds of the booking in a column of their own: words, or yes and no.",
        "status": "Whether the person is still there, read by [status].",
        "release_reason": "How the person left, by the booking; read by [release].",
        "note": "Other words in which a hold may stand; never shown.",
    }
)
"""What a column can mean, with the words for it, in the order in which rows are packed: the id,
the times, then the words, which are alike on many rows and so are read once."""

REQUIRED_FIELDS: Final = ("record_id", "booked_at", "released_at", "charge")
"""What a mapping must name, but for `released_at` where [times] says where the release is, and for
`charge` where `hold` is there."""
TIME_FIELDS: Final = tuple(name for name in FIELDS if name.endswith("_at"))
WORD_FIELDS: Final = tuple(FIELDS)[1 + len(TIME_FIELDS) :]

DEFAULT_EMPTY: Final = ("", "NA", "N/A", "NULL", "\\N", "-")
"""Texts that stand for an empty field, whatever their letter case."""

EmptyEnd: TypeAlias = Literal["unknown", "runs"]

ReleaseFrom: TypeAlias = Literal["column", "last-end", "not-given"]
"""Where the release stands: in a column, in the last end of the booking's lines, or nowhere."""

ANY: Final = "auto"
"""In [times] midnight and shared: found out from the whole file."""

T = TypeVar("T")


def normal(text: str) -> str:
    """Return a text as it is compared: small letters, single blanks.

    Examples:
        >>> normal("  Hold   IMMIGRAT ")
        'hold immigrat'
    """
    return " ".join(text.split()).casefold()


@dataclass(frozen=True)
class Codes(Generic[T]):
    """What the texts of one column mean. A text may hold `*` for any run of letters.

    An exact text stands over one with `*`; among those the first in the file stands.

    Examples:
        >>> kinds = Codes((("HOLD *", 1), ("HOLD FBI", 2)))
        >>> find = kinds.finder()
        >>> find("Hold FBI"), find("HOLD  MISC"), find("THEFT")
        (2, 1, None)
    """

    entries: tuple[tuple[str, T], ...] = ()

    def finder(self) -> Callable[[str], T | None]:
        """Return a function from a text to its meaning, None for a text that is not listed."""
        exact: dict[str, T] = {}
        globs: list[tuple[re.Pattern[str], T]] = []
        for text, meaning in self.entries:
            key = normal(text)
            if "*" in key:
                parts = (re.escape(part) for part in key.split("*"))
                globs.append((re.compile(".*".join(parts), re.DOTALL), meaning))
            else:
                exact.setdefault(key, meaning)

        def find(text: str) -> T | None:
            key = normal(text)
            if key in exact:
                return exact[key]
            return next((code for glob, code in globs if glob.fullmatch(key)), None)

        return lru_cache(maxsize=4096)(find)


@dataclass(frozen=True)
class Agency:
    """Whose a code is: a name for people, and what a hold of that agency is by itself."""

    name: str
    kind: BasisKind | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """What a look at the whole file has shown, beyond what its mapping says.

    Attributes:
        dates_only: Fields in whose columns a midnight means that no time of day is given.
        shared: For each time field, the texts that far too many bookings share.
        doubts: What a reader should know of the file, in whole sentences.
        alike: Ids, in small letters, that differ from another only in what a program adds.
        no_clocks: Fields with a time of day that stands for none in their columns.
        grounds_lost: Charges of any booking may be missing.
    """

    dates_only: frozenset[str] = frozenset()
    shared: frozenset[tuple[str, str]] = frozenset()
    doubts: tuple[str, ...] = ()
    alike: frozenset[str] = frozenset()
    no_clocks: frozenset[tuple[str, time]] = frozenset()
    grounds_lost: bool = False


@dataclass(frozen=True, slots=True)
class HoldWords:
    """How one column tells an immigration hold.

    Attributes:
        field: The column, as `FIELDS` calls it.
        any_of: What it then says; `*` stands for any run of letters.
    """

    field: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Another file that goes with the export.

    Attributes:
        file: Its name; it lies beside the export.
        key: The column of the export by which they go together.
        other_key: That of the other file.
    """

    file: str
    key: str
    other_key: str


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """How to read one jail's export.

    Attributes:
        name: Its short name.
        zone: IANA time zone of the jail.
        columns: For each field of `FIELDS` that the export has, its columns in the header.
        digest: SHA-256 of the file's text: says which mapping an answer rests on.
        attribution: Where the export comes from, to be shown with every result.
        place: The place whose law applies, such as `us-wa-pierce`, unless a command says another.
        delimiter: The delimiter; None: found out.
        encoding: The encoding; None: found out.
        skip_lines: Lines above the header.
        empty_values: Texts that stand for an empty field.
        formats: Time formats, in the order in which they are tried.
        ambiguous: What is meant in the hour that the clocks show twice.
        empty_end: What it means that a charge has no end: not known, or it still runs.
        immigration: The columns that tell an immigration hold, and what they then say.
        release_from: Where the release stands.
        midnight: Fields in which a midnight means that no time of day is given; `auto`: found out.
        shared: Whether an instant that far too many bookings share is taken for a batch's stamp.
        zones: For a time field that is written in another zone than the jail's: that zone.
        until: The last day on which a time of custody can lie: that of the export.
        header: Names of the columns, for a file without a header.
        fixed: For a file of fixed width: each column's name with its first and last place.
        table: Which sheet of a workbook, table of a database, or list of a JSON file.
        same_ids: Ids that differ in letter case or a `.0` only are one.
        join: Another file that goes with the export.
        split_at: What parts the charges of one cell; empty: nothing.
        split: The fields whose cells are lists.
        bases_complete: The export lists every ground of custody.
        notices_complete: The export lists every notice that was given.
        statuses: What `status` says of a person still there (true) or gone (false).
        learned: What a look at the whole file has shown.
        kinds: What kind of basis a line is, by the words of its charge.
        agencies: Whose the agency codes are.
        dispositions: How a basis ended.
        lifts: Why an immigration hold ended.
        releases: How the person left, by the disposition of the lines that ended last.
        classes: Classes of offences.
        facility: The jail, by code.
    """

    name: str
    zone: str
    columns: dict[str, tuple[str, ...]]
    digest: str = ""
    attribution: str = ""
    place: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    skip_lines: int = 0
    empty_values: tuple[str, ...] = DEFAULT_EMPTY
    formats: tuple[str, ...] = (ISO,)
    ambiguous: Ambiguous = Ambiguous.SHORTEST_HOLD
    empty_end: EmptyEnd = "unknown"
    immigration: tuple[HoldWords, ...] = ()
    release_from: ReleaseFrom = "column"
    midnight: tuple[str, ...] = (ANY,)
    shared: bool = True
    zones: dict[str, str] = field(default_factory=dict)
    until: date = LAST_DAY
    header: tuple[str, ...] = ()
    fixed: tuple[tuple[str, int, int], ...] = ()
    table: str | None = None
    same_ids: bool = False
    join: Join | None = None
    split_at: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    bases_complete: bool | None = None
    notices_complete: bool | None = None
    statuses: Codes[bool] = Codes()
    learned: Learned = Learned()
    kinds: Codes[BasisKind] = Codes()
    agencies: dict[str, Agency] = field(default_factory=dict)
    dispositions: Codes[BasisEnd] = Codes()
    lifts: Codes[LiftReason] = Codes()
    releases: Codes[ReleaseKind] = Codes()
    classes: Codes[OffenceClass] = Codes()
    facility: Facility = field(default_factory=Facility)

    def __hash__(self) -> int:
        return hash((self.digest, self.until))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are read, as the header has them."""
        return tuple(name for names in self.columns.values() for name in names)

    @property
    def immigration_texts(self) -> tuple[str, ...]:
        """All texts that tell an immigration hold, whatever the column."""
        return tuple(text for words in self.immigration for text in words.any_of)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that this export has, in the order in which rows are packed."""
        return tuple(name for name in FIELDS if name in self.columns)
