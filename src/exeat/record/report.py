"""What a verifier found, and what its exit code says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

__all__ = [
    "DAMAGED",
    "NOT_COMPARED",
    "SOUND",
    "UNREADABLE",
    "UNTRUSTED",
    "Damage",
    "Kind",
    "Report",
    "Unlooked",
]

SOUND: Final = 0
DAMAGED: Final = 1
UNREADABLE: Final = 2
UNTRUSTED: Final = 3
NOT_COMPARED: Final = 4

Kind: TypeAlias = Literal[
    "missing",
    "leaf",
    "version",
    "time",
    "tree",
    "payload",
    "expunged",
    "checkpoint",
    "truncated",
    "record",
    "view",
    "personal",
    "stake",
    "request",
    "row",
    "log",
    "schema",
]
"""What is damaged:

* ``missing``: a number in the log has no entry.
* ``leaf``: an entry is not what its leaf's hash covers.
* ``version``: the entries of a record do not count from 1 without a gap.
* ``time``: an entry claims to be older than the one before it.
* ``tree``: a stored hash of the tree, or the root, does not follow from the leaves.
* ``payload``: salt and content are not what the leaf commits to, or are gone.
* ``expunged``: a content is gone, and no entry says that it was expunged.
* ``checkpoint``: a checkpoint is forged, or speaks of another log than this.
* ``truncated``: the log is shorter than a checkpoint says.
* ``record``: a record has another id, facility or person than its entries say.
* ``view``: what the desk reads of a record is not what its entries add up to.
* ``personal``: names and numbers of a person in custody are gone, or are not found by their index.
* ``stake``: an agency may see a record, and nothing says why.
* ``request``: the desk's row of a request is gone, or says something else than the entries.
* ``row``: a row that the desk keeps is not what its last change on record made it.
* ``log``: a line of a log is gone or was changed, or is not under the signature over it.
* ``schema``: a function, policy, trigger or right of the database is not what it was made as.
"""

Unlooked: TypeAlias = Literal["contents", "desk", "rows", "schema", "logs", "known"]
"""What a verifier had no means to look at:

* ``contents``: contents, and with them names and views, for want of the vault key.
* ``desk``: what stands beside the entries, which this login may not see.
* ``rows``: which act last changed what the desk keeps, for want of the lists of changes.
* ``schema``: functions, policies, triggers and rights of the database.
* ``logs``: lists of what was done, read and changed.
* ``known``: whether the log goes on from a checkpoint that was kept elsewhere.
"""

_UNLOOKED: Final[dict[Unlooked, str]] = {
    "contents": "contents, names and views",
    "desk": "what the desk keeps beside the entries",
    "rows": "which act last changed what the desk keeps",
    "schema": "functions, policies, triggers and rights of the database",
    "logs": "the lists of what was done, read and changed",
    "known": "a checkpoint that was kept elsewhere",
}

_SHOWN: Final = 1000


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that does not verify.

    Attributes:
        kind: What is damaged; see :data:`Kind`.
        seq: Number of the entry, where it is about one.
        message: In words.
    """

    kind: Kind
    seq: int | None
    message: str

    def __str__(self) -> str:
        where = "" if self.seq is None else f"entry {self.seq}: "
        return f"{self.kind}: {where}{self.message}"


@dataclass(slots=True)
class Report:
    """What was verified and what was found.

    Attributes:
        size: Number of entries.
        root: Root of the tree that was computed, or "" where there are gaps.
        opened: Contents that were opened and are what their leaves commit to.
        expunged: Contents that are gone by order; their leaves verify.
        unopened: Contents that were not looked at, for want of the vault key.
        checkpoints: Signed checkpoints that hold for this log, by a key that was given.
        signed_size: Size of the largest of them.
        unproved: Entries of a proof that no checkpoint covers yet.
        trusted: A key was given from outside the log, and a checkpoint holds by it.
        compared: Checkpoints kept elsewhere that are of this very history.
        uncompared: Sizes of those of which nobody can tell, for want of a proof.
        damages: What does not verify; at most the first thousand.
        count: How many damages there are in all.
        unlooked: What was not looked at, and why; it stands in the first line.
    """

    size: int = 0
    root: str = ""
    opened: int = 0
    expunged: int = 0
    unopened: int = 0
    checkpoints: int = 0
    signed_size: int = 0
    unproved: int = 0
    trusted: bool = False
    compared: int = 0
    uncompared: list[int] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)
    count: int = 0
    unlooked: dict[Unlooked, str] = field(default_factory=dict)

    def skip(self, what: Unlooked, why: str) -> None:
        """Put down that something could not be looked at; the first reason counts."""
        self.unlooked.setdefault(what, why)

    def add(self, kind: Kind, seq: int | None, message: str) -> None:
        """Put down one damage."""
        self.count += 1
        if len(self.damages) < _SHOWN:
            self.damages.append(Damage(kind, seq, message))

    def damages_of(self, *kinds: Kind) -> list[Damage]:
        """Return the damages of some kinds."""
        return [damage for damage in self.damages if damage.kind in kinds]

    @property
    def exit_code(self) -> int:
        """What was found, as a number.

        0: it verifies. 1: it is damaged. 3: sound in itself, but signed by no key given. 4: signed,
        but not compared with a checkpoint that was given.
        """
        if self.count:
            return DAMAGED
        if not self.trusted:
            return UNTRUSTED
        return NOT_COMPARED if self.uncompared else SOUND

    def lines(self) -> list[str]:
        """Return the report in words, the finding first."""
        size = f"{self.size} {'entry' if self.size == 1 else 'entries'}"
        # A bundle holds some entries of a log; the checkpoint over them counts the whole log.
        signed = min(self.size, self.signed_size)
        verified = "verified in part" if self.unlooked else "verified"
        said = {
            SOUND: f"{verified}: {size}, {signed} of them under a signature",
            DAMAGED: f"DAMAGED: {self.count} thing(s) do not verify",
            UNTRUSTED: f"sound in itself: {size}; but no signature by a given key",
            NOT_COMPARED: f"not compared with what was kept: {size}, sound in itself and signed",
        }[self.exit_code]
        if self.unlooked:
            parts = (f"{_UNLOOKED[what]} ({why})" for what, why in self.unlooked.items())
            said = f"{said}; NOT looked at: {'; '.join(parts)}"
        contents = f"{self.opened} opened, {self.expunged} expunged, {self.unopened} not looked at"
        lines = [said, f"contents: {contents}", f"root: {self.root or 'not computed'}"]
        lines += self._history()
        if self.unproved:
            lines.append(f"not under a checkpoint yet: {self.unproved}; ask for the proof again")
        return lines + [str(damage) for damage in self.damages]

    def _history(self) -> list[str]:
        """Say with which checkpoints it was compared, that nobody takes a part for the whole."""
        lines = [f"history: compared with {self.compared} checkpoint(s) kept elsewhere"]
        if not self.compared and not self.uncompared:
            lines = ["history: not compared with a checkpoint that was kept elsewhere (--known)"]
        for size in self.uncompared:
            words = f"the known checkpoint of {size} entries: no proof of consistency with it"
            help = "ask the log for one (/api/v1/consistency), and give it with --consistency"
            lines.append(f"not compared: {words}; {help}")
        return lines
