"""What a line of the log says, in the reader's words: what was done, and what came of it.

The log itself keeps codes, as the export and the interface for programs give them. Their words
stand in the catalogue under ``did``, ``tried`` and ``outcome``; a code without words, such as one
of an older desk, is shown as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from exeat.desk.service.models import LogLine
from exeat.i18n.words import Words, catalogue
from exeat.office.register import ACTS

__all__ = ["Logged", "acts_in_words", "logged"]

_NAMED: Final = (
    "add_agency", "add_account", "unlock", "disable", "enable", "reset", "add_key", "revoke_key",
    "share", "unshare", "set_place_profile", "approve", "first_login",
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
        >>> from exeat.office.outcomes import Outcome
        >>> def said(what, outcome, lang="en", about=None):
        ...     at = datetime(2026, 3, 6, tzinfo=UTC)
        ...     line = LogLine(1, at, "xx-jail", "sam", "booking", what, outcome, None, about)
        ...     found = logged(line, words(lang))
        ...     return found.what, found.about, found.outcome
        >>> said("release", Outcome("refused", ("unknown",)))[::2]
        ('Tried to release the person', 'the gate stayed shut: facts that would decide are missing')
        >>> said("board", Outcome.counted(person=12), "es")[::2]
        ('Abrió el tablero', '12 personas')
        >>> said("reset", Outcome("done"), about="sam.officer")
        ('Reset an account', 'sam.officer', 'done')
    """
    failed = line.outcome.failed
    what = _what(line.what, t, failed=failed)
    about = line.about if line.what in _NAMED and not failed else None
    return Logged(what, about or "", _outcome(line, t), line.outcome.code == "done")


def acts_in_words(t: Words) -> list[tuple[str, str]]:
    """Return every act and reading that a line can be about: its words and its code, in order.

    Examples:
        >>> from exeat.i18n.words import words
        >>> [code for said, code in acts_in_words(words("en")) if said == "Read the log"]
        ['audit_log']
    """
    written = {key.removeprefix("did.") for key in catalogue("en").texts if key.startswith("did.")}
    return sorted((_what(act, t, failed=False), act) for act in written | set(ACTS))


def _what(act: str, t: Words, *, failed: bool) -> str:
    """Return what was done: in words of its own, or that the act was entered, by its title."""
    own, title = f"{'tried' if failed else 'did'}.{act}", f"act.{act}.title"
    if t.has(own):
        return t(own)
    if act in ACTS and t.has(title):
        return t("log.tried" if failed else "log.did", act=_lower(t(title)))
    return act


def _outcome(line: LogLine, t: Words) -> str:
    code, codes = line.outcome.code, line.outcome.codes
    if code == "refused":
        reasons = [_lower(t.first(f"refused.kind.{one}") or one) for one in codes]
        return t("outcome.refused", reasons="; ".join(reasons))
    if code == "error":
        return t("outcome.error", codes=", ".join(codes))
    if line.outcome.counts:
        return ", ".join(_count(n, what, t) for what, n in line.outcome.counts.items())
    verdict = f"verdict.{code}.short" if line.what == "clear" else ""
    why = f"code.EndOfAccess.{code}" if line.what == "unshare" else ""
    return _lower(t.first(verdict, why, f"outcome.{code}") or code)


def _count(n: int, what: str, t: Words) -> str:
    key = f"count.{what}"
    return t.number(n, key) if t.has(key) else f"{n} {what}"


def _lower(text: str) -> str:
    """Return words as they stand within a sentence."""
    return text[:1].lower() + text[1:]
