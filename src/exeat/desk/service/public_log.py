"""What everybody may know of the log: its newest checkpoint, and that it only ever grows.

It names nobody: a checkpoint is a number of entries and a hash, and a proof is hashes. Whoever
keeps checkpoints that they got here can tell whether history was rewritten.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, TypeAlias

from exeat.errors import Fault, LedgerError
from exeat.office.errors import Refusing
from exeat.office.messages import refused_field
from exeat.office.office import Office
from exeat.record import NotFound
from exeat.record.attempt import Attempt
from exeat.record.checkpoint import Checkpoint
from exeat.record.consistency import Consistency
from exeat.record.kept import Kept
from exeat.record.proofs import StoredTree
from exeat.record.signing import newest_signed

__all__ = ["PublicLog", "Signing", "State", "attempt_file"]

State: TypeAlias = Literal["signed", "refused", "stopped", "off"]
"""How signing stands:

* ``signed``: it goes on.
* ``refused``: the desk refuses to sign what stands on record.
* ``stopped``: nobody has tried for a while.
* ``off``: this desk signs nothing, as one of a test.
"""

_FRESH_SECONDS: Final = 1.0
_STOPPED_AFTER: Final = timedelta(minutes=5)
_SIZE: Final = "Give the number of entries of a checkpoint, as its second line says it."


@dataclass(frozen=True, slots=True)
class Signing:
    """How signing stands.

    Attributes:
        size: Of the newest checkpoint; None before the first.
        signed: When that was signed.
        unsigned: How many entries came since.
        since: Since when nothing is signed, if so.
        fault: Why not.
        bad: Numbers of rows of checkpoints that somebody else has put into the database.
        gone: Checkpoints were taken out of the database.
    """

    state: State
    size: int | None = None
    signed: datetime | None = None
    unsigned: int = 0
    since: datetime | None = None
    fault: Fault | None = None
    bad: tuple[int, ...] = ()
    gone: bool = False

    @property
    def well(self) -> bool:
        """Nothing is wrong with it that a person must look at."""
        return self.state in ("signed", "off") and not self.bad and not self.gone


class PublicLog:
    """The log as everybody may see it.

    Args:
        office: What it stands on.
        kept: The file of kept checkpoints; None: this desk keeps none.
    """

    def __init__(self, office: Office, kept: Kept | None = None) -> None:
        self.office = office
        self.kept = kept
        self._key = office.signer.verifier()
        self._found: tuple[float, tuple[Checkpoint, str] | None] = (0.0, None)

    def checkpoint(self) -> str:
        """Return the newest checkpoint as a signed note.

        Raises:
            NotFound: Nothing was signed yet.
        """
        return self._newest()[1]

    def consistency(self, old: int, new: int | None = None) -> Consistency:
        """Return the proof that the log begins with what an earlier checkpoint covers.

        Args:
            old: How many entries that one has.
            new: How many entries the later one has; None: the newest.

        Raises:
            BadInput: One of them is larger than what was signed, or than the other.
            NotFound: Nothing was signed yet.
            Refusing: The ledger no longer holds what was signed.
        """
        signed = self._newest()[0].size
        new = signed if new is None else new
        if new > signed:
            raise refused_field("to", str(new), f"is more than the {signed} signed", _SIZE)
        if old > new:
            raise refused_field("from", str(old), f"is more than {new}", _SIZE)
        with self.office.db.pool.connection() as conn:
            try:
                return Consistency(old, new, tuple(StoredTree(conn).consistency(old, new)))
            except LedgerError as error:
                # The tree lacks what was signed: no proof, and no fault of whoever asks.
                raise Refusing(error.faults) from error

    def signing(self) -> Signing:
        """Return how signing stands at this moment."""
        if self.kept is None:
            return Signing("off")
        newest = self.kept.newest()
        size, signed = (newest.checkpoint.size, newest.signed) if newest else (None, None)
        with self.office.db.pool.connection() as conn:
            entries, _ = StoredTree(conn).head()
        attempt = Attempt.read(attempt_file(self.kept))
        if attempt is None:
            return Signing("stopped", size, signed, max(0, entries - (size or 0)))
        late = self.office.clock() - attempt.at > _STOPPED_AFTER
        state: State = "refused" if attempt.fault else "stopped" if late else "signed"
        return Signing(
            state,
            size,
            signed,
            max(0, entries - (size or 0)),
            attempt.since or (attempt.at if late else None),
            attempt.fault,
            attempt.bad,
            attempt.gone,
        )

    def _newest(self) -> tuple[Checkpoint, str]:
        """Return the newest checkpoint, looked up once a second at most: anybody may ask."""
        until, found = self._found
        if found is None or time.monotonic() > until:
            found = self._looked_up()
            self._found = time.monotonic() + _FRESH_SECONDS, found
        return found

    def _looked_up(self) -> tuple[Checkpoint, str]:
        with self.office.db.pool.connection() as conn:
            found = newest_signed(conn, self._key, self.kept)
        if found is None:
            help = "Ask again in a minute: the desk signs once a minute."
            raise NotFound.one("E507", "checkpoint", "is not there yet", help)
        return found


def attempt_file(kept: Kept) -> Path:
    """Return where what came of the last try to sign stands: beside what was kept."""
    return kept.path.with_name("log.signing")
