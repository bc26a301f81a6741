"""What several commands share: reading input, times and the law of a place."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from exeat.errors import UsageError
from exeat.facts.codes import FacilityKind
from exeat.rules.counties import place_id
from exeat.rules.library import library
from exeat.rules.model import Actor, Jurisdiction
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile_file import profile_of

__all__ = ["LawDir", "day_of", "instant", "law_for", "library_of", "read_text"]

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


def instant(text: str) -> datetime:
    """Read ``--at``: ``now``, or a time with an offset.

    Raises:
        UsageError: It is neither.

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
            "E402", "--at", f"`{text}` is no time", "Write now, or 2026-03-06T17:30-05:00."
        ) from None
    if at.tzinfo is None:
        raise UsageError.one(
            "E402",
            "--at",
            f"`{text}` has no offset from UTC, so it could be several instants",
            f"Write it with one, such as {text}-05:00.",
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


def law_for(place: str, law: Path | None, kind: FacilityKind = FacilityKind.JAIL) -> LawOfPlace:
    """Return the law of a place for one kind of facility, its profile laid over it."""
    profile = profile_of(place_id(place), law)
    return law_of_place(place, library_of(law), actor=Actor(kind.value), profile=profile)
