"""What came of the last try to sign, as a small file beside the key.

Whoever signs writes it anew each time; whoever shows the state of the log reads it, in whichever
process of the desk. It decides nothing: what was signed stands in the file of kept checkpoints.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from exeat.errors import ExeatError, Fault

__all__ = ["Attempt", "fault_of"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a try to sign.

    Attributes:
        at: When it was.
        fault: Why nothing was signed; None where all is.
        since: Since when that is so.
        bad: Numbers of rows of checkpoints that the log's key has not signed, of all tries.
        gone: Checkpoints that were kept had been taken out of the database, at some try.
    """

    at: datetime
    fault: Fault | None = None
    since: datetime | None = None
    bad: tuple[int, ...] = ()
    gone: bool = False

    def after(self, earlier: Attempt | None) -> Attempt:
        """Return this try, with what is still true of the ones before it."""
        if earlier is None:
            return self
        since = self.since
        if self.fault is not None and earlier.fault is not None:
            since = earlier.since
        bad = tuple(sorted({*earlier.bad, *self.bad}))
        return Attempt(self.at, self.fault, since, bad, self.gone or earlier.gone)

    def write(self, path: Path) -> None:
        """Put it into a file, whole, in the place of the one before it.

        Raises:
            OSError: It cannot be written.
        """
        fault = self.fault
        said = {
            "at": self.at.isoformat(),
            "fault": fault and [fault.code, fault.place, fault.message, fault.help],
            "since": self.since and self.since.isoformat(),
            "bad": list(self.bad),
            "gone": self.gone,
        }
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(said, file)
        part.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read what :meth:`write` wrote; None where nothing can be read.

        Examples:
            >>> from tempfile import TemporaryDirectory
            >>> at = datetime.fromisoformat("2026-11-27T23:48:00+00:00")
            >>> with TemporaryDirectory() as folder:
            ...     Attempt(at, bad=(7,)).write(Path(folder) / "signing")
            ...     Attempt.read(Path(folder) / "signing").bad
            (7,)
        """
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                datetime.fromisoformat(said["at"]),
                Fault(*said["fault"]) if said["fault"] else None,
                datetime.fromisoformat(said["since"]) if said["since"] else None,
                tuple(int(number) for number in said["bad"]),
                bool(said["gone"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def fault_of(error: Exception) -> Fault:
    """Return what an error is about, without the words of a library, which may hold anything."""
    if isinstance(error, ExeatError) and error.faults:
        return error.faults[0]
    help = "See that the database answers, and read the desk's own log."
    return Fault("E509", "checkpoint", f"was not signed ({type(error).__name__})", help)
