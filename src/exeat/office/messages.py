"""Messages that several acts share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from exeat.errors import Fault, near_miss
from exeat.facts.codes import Described
from exeat.office.errors import BadInput

__all__ = ["at_odds", "bad_field", "code_of", "one_line", "refused_field"]

D = TypeVar("D", bound=Described)


def code_of(kind: type[D], value: str) -> D:
    """Return the member of a code list that a text stands for.

    Raises:
        ValueError: It stands for none.
    """
    return kind.__call__(value)


def at_odds(said: object) -> list[Fault]:
    """Return where a paper says that nothing is there, and in the same list that something is.

    Args:
        said: A paper, or an event that has such lists; anything else has none.

    Examples:
        >>> from exeat.facts.codes import WarrantKind
        >>> from exeat.facts.papers import RequestPaper
        >>> both = RequestPaper(warrants=(WarrantKind.I200, WarrantKind.NONE))
        >>> [(fault.place, fault.message) for fault in at_odds(both)]
        [('warrants', 'says `none`, and besides `I-200`')]
    """
    faults = []
    for field in ("grounds", "warrants"):
        values = [str(one.value) for one in getattr(said, field, None) or ()]
        rest = ", ".join(f"`{one}`" for one in values if one != "none")
        if rest and "none" in values:
            words = f"says `none`, and besides {rest}"
            faults.append(bad_field(field, words, "Look at the paper, and say one of the two."))
    return faults


def one_line(text: str, limit: int = 60) -> str:
    """Return a value as a message quotes it: on one line, cut where it is long."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def bad_field(field: str, message: str, help: str) -> Fault:
    """Return the fault of a field of a form."""
    return Fault("E602", field, message, help)


def refused_field(
    field: str, seen: str, words: str, help: str, known: Sequence[str] = ()
) -> BadInput:
    """Return the error of one field whose value will not do."""
    message = f"`{one_line(seen)}` {words}"
    return BadInput([bad_field(field, message, help + near_miss(seen, known))])
