"""What a line of the log says, in the reader's words: what was done, and what came of it.

The log itself keeps codes, as the export and the interface for programs give them. Their words
stand in the catalogue under ``did``, ``tried`` and ``outcome``; a code without words, such as one
of an older desk, is shown as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from exeat.desk.service.models import LogLine
from exeat.i18n.words import Words
from exeat.office.register import ACTS

__all__ = ["Logged", "logged"]

_COUNT: Final = re.compile(r"(\d+) ?(\w*)")
_COUNTED: Final = {"board": "person", "clients": "person", "audit_log": "line"}
_NAMED: Final = (
    "add_agency", "add_account", "unlock", "disable", "enable", "reset", "add_key", "revoke_key",
    "share", "set_place_profile",
)  # fmt: skip
"""Acts on an account, a key or an agency: a line says which. What others are about is an id."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log in words.

    Attributes:
        what: What was done, such as ``Ended a ground of custody``.
        about: The account, key or agency on which it was done, or "".
        outcome: What came of it.
        plain: It was done, and there is no more to say.
    """

    what: str
    about: str
    outcome: str
    plain: bool


def logged(line: LogLine, t: Words) -> Logged:
    """Return what a line of the log says.

    Args:
        line: As the services return it.
        t: The reader's words.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from exeat.i18n.words import words
        >>> def said(what, outcome, lang="en", about=None):
        ...     at = datetime(2026, 3, 6, tzinfo=UTC)
        ...     line = LogLine(1, at, "xx-jail", "sam", "booking", what, outcome, None, about)
        ...     found = logged(line, words(lang))
        ...     return found.what, found.about, found.outcome
        >>> said("release", "refused:unknown")[::2]
        ('Tried to release the person', 'the gate stayed shut: facts that would decide are missing')
        >>> said("board", "12", "es")[::2]
        ('Abrió el tablero', '12 personas')
        >>> said("reset", "done", about="sam.officer")
        ('Reset an account', 'sam.officer', 'done')
    """
    failed = line.outcome.startswith(("refused:", "error:"))
    what = _what(line.what, t, failed=failed)
    about = line.about if line.what in _NAMED and not failed else None
    return Logged(what, about or "", _outcome(line, t), line.outcome == "done")


def _what(act: str, t: Words, *, failed: bool) -> str:
    """Return what was done: in words of its own, or that the act was entered, by its title."""
    own, title = f"{'tried' if failed else 'did'}.{act}", f"act.{act}.title"
    if t.has(own):
        return t(own)
    if act in ACTS and t.has(title):
        return t("log.tried" if failed else "log.did", act=_lower(t(title)))
    return act


def _outcome(line: LogLine, t: Words) -> str:
    kind, _, codes = line.outcome.partition(":")
    if kind == "refused":
        reasons = [_lower(t.first(f"refused.kind.{one}") or one) for one in codes.split(",")]
        return t("outcome.refused", reasons="; ".join(reasons))
    if kind == "error":
        return t("outcome.error", codes=codes.replace(",", ", "))
    if line.outcome[:1].isdigit():
        return ", ".join(_count(part, line.what, t) for part in line.outcome.split(", "))
    name = re.sub(r"\W+", "-", line.outcome)
    verdict = f"verdict.{name}.short" if line.what == "clear" else ""
    return _lower(t.first(verdict, f"outcome.{name}") or line.outcome)


def _count(part: str, what: str, t: Words) -> str:
    """Return a count in words; of what, the log says, or the act does."""
    found = _COUNT.fullmatch(part)
    key = f"count.{found[2] or _COUNTED.get(what, what)}" if found else ""
    return t.number(int(found[1]), key) if found and t.has(key) else part


def _lower(text: str) -> str:
    """Return words as they stand within a sentence."""
    return text[:1].lower() + text[1:]
