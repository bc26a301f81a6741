"""What several commands share: reading input, times and the law of a place."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from exeat.errors import UsageError
from exeat.facts.codes import FacilityKind
from exeat.facts.record import CustodyRecord
from exeat.facts.times import FIRST_YEAR, LAST_YEAR
from exeat.rules.counties import place_id
from exeat.rules.library import library, on_demand
from exeat.rules.model import Actor, Jurisdiction
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile_file import profile_of

__all__ = [
    "LawDir",
    "Laws",
    "day_of",
    "instant",
    "law_for",
    "library_of",
    "place_given",
    "read_text",
]

LawDir = Annotated[
    Path | None,
    typer.Option(
        "--law",
        envvar="EXEAT_LAW",
        help="Folder of adopted law that lies over the shipped research.",
        show_default=False,
    ),
]


def read_text(path: str) -> tuple[str, str]:
    """Return the text of a file, or of standard input for ``-``, and its name for messages.

    Raises:
        UsageError: The file cannot be read.
    """
    if path == "-":
        return sys.stdin.read(), "standard input"
    try:
        return Path(path).read_text(encoding="utf-8-sig"), Path(path).name
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError.one(
            "E401", path, f"cannot be read ({reason})", "Give a file, or - for standard input."
        ) from None


def instant(text: str, what: str = "--at") -> datetime:
    """Read ``--at``: ``now``, or a time with an offset.

    Args:
        text: What was written.
        what: What messages call it.

    Raises:
        UsageError: It is neither, or lies in a year that exeat does not weigh.

    Examples:
        >>> instant("2026-03-06T17:30-05:00").isoformat()
        '2026-03-06T17:30:00-05:00'
    """
    if text == "now":
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError.one(
            "E402", what, f"`{text}` is no time", "Write now, or 2026-03-06T17:30-05:00."
        ) from None
    if at.tzinfo is None:
        raise UsageError.one(
            "E402",
            what,
            f"`{text}` has no offset from UTC, so it could be several instants",
            f"Write it with one, such as {text}-05:00.",
        )
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise UsageError.one(
            "E402",
            what,
            f"`{text}` is outside the years {FIRST_YEAR} to {LAST_YEAR}",
            "Correct the year.",
        )
    return at


def day_of(text: str, what: str) -> date:
    """Read a day that an option or argument gives.

    Raises:
        UsageError: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError.one("E402", what, f"`{text}` is no day", "Write 2026-03-06.") from None


def library_of(law: Path | None) -> dict[str, Jurisdiction]:
    """Return the shipped law with the adopted files of a folder over it."""
    return library(law)


class Laws:
    """The law of places, as they are asked for; each is read once.

    Args:
        adopted: A folder of adopted law, or None.

    Raises:
        LawError: An adopted file cannot be read.

    Examples:
        >>> laws = Laws(None)
        >>> laws.of("us-az") is laws.of("us-az")
        True
    """

    def __init__(self, adopted: Path | None) -> None:
        self._adopted = adopted
        self._library = on_demand(adopted)
        self._known: dict[tuple[str, FacilityKind], LawOfPlace] = {}

    def of(self, place: str, kind: FacilityKind = FacilityKind.JAIL) -> LawOfPlace:
        """Return the law of a place for one kind of facility.

        Raises:
            LawError: The place is not known, or a file of its chain cannot be read.
        """
        if (place, kind) not in self._known:
            profile = profile_of(place_id(place), self._adopted)
            law = law_of_place(place, self._library, actor=Actor(kind.value), profile=profile)
            self._known[place, kind] = law
        return self._known[place, kind]

    def for_record(self, place: str | None, record: CustodyRecord | None) -> LawOfPlace:
        """Return the law for a line's record; for a jail where the record cannot be read.

        Raises:
            UsageError: No place is given.
            LawError: As for `of`.
        """
        kind = record.facility.kind if record is not None else FacilityKind.JAIL
        return self.of(place_given(place, "field `place`"), kind)


def place_given(place: str | None, what: str = "--place") -> str:
    """Return the place, or say that none is given.

    Raises:
        UsageError: It is left out.
    """
    if place is None:
        raise UsageError.one("E404", what, "is missing", "Say whose law applies: such as us-az.")
    return place


def law_for(place: str, law: Path | None, kind: FacilityKind = FacilityKind.JAIL) -> LawOfPlace:
    """Return the law of a place for one kind of facility, its profile laid over it."""
    return Laws(law).of(place, kind)
