"""Read and write the profile of a place: one small file beside the adopted law.

The folder of adopted law::

    places/us-oh-39049.toml            the profile, in force with --law
    places/earlier/us-oh-39049.1.toml  what it was before each change, the oldest first
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from exeat.errors import Fault, LawError, near_miss
from exeat.rules._profile_reading import read_tables
from exeat.rules._reading import law_tables
from exeat.rules.profile import Profile
from exeat.rules.profile_questions import QUESTIONS

__all__ = [
    "Tables",
    "load_tables",
    "profile_of",
    "profile_path",
    "profile_text",
    "profiles_in",
    "read_profile",
    "save_profile",
]

FORMAT: Final = 1
_HEAD: Final = frozenset({"id", "name", "fips"})
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Tables = dict[str, Any]
"""A profile as its file has it: ``place``, and a table or a list of tables a question."""


def profile_path(place: str, folder: Path) -> Path:
    """Return where the profile of a place stands."""
    return folder / "places" / f"{place}.toml"


def load_tables(path: Path) -> Tables:
    """Read a file of answers: a whole profile, or some of its tables.

    Raises:
        LawError: It cannot be read, or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LawError.one("E200", str(path), f"cannot be read ({error})", "Check it.") from None
    return law_tables(text, path.name)


def read_profile(tables: Mapping[str, Any], name: str) -> Profile:
    """Check the tables of a profile and return it.

    Args:
        tables: As the file has them.
        name: What stands for it in messages.

    Raises:
        LawError: With every fault, each with the question, the value seen and the remedy.

    Examples:
        >>> signed = {"by": "Ann Example", "title": "County Attorney", "on": "2026-11-20"}
        >>> power = {"answer": "yes", "cite": "Example Code § 1", **signed}
        >>> tables = {"format": 1, "place": {"id": "us-oh-39049"}, "power": power}
        >>> read_profile(tables, "answers").power.answer
        True
        >>> power["answer"] = "perhaps"
        >>> read_profile(tables, "answers")
        Traceback (most recent call last):
        ...
        exeat.errors.LawError: answers, question 1 (power), `answer`: `perhaps` will not do
          help: Use yes, no or undecided.
    """
    faults: list[Fault] = []
    known = {"format", "place", *(question.table for question in QUESTIONS)}
    for key in sorted(tables.keys() - known):
        near = near_miss(key, sorted(known))
        faults.append(Fault("E226", name, f"unknown table `{key}`", f"Take it out.{near}"))
    if tables.get("format", FORMAT) != FORMAT:
        seen = tables["format"]
        faults.append(Fault("E226", name, f"format is `{seen}`", f"Write `format = {FORMAT}`."))
    head = _head(tables.get("place"), name, faults)
    answers = read_tables(tables, name, faults)
    if faults:
        raise LawError(faults)
    return Profile(
        id=head["id"],
        name=head.get("name", ""),
        fips=head.get("fips", ""),
        file=name,
        sha256=hashlib.sha256(profile_text(tables).encode()).hexdigest(),
        **answers,
    )


def _head(table: object, name: str, faults: list[Fault]) -> dict[str, str]:
    """Return the [place] table of a profile, checked: it names the file, and stands at its head."""
    place = f"{name}, [place]"
    if not isinstance(table, dict) or not isinstance(table.get("id"), str):
        faults.append(
            Fault("E226", name, "has no [place] with an `id`", 'Write id = "us-oh-39049".')
        )
        return {}
    for key in sorted(table.keys() - _HEAD):
        near = near_miss(key, sorted(_HEAD))
        faults.append(Fault("E226", place, f"unknown key `{key}`", f"Take it out.{near}"))
    for key in sorted(table.keys() & _HEAD):
        value = table[key]
        if not isinstance(value, str) or not value.isprintable():
            help = "Write it in quotes, on one line."
            faults.append(Fault("E226", place, f"`{key}` is no text of one line", help))
    if not _ID.fullmatch(table["id"]):
        help = "Use an id that `exeat law list` or `exeat place show` shows."
        faults.append(Fault("E226", place, f"`{table['id']!r}` is no id of a place", help))
    return table


def profile_of(place: str, folder: Path | None) -> Profile | None:
    """Return the profile of a place, or None where there is none.

    Args:
        place: The id of the place, such as ``us-oh-39049``.
        folder: The folder of adopted law.

    Raises:
        LawError: The file cannot be read, or is for another place.
    """
    if folder is None or not profile_path(place, folder).is_file():
        return None
    path = profile_path(place, folder)
    profile = read_profile(load_tables(path), path.name)
    if profile.id != place:
        raise LawError.one(
            "E226", path.name, f"is for `{profile.id}`", "Name the file by the id of its place."
        )
    return profile


def profiles_in(folder: Path) -> list[str]:
    """Return the ids of the places that have a profile in a folder of adopted law."""
    return sorted(path.stem for path in (folder / "places").glob("us*.toml"))


def save_profile(tables: Tables, folder: Path) -> Profile:
    """Write a profile whole or not at all, and keep what it was before.

    Raises:
        LawError: Something in it is at fault; nothing is written then.
    """
    profile = read_profile(tables, "profile")
    path, text = profile_path(profile.id, folder), profile_text(tables)
    if path.exists():
        before = path.read_text(encoding="utf-8")
        if before == text:
            return profile
        earlier = path.parent / "earlier"
        number = len(list(earlier.glob(f"{profile.id}.*.toml"))) + 1
        _write(earlier / f"{profile.id}.{number}.toml", before)
    _write(path, text)
    return profile


def profile_text(tables: Mapping[str, Any]) -> str:
    """Return a profile as its file: the place, then every question, answered or not."""
    head = tables.get("place", {})
    title = " ".join(str(part) for part in (head.get("name"), f"({head.get('id')})") if part)
    lines = [f"# The profile of {title}. See docs/howto/set-up-your-county.md.", "format = 1"]
    lines += ["", "[place]", *_pairs(head)]
    for question in QUESTIONS:
        lines += ["", f"# {question.number}. {question.asks}"]
        found = tables.get(question.table)
        items = found if isinstance(found, list) else [found] if found else []
        if not items:
            lines.append("# Not decided.")
        header = f"[[{question.table}]]" if question.many else f"[{question.table}]"
        for item in items:
            lines += [header, *_pairs(item)]
    return "\n".join(lines) + "\n"


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in table.items()]


def _value(value: Any) -> str:
    # A JSON string is a TOML basic string, and so are its numbers, truths and lists.
    text = value.isoformat() if isinstance(value, date) else value
    # But for one character, which TOML wants to be escaped as well.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
