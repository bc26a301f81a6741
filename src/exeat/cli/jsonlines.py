"""Records as JSON Lines: one line in, one line out, in order, and a fault stays with its line.

A line is a record alone, or an object with `record` and what else the command takes, such as
`place`; `id` is the record's where it is left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

import typer

from exeat.errors import ExeatError, Fault, RecordError, UsageError, near_miss
from exeat.facts.codec import record_from_json
from exeat.facts.record import CustodyRecord

__all__ = [
    "Faults",
    "Line",
    "Outcome",
    "are_lines",
    "finish",
    "lines_of",
    "name_of",
    "outcomes",
    "record_of",
]

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, read.

    Attributes:
        where: What messages call it, such as ``cases.jsonl, line 3``.
        keys: What stands beside the record.
    """

    where: str
    record: object
    keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What came of one line: an answer, or an error with its faults.

    Attributes:
        line: The number of the line, counted from 1.
        id: That of the line or of its record; None where the line gives none.
    """

    line: int
    id: str | None
    given: T | None
    error: ExeatError | None

    @property
    def name(self) -> str:
        """Return what a person calls it: its id on one line, or the number of its line."""
        if self.id is None:
            return f"line {self.line}"
        return "".join(c if c.isprintable() else "?" for c in self.id)

    def to_json(self, given: Callable[[T], dict[str, Any]]) -> str:
        """Return the line that goes out."""
        if self.error is not None:
            told: dict[str, Any] = {"error": _error_to_json(self.error, self.line)}
        else:
            assert self.given is not None
            told = given(self.given)
        return json.dumps({"id": self.id, **told})

    def show_fault(self) -> None:
        """Print that the line has no answer, and on standard error why."""
        print(f"{self.name}: no answer, the line is at fault")
        for fault in self.error.faults if self.error is not None else ():
            print(f"{fault.place}: {fault.message} [{fault.code}]", file=sys.stderr)
            print(f"  help: {fault.help}", file=sys.stderr)


def _error_to_json(error: ExeatError, line: int) -> dict[str, Any]:
    return {
        "line": line,
        "faults": [
            {"code": f.code, "place": f.place, "problem": f.message, "remedy": f.help}
            for f in error.faults
        ],
    }


def are_lines(text: str) -> bool:
    r"""Tell whether a text is JSON Lines, and not one record.

    Its first line is whole in itself, and has a `record` or is followed by others.

    Examples:
        >>> are_lines('{"id": "a"}\n{"id": "b"}'), are_lines('{"record": {}}')
        (True, True)
        >>> are_lines('{"id": "a"}\n'), are_lines('{\n"id": "a"\n}'), are_lines("")
        (False, False, False)
    """
    first, _, rest = text.strip().partition("\n")
    try:
        seen = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(seen, dict) and ("record" in seen or bool(rest))


def lines_of(path: str) -> Iterator[bytes]:
    """Give the lines of a file, or of standard input for ``-``, one after the other.

    Raises:
        UsageError: The file cannot be read.
    """
    if path == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as file:
            yield from file
    except OSError as error:
        raise UsageError.one(
            "E401",
            path,
            f"cannot be read ({error.strerror})",
            "Give a file, or - for standard input.",
        ) from None


def name_of(path: str) -> str:
    """Return what messages call a file.

    Examples:
        >>> name_of("in/x.jsonl"), name_of("-")
        ('x.jsonl', 'standard input')
    """
    return "standard input" if path == "-" else Path(path).name


def outcomes(
    lines: Iterable[bytes], name: str, keys: Collection[str], answer: Callable[[Line], T]
) -> Iterator[Outcome[T]]:
    r"""Answer each line; one that is at fault keeps nobody else waiting.

    Args:
        lines: As `lines_of` gives them; blank ones are passed over.
        name: What messages call the file.
        keys: What may stand in a line beside its `id` and `record`.
        answer: Answers one line, or raises what is wrong with it.

    Examples:
        >>> one, two = outcomes([b'{"id": "a"}', b"{"], "x.jsonl", (), lambda line: line.where)
        >>> one.given, one.id
        ('x.jsonl, line 1', 'a')
        >>> print(two.error)
        x.jsonl, line 2: is not JSON (Expecting property name enclosed in double quotes, column 2)
          help: Write one JSON object a line.
    """
    for number, raw in enumerate(lines, start=1):
        where, id = f"{name}, line {number}", None
        if not raw.strip():
            continue
        try:
            seen = _object(raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw, where)
            id = _id_of(seen)
            yield Outcome(number, id, answer(_line(seen, where, keys)), None)
        except ExeatError as error:
            yield Outcome(number, id, None, error)


def _object(raw: bytes, where: str) -> dict[str, Any]:
    help = "Write one JSON object a line."
    try:
        seen = json.loads(raw.decode("utf-8"))
    except json.JSONDecodeError as error:
        said = f"is not JSON ({error.msg}, column {error.colno})"
        raise RecordError.one("E100", where, said, help) from None
    except UnicodeDecodeError:
        raise RecordError.one("E100", where, "is not UTF-8 text", help) from None
    except (ValueError, RecursionError):
        said = "is not JSON that can be read (too deep, or a number too long)"
        raise RecordError.one("E100", where, said, help) from None
    if not isinstance(seen, dict):
        raise RecordError.one("E110", where, "is no JSON object", help)
    return seen


def _id_of(seen: dict[str, Any]) -> str | None:
    record = seen.get("record")
    given = seen.get("id", record.get("id") if isinstance(record, dict) else None)
    return given if isinstance(given, str) else None


def _line(seen: dict[str, Any], where: str, keys: Collection[str]) -> Line:
    if "record" not in seen:
        return Line(where, seen, {})
    faults = []
    for key, value in seen.items():
        if key == "record":
            continue
        place = f"{where}, field `{key if key.isprintable() else ascii(key)}`"
        if key != "id" and key not in keys:
            known = sorted({*keys, "id", "record"})
            help = f"Use {', '.join(known)}; facts go into `record`.{near_miss(key, known)}"
            faults.append(Fault("E110", place, "is not a field of a line", help))
        elif value is not None and not isinstance(value, str):
            said = f"`{json.dumps(value)[:60]}` is no text"
            faults.append(Fault("E110", place, said, "Write a text in quotes."))
    if faults:
        raise RecordError(faults)
    beside = {key: value for key, value in seen.items() if key in keys and value is not None}
    return Line(where, seen["record"], beside)


def record_of(line: Line) -> CustodyRecord:
    """Return the record of a line.

    Raises:
        RecordError: With every fault of it.
    """
    return record_from_json(json.dumps(line.record), line.where)


class Faults:
    """Gathers the faults of several parts of a line, so that all are told at once.

    Examples:
        >>> def no_time(text):
        ...     raise UsageError.one("E402", "--at", f"`{text}` is no time", "Write now.")
        >>> faults = Faults("x.jsonl, line 2")
        >>> faults.of(int, "7"), faults.of(no_time, "soon")
        (7, None)
        >>> faults.told()
        Traceback (most recent call last):
        ...
        exeat.errors.RecordError: x.jsonl, line 2, --at: `soon` is no time
          help: Write now.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._faults: list[Fault] = []

    def of(self, read: Callable[P, T], *args: P.args, **more: P.kwargs) -> T | None:
        """Return what a part reads as, or None where it is at fault."""
        try:
            return read(*args, **more)
        except ExeatError as error:
            self._faults += [self._placed(fault) for fault in error.faults]
            return None

    def _placed(self, fault: Fault) -> Fault:
        if fault.place.startswith(self._where):
            return fault
        return replace(fault, place=f"{self._where}, {fault.place}")

    def told(self) -> None:
        """Stop where there was a fault.

        Raises:
            RecordError: With every fault of every part.
        """
        if self._faults:
            raise RecordError(self._faults)


def finish(failed: int, answered: int) -> None:
    """End the command: with 2 where a line could not be used, and say how many on standard error.

    Raises:
        typer.Exit: A line was at fault.
    """
    if failed:
        typer.echo(f"{failed} of {failed + answered} lines are at fault", err=True)
        raise typer.Exit(2)
