r"""That the log of one checkpoint begins with that of another: the proof, and the comparison.

A bundle, the public route and the command write the same lines::

    exeat-consistency/1
    old 29
    new 335
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    ...

The hashes are those of RFC 9162, section 2.1.4, in its order. There is no signature, and none is
needed: whoever has both checkpoints sees by the hashes alone whether it holds.

Examples:
    >>> print(Consistency(1, 2, (bytes(32),)).text(), end="")
    exeat-consistency/1
    old 1
    new 2
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from exeat.errors import LedgerError
from exeat.record import merkle
from exeat.record._hashes import hash_of, line_of
from exeat.record.checkpoint import Checkpoint, Verifier, open_checkpoint, unsigned_checkpoint
from exeat.record.report import Report

__all__ = ["CONSISTENCY_FORMAT", "Consistency", "compare_with_known", "known_checkpoints", "plain"]

CONSISTENCY_FORMAT: Final = "exeat-consistency/1"
_SIZES: Final = re.compile(r"old (0|[1-9][0-9]{0,18})\nnew (0|[1-9][0-9]{0,18})")
_MOST_HASHES: Final = 128
_HELP: Final = "Give the text as the log wrote it: `/api/v1/consistency?from=...&to=...`."


@dataclass(frozen=True, slots=True)
class Consistency:
    """The proof that the log of ``new`` entries begins with that of ``old``.

    Attributes:
        old: How many entries the smaller log has.
        new: How many the larger one has.
        path: The hashes, each of 32 bytes.
    """

    old: int
    new: int
    path: tuple[bytes, ...]

    def text(self) -> str:
        """Return it as lines; see the module."""
        head = [CONSISTENCY_FORMAT, f"old {self.old}", f"new {self.new}"]
        return "".join(f"{line}\n" for line in (*head, *map(line_of, self.path)))

    @classmethod
    def parse(cls, text: str, place: str = "proof of consistency") -> Consistency:
        r"""Read what :meth:`text` writes, whatever line breaks an editor has left.

        Raises:
            LedgerError: It is no such proof.

        Examples:
            >>> Consistency.parse("exeat-consistency/1\r\nold 0\r\nnew 5\r\n")
            Consistency(old=0, new=5, path=())
        """
        head, *lines = plain(text).splitlines() or [""]
        sizes = _SIZES.fullmatch("\n".join(lines[:2]))
        path = [hash_of(line) for line in lines[2:]]
        if head != CONSISTENCY_FORMAT or sizes is None or len(path) > _MOST_HASHES or None in path:
            raise LedgerError.one("E511", place, "is no proof of consistency", _HELP)
        return cls(int(sizes[1]), int(sizes[2]), tuple(part for part in path if part is not None))

    def holds(self, old: Checkpoint, new: Checkpoint) -> bool:
        """Say whether it proves that the log of ``new`` begins with that of ``old``."""
        return (self.old, self.new) == (old.size, new.size) and merkle.verify_consistency(
            old.size, new.size, old.root, new.root, self.path
        )


def plain(text: str) -> str:
    r"""Return a kept text as it was written, whatever an editor or a mail has put around it.

    Examples:
        >>> plain("\ufeffa log\r\n3\r\n\r\n")
        'a log\n3\n'
    """
    return text.replace("\r\n", "\n").strip("\ufeff\n\t ") + "\n"


def known_checkpoints(notes: Iterable[str], verifiers: Sequence[Verifier]) -> list[Checkpoint]:
    """Return the checkpoints that a reader has kept elsewhere.

    One that cannot be read is a fault of the reader's file and says nothing about the log, so it
    is no damage.

    Args:
        notes: As they were kept.
        verifiers: The log's keys; without any, each is taken as it stands.

    Raises:
        LedgerError: One is no checkpoint, or none of the keys has signed it.
    """
    found = []
    for number, note in enumerate(notes, 1):
        place = f"known checkpoint {number}"
        found.append(
            open_checkpoint(plain(note), verifiers, place)
            if verifiers
            else unsigned_checkpoint(plain(note), place)
        )
    return found


def compare_with_known(
    checkpoint: Checkpoint | None,
    known: Iterable[Checkpoint],
    proofs: Sequence[Consistency],
    report: Report,
) -> None:
    """Compare the one checkpoint of a file with those that the reader has kept elsewhere.

    What cannot be compared is put down as such, and never passed over: a log that was written
    anew has another length than the one that was kept, more often than not.

    Args:
        checkpoint: Of the file; None where it has none that can be trusted.
        known: As :func:`known_checkpoints` returns them.
        proofs: Of the file, and those that the reader has got from the log.
        report: Where to put what is found.
    """
    for other in known:
        said = _compared(checkpoint, other, proofs)
        if said is None:
            report.compared += 1
        elif said:
            report.add("checkpoint", None, said)
        else:
            report.uncompared.append(other.size)


def _compared(
    checkpoint: Checkpoint | None, known: Checkpoint, proofs: Sequence[Consistency]
) -> str | None:
    """Return None where both are of one history, what is wrong, or "" where nobody can tell."""
    if checkpoint is None:
        return ""
    if checkpoint.origin != known.origin:
        return f"is of the log `{checkpoint.origin}`, a known checkpoint of `{known.origin}`"
    if checkpoint.size == known.size:
        same = checkpoint.root == known.root
        return None if same else "a known checkpoint of the same size has another root"
    old, new = sorted((checkpoint, known), key=lambda one: one.size)
    # That a log begins with an empty one needs no hash to show.
    found = [one for one in proofs if (one.old, one.new) == (old.size, new.size)]
    if old.size == 0:
        found.append(Consistency(0, new.size, ()))
    if not found:
        return ""
    if any(one.holds(old, new) for one in found):
        return None
    return f"the log of {new.size} entries does not begin with the {old.size} that were signed"
